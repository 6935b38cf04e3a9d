"""The owner's side of links on the page of a transcript, and the document of a guest's page."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from html import unescape
from pathlib import Path

import pytest

from tests.unit.ui.fake_client import job
from ui.client import ApiError
from ui.parts import guest
from ui.parts.marks import FLAGS
from ui.wire_sharing import ShareEvent

WHEN = datetime(2025, 11, 3, 12, tzinfo=UTC)


@pytest.fixture
def opened(open_page, fake):
    fake.jobs = [job("tr_ok")]
    return open_page("transcript", id="tr_ok")


def button(test, label):
    [found] = [each for each in test.button if each.label == label]
    return found


@pytest.mark.chapter(29)
def test_who_can_open_a_link_is_said_before_it_is_made(opened, fake, words):
    assert "a link opens here, and nowhere else" in words(opened)
    fake.reach = "public address"
    opened.run()
    assert "Whoever has a link can open this transcript" in words(opened)
    assert "nowhere else" not in words(opened)


def test_a_link_is_made_told_once_and_ended(opened, fake, words):
    opened.selectbox(key="share-tr_ok-role").select("edit")
    opened.selectbox(key="share-tr_ok-days").select(30)
    opened.text_input(key="share-tr_ok-label").set_value("Prof. Lund")
    button(opened, "Make a link").click().run()
    assert fake.calls == [("make_share", "tr_ok", "edit", "Prof. Lund")]
    assert [each.value for each in opened.code] == [fake.links[0].link]
    days = (fake.links[0].expires_at - datetime.now(UTC)).total_seconds() / 86_400
    assert days == pytest.approx(30, abs=0.01)
    said = words(opened)
    assert "cannot be shown again" in said
    assert "Prof. Lund" in said
    assert "Not used yet" in said
    button(opened, "End it").click().run()
    assert fake.calls[-1] == ("end_share", "tr_ok", "shr_1")
    assert not opened.code
    assert [each for each in opened.button if each.label == "End it"] == []
    assert "ended" in words(opened)


def test_what_was_done_is_shown_when_it_is_asked_for(opened, fake, words):
    button(opened, "Make a link").click().run()
    fake.links = [fake.links[0].model_copy(update={"opened": 3, "refused": 1})]
    fake.link_events = [
        ShareEvent(at=WHEN, deed="refused", about="share_role"),
        ShareEvent(at=WHEN, deed="exported", about="srt"),
        ShareEvent(at=WHEN, deed="opened"),
    ]
    opened.run()
    assert "opened 3 times, refused 1 time" in words(opened)
    assert "downloaded as srt" not in words(opened)
    opened.toggle[0].set_value(True).run()
    said = words(opened)
    assert "refused: the link does not allow it" in said
    assert "downloaded as srt" in said
    assert "Nothing is kept about who it was" in said


def test_a_refusal_is_told_and_the_page_stays(opened, fake):
    fake.refused["make_share"] = ApiError("too_many_shares", "No link was made.", 409)
    button(opened, "Make a link").click().run()
    assert not opened.exception
    assert [each.value for each in opened.toast] == ["No link was made\\."]
    assert not opened.code


@pytest.mark.chapter(28)
def test_the_guests_document_runs_nothing_but_our_own_script():
    page = guest.document("en")
    assert re.findall(r"<script[^>]*>(.*?)</script>", page, re.DOTALL) == [""]
    assert " on" not in re.sub(r"[^<]*<|>[^<]*", " ", page).replace(" on ", "")
    assert "{" not in page.replace(re.search(r'data-marks="([^"]*)"', page)[0], "")
    told = json.loads(unescape(re.search(r'data-marks="([^"]*)"', page)[1]))
    assert told["flagNames"] == FLAGS
    assert not re.findall(r"https?://", page)


def test_the_guests_script_is_that_of_the_reader():
    folder = Path(guest.__file__).parents[1] / "reader"
    used = guest.script("en")
    assert all(path.read_text() in used for path in folder.glob("*.js"))

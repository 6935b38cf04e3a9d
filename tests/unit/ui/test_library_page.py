"""The list of transcriptions."""

from __future__ import annotations

from tests.unit.ui.fake_client import SCRIPT, job


def test_empty_library_says_what_will_be_here_and_offers_one_thing(open_page, words):
    test = open_page("library")
    assert "Your transcripts will be listed here." in words(test)
    assert [button.label for button in test.button] == ["Transcribe a recording"]


def test_every_state_has_its_line_and_its_actions(open_page, fake, words):
    fake.jobs = [job(f"tr_{s}", s) for s in ("queued", "running", "failed", "cancelled")]
    fake.jobs.append(job("tr_ok"))
    test = open_page("library")
    said = words(test)
    assert "The model stopped. Retry." in said
    assert "ready · 10 min · en" in said
    assert {button.key for button in test.button} == {
        "cancel-tr_queued",
        "cancel-tr_running",
        "retry-tr_failed",
        "delete-tr_failed",
        "retry-tr_cancelled",
        "delete-tr_cancelled",
        "delete-tr_ok",
    }


def test_delete_asks_first(open_page, fake):
    fake.jobs = [job("tr_ok")]
    test = open_page("library")
    test.button(key="delete-tr_ok").click().run()
    assert fake.calls == []
    test.button(key="delete-yes").click().run()
    assert fake.calls == [("delete", "tr_ok")]


def test_retry(open_page, fake):
    fake.jobs = [job("tr_bad", "failed")]
    test = open_page("library")
    test.button(key="retry-tr_bad").click().run()
    assert fake.calls == [("retry", "tr_bad")]


def test_pages_are_turned_by_cursor(open_page, fake):
    fake.jobs = [job("tr_ok")]
    fake.following = "cur"
    links = {link.label: link.proto.query_string for link in open_page("library").page_link}
    assert links["Older"] == "cursor=cur"
    assert "Newest" not in links
    later = {link.label for link in open_page("library", cursor="cur").page_link}
    assert "Newest" in later


def test_hostile_names_stay_text(open_page, fake, words):
    fake.jobs = [job("tr_x", name=f"{SCRIPT} [x](http://e.example) :red[y] :smile: $z$")]
    test = open_page("library")
    assert "<script" not in words(test)
    label = test.page_link[0].label
    assert "[x](" not in label
    assert ":smile:" not in label
    assert "\\<script\\>" in label

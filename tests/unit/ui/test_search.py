"""The search in the library and `lectern search`."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner

from tests.unit.ui.fake_client import MADE, SCRIPT, job
from ui import wire
from ui.cli import api, find
from ui.cli.commands import app
from ui.cli.search import query
from ui.client import ApiError
from ui.parts.words import second


def hit(text: str = "Thank you for coming.", *marks: tuple[int, int], **changed: Any) -> wire.Hit:
    facts: dict[str, Any] = {
        "transcription_id": "tr_ok",
        "name": "talk.wav",
        "created_at": MADE,
        "segment_id": "seg_1",
        "start": 60.0,
        "end": 64.0,
        "at": 62.1,
        "speaker": None,
        "snippet": {"text": text, "matches": [{"start": a, "end": b} for a, b in marks]},
    }
    return wire.Hit.model_validate(facts | changed)


def test_an_empty_library_has_no_search_box(open_page) -> None:
    assert not open_page("library").text_input


def test_hits_are_marked_and_lead_to_the_moment(open_page, fake, words) -> None:
    fake.jobs = [job("tr_ok")]
    fake.said = [hit("Thank you for coming.", (0, 5), (14, 20)), hit("Coming.", at=3723.5)]
    test = open_page("library")
    test.text_input[0].input("thank coming").run()
    assert fake.calls == [("search", "thank coming", None)]
    said = words(test)
    assert "<mark>Thank</mark> you for <mark>coming</mark>." in said
    assert 'href="/transcript?id=tr_ok&amp;t=62.10"' in said
    assert "1:02:03" in said
    assert said.count("talk.wav") == 1
    assert test.query_params["q"] in ("thank coming", ["thank coming"])
    assert not test.button  # the hits stand in the place of the list


def test_a_search_is_an_address(open_page, fake, words) -> None:
    fake.jobs, fake.said, fake.following = [job("tr_ok")], [hit()], "cur"
    test = open_page("library", q="coming")
    assert test.text_input[0].value == "coming"
    links = {link.label: link.proto.query_string for link in test.page_link}
    assert links["More hits"] == "q=coming&cursor=cur"
    assert "First hits" in {x.label for x in open_page("library", q="a", cursor="c").page_link}


def test_nothing_found_says_what_to_try(open_page, fake, words) -> None:
    fake.jobs = [job("tr_ok")]
    said = words(open_page("library", q=SCRIPT))
    assert "No transcript says" in said
    assert "adapt*" in said
    assert "<script" not in said


def test_what_is_said_is_text_and_never_markup(open_page, fake, words) -> None:
    fake.jobs = [job("tr_ok")]
    fake.said = [hit(SCRIPT, (1, 7), name=SCRIPT, speaker=SCRIPT)]
    said = words(open_page("library", q="script"))
    assert "&lt;<mark>script</mark>&gt;" in said
    assert "<script" not in said


def test_a_refusal_is_told(open_page, fake, words) -> None:
    fake.jobs = [job("tr_ok")]
    fake.refused["search"] = ApiError("nothing_to_search", "There is no word in it.", 422)
    assert "There is no word in it." in words(open_page("library", q="??"))


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("62.1", 62.1),
        ("0", 0.0),
        (None, None),
        ("", None),
        ("x", None),
        ("-1", None),
        ("nan", None),
    ],
)
def test_a_second_in_an_address(typed: str | None, found: float | None) -> None:
    assert second(typed) == found


@pytest.mark.parametrize(
    ("typed", "asked"),
    [
        (["machine", "adapt*"], "machine adapt*"),
        (["machine learning"], '"machine learning"'),
        (['"machine learning" adapt*'], '"machine learning" adapt*'),
    ],
)
def test_what_the_shell_kept_together_is_a_phrase(typed: list[str], asked: str) -> None:
    assert query(typed) == asked


class FakeProduct:
    """Has two pages of hits."""

    def __init__(self) -> None:
        self.asked: list[dict[str, str]] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == "/healthz":
            return httpx.Response(200, json={"status": "alive"})
        params = dict(request.url.params)
        self.asked.append(params)
        if params["q"] == "??":
            problem = {"code": "nothing_to_search", "detail": "There is no word in '??'."}
            return httpx.Response(422, json=problem)
        items = [] if params["q"] == "no" else [hit("Coming.", (0, 6)).model_dump(mode="json")]
        following = "cur" if items and "cursor" not in params else None
        return httpx.Response(200, json={"items": items, "next": following})


@pytest.fixture
def product(monkeypatch: pytest.MonkeyPatch) -> FakeProduct:
    fake = FakeProduct()
    monkeypatch.setenv("LECTERN_API_URL", "http://127.0.0.1:1")
    monkeypatch.setattr(api, "transport", httpx.MockTransport(fake))
    return fake


def test_hits_on_the_command_line(product: FakeProduct) -> None:
    done = CliRunner().invoke(app, ["search", "coming", "--in", "tr_ok"])
    assert done.exit_code == 0, done.output
    assert done.stdout == "talk.wav (tr_ok)\n  1:02  Coming.\n  1:02  Coming.\n"
    assert [each.get("cursor") for each in product.asked] == [None, "cur"]
    assert {each["transcription"] for each in product.asked} == {"tr_ok"}


def test_json_and_a_limit(product: FakeProduct) -> None:
    done = CliRunner().invoke(app, ["search", "coming", "--limit", "1", "--json"])
    told = json.loads(done.stdout)
    assert (len(told["items"]), told["more"]) == (1, True)
    assert told["items"][0]["snippet"]["matches"] == [{"start": 0, "end": 6}]


def test_nothing_and_nonsense(product: FakeProduct) -> None:
    done = CliRunner().invoke(app, ["search", "no"])
    assert (done.exit_code, done.stdout) == (0, "")
    done = CliRunner().invoke(app, ["search", "??"])
    assert done.exit_code == 2
    assert "There is no word in" in done.stderr


def test_without_a_product(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(find, "find", lambda: None)
    done = CliRunner().invoke(app, ["search", "word"])
    assert done.exit_code == 3
    assert "make run" in done.stderr

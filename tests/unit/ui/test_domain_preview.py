"""What a domain changes, on its page: choose, wait, compare, and every way it can go wrong."""

from __future__ import annotations

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from tests.unit.ui.conftest import OpenPage
from tests.unit.ui.fake_client import MADE, SCRIPT, FakeClient, job
from ui import wire, wire_domains
from ui.client import ApiError
from ui.parts import session
from ui.parts.domains.preview import sentence

ASK = "Show the difference on the first five minutes"


class PreviewClient(FakeClient):
    """With one domain and its previews."""

    def __init__(self) -> None:
        super().__init__()
        self.terms = [wire_domains.Term(term="EU-SILC")]
        self.found: list[wire_domains.Preview] = []
        self.no_sample = False

    def domain(self, name: str) -> wire_domains.Domain:
        glossary = wire_domains.Glossary(number=1, terms=self.terms, created_at=MADE)
        return wire_domains.Domain(
            name=name, title="Poverty", terms=len(self.terms), glossary=glossary, shipped=True
        )

    def sample(self) -> wire.Sample:
        if self.no_sample:
            raise ApiError("internal_error", "There is no sample.", 500)
        return super().sample().model_copy(update={"sha256": "5a"})

    def sample_audio(self) -> tuple[str, bytes]:
        return "interview.opus", b"sound"

    def upload(self, name: str, content: bytes) -> wire.Recording:
        return wire.Recording(
            id="rec_new", name=name, container="ogg", size_bytes=len(content), duration_s=56.0
        )

    def previews(self, domain: str) -> wire_domains.Previews:
        return wire_domains.Previews(items=list(self.found), first_s=300.0)

    def preview(self, domain: str, preview_id: str) -> wire_domains.Preview:
        return next(each for each in self.found if each.id == preview_id)

    def ask_preview(self, domain: str, recording: str) -> wire_domains.PreviewSummary:
        if recording in self.refused:
            raise self.refused[recording]
        self.calls.append(("ask_preview", domain, recording))
        self.found.insert(0, preview(recording, "queued", "queued"))
        return self.found[0]

    def delete_preview(self, domain: str, preview_id: str) -> None:
        self.calls.append(("delete_preview", domain, preview_id))
        self.found = [each for each in self.found if each.id != preview_id]


def preview(
    recording: str = "rec_a", plain: str = "succeeded", adapted: str = "succeeded", **more: Any
) -> wire_domains.Preview:
    facts = {
        "id": f"pre_{recording}",
        "domain": "poverty",
        "recording": recording,
        "name": f"{recording}.wav",
        "recording_sha256": "00",
        "first_s": 300.0,
        "glossary_version": 1,
        "plain": job("tr_plain", plain).model_dump(),
        "adapted": job("tr_adapted", adapted).model_dump(),
    }
    return wire_domains.Preview.model_validate(facts | more)


def run(text: str, difference: int | None = None, term: str | None = None) -> dict[str, Any]:
    return {"text": text, "difference": difference, "term": term}


def done(**more: Any) -> wire_domains.Preview:
    """One place in the second of three passages."""
    quiet = {"differs": False, "plain": [run(" And so on.")], "adapted": [run(" And so on.")]}
    differs = {
        "start_s": 12.0,
        "end_s": 20.0,
        "differs": True,
        "plain": [run(" It is from"), run(" you silk", 0)],
        "adapted": [run(" It is from"), run(" EU-SILC", 0, "EU-SILC")],
    }
    facts: dict[str, Any] = {
        "differences": [
            {
                "start_s": 14.5,
                "end_s": 15.5,
                "plain": "you silk",
                "adapted": "EU-SILC",
                "term": "EU-SILC",
            }
        ],
        "passages": [
            {"start_s": 0.0, "end_s": 12.0, **quiet},
            differs,
            {"start_s": 20.0, "end_s": 31.0, **quiet},
        ],
        "terms": {"plain": 0, "adapted": 2},
        "seconds_saved": 3.25,
    }
    return preview(**(facts | more))


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> PreviewClient:
    client = PreviewClient()
    monkeypatch.setattr(session, "client", lambda: client)
    return client


def opened(open_page: OpenPage) -> AppTest:
    return open_page("domains", name="poverty")


def labels(test: AppTest) -> list[str]:
    return [button.label for button in test.button]


def test_a_recording_is_chosen_among_those_that_are_here(
    open_page: OpenPage, fake: PreviewClient
) -> None:
    fake.jobs = [job("tr_1", recording_id="rec_a"), job("tr_2", recording_id="rec_b")]
    test = opened(open_page)
    assert test.selectbox[0].options == [
        "tr_1.wav · 10 min",
        "tr_2.wav · 10 min",
        "The sample: Interview about measuring poverty",
    ]
    test.selectbox[0].select_index(1).run()
    test.button(key="preview-ask").click().run()
    assert fake.calls == [("ask_preview", "poverty", "rec_b")]
    assert ASK not in labels(test)


def test_the_sample_is_sent_when_it_is_asked_for(open_page: OpenPage, fake: PreviewClient) -> None:
    test = opened(open_page)
    test.button(key="preview-ask").click().run()
    assert fake.calls == [("ask_preview", "poverty", "rec_new")]


def test_the_sample_is_found_again(open_page: OpenPage, fake: PreviewClient) -> None:
    fake.found = [done(recording_sha256="5a", name="interview.opus")]
    test = opened(open_page)
    assert len(test.selectbox[0].options) == 1
    assert ASK not in labels(test)


def test_both_sides_have_a_bar_while_they_are_heard(
    open_page: OpenPage, fake: PreviewClient, words: Any
) -> None:
    fake.found = [preview("rec_a", "running", "queued")]
    test = opened(open_page)
    assert words(test).count('role="status"') == 2
    assert "With this domain" in words(test)
    test.button(key="preview-cancel").click().run()
    assert fake.calls == [("delete_preview", "poverty", "pre_rec_a")]


@pytest.mark.chapter(7)
def test_differences_stand_beside_each_other_with_their_times(
    open_page: OpenPage, fake: PreviewClient, words: Any
) -> None:
    fake.found = [done()]
    said = words(opened(open_page))
    assert "The texts differ in 1 place." in said
    assert "Terms of the domain are written twice with it, not once without it." in said
    assert "3.2 s of computing were saved" in said
    assert '<button type="button" class="p-at" data-from="14.50" data-to="15.50"' in said
    assert '<mark class="p-differs" data-from="14.50" data-to="15.50">you silk</mark>' in said
    assert '<span class="l-right" title="EU-SILC">EU-SILC</span></mark>' in said
    assert said.count("the same in both") == 2


def test_equal_texts_are_said_to_be_equal() -> None:
    found = done(differences=[], terms={"plain": 1, "adapted": 1}, seconds_saved=0.0)
    assert sentence(found) == (
        "Both texts are the same. Terms of the domain are written once with it, once without it."
    )


def test_what_was_heard_before_a_change_says_so_and_can_be_made_anew(
    open_page: OpenPage, fake: PreviewClient, words: Any
) -> None:
    fake.found = [done(current=False)]
    test = opened(open_page)
    assert "heard with version 1 of the glossary." in words(test)
    test.button(key="preview-ask").click().run()
    assert fake.calls == [("ask_preview", "poverty", "rec_a")]


@pytest.mark.parametrize("status", ["failed", "cancelled"])
def test_a_side_that_failed_says_why_and_can_be_tried_again(
    open_page: OpenPage, fake: PreviewClient, words: Any, status: str
) -> None:
    fake.found = [preview("rec_a", "succeeded", status)]
    test = opened(open_page)
    told = "The model stopped. Retry." if status == "failed" else "It was cancelled."
    assert f"<strong>With this domain:</strong> {told}" in words(test)
    test.button(key="preview-again").click().run()
    assert fake.calls == [("ask_preview", "poverty", "rec_a")]


def test_what_would_fail_again_offers_no_second_try(
    open_page: OpenPage, fake: PreviewClient
) -> None:
    error = {"code": "recording_missing", "message": "It is gone.", "retryable": False}
    failed = job("tr_x", "failed", error=error)
    fake.found = [preview("rec_a").model_copy(update={"adapted": failed})]
    assert "Try again" not in labels(opened(open_page))


def test_empty_states_say_what_will_be_here_and_what_to_do(
    open_page: OpenPage, fake: PreviewClient, words: Any
) -> None:
    fake.terms = []
    test = opened(open_page)
    assert "because the domain has no terms" in words(test)
    assert ASK not in labels(test)
    fake.terms, fake.no_sample = [wire_domains.Term(term="EU-SILC")], True
    test = opened(open_page)
    assert "There is no recording yet" in words(test)
    assert "Transcribe a recording" in [link.label for link in test.page_link]


def test_no_speech_is_a_result(open_page: OpenPage, fake: PreviewClient, words: Any) -> None:
    fake.found = [done(differences=[], passages=[])]
    assert "No speech was found in this part" in words(opened(open_page))


def test_a_refusal_is_told_and_the_page_stays(open_page: OpenPage, fake: PreviewClient) -> None:
    fake.jobs = [job("tr_1", recording_id="rec_a")]
    fake.refused = {"rec_a": ApiError("queue_full", "So much audio is waiting.", 503)}
    test = opened(open_page)
    test.button(key="preview-ask").click().run()
    assert [toast.value for toast in test.toast] == ["So much audio is waiting\\."]
    assert ASK in labels(test)


def test_hostile_words_stay_text(open_page: OpenPage, fake: PreviewClient, words: Any) -> None:
    passage = {
        "start_s": 0.0,
        "end_s": 1.0,
        "differs": True,
        "plain": [run(f" {SCRIPT}", 0, SCRIPT)],
        "adapted": [run(f" {SCRIPT}", 0, SCRIPT)],
    }
    fake.found = [done(passages=[passage])]
    assert "<script" not in words(opened(open_page))

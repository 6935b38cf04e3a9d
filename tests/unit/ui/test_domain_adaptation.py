"""The adapter of a domain, on its page: asked for, watched, judged, and whatever can go wrong."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from tests.unit.ui.conftest import OpenPage
from tests.unit.ui.fake_client import MADE, SCRIPT, FakeClient
from tests.unit.ui.model_versions import version
from ui import wire_domains, wire_models
from ui.client import ApiError
from ui.parts import session
from ui.parts.domains.adaptation import STAGES

OFFER: dict[str, Any] = {
    "training": True,
    "command": "make setup-training",
    "terms": 90,
    "held_out": 10,
    "sentences": {"train": 165, "dev": 36, "test": 55},
    "speech_seconds": 700.0,
    "expected_seconds": 1740.0,
}
Words = Callable[[AppTest], str]


class AdaptationClient(FakeClient):
    """With a domain of a customer and its adaptations."""

    def __init__(self) -> None:
        super().__init__()
        self.offer = wire_domains.AdaptationOffer.model_validate(OFFER)
        self.found: list[wire_domains.Adaptation] = []
        self.text: wire_domains.DomainText | None = None

    def domain(self, name: str) -> wire_domains.Domain:
        glossary = wire_domains.Glossary(
            number=1, terms=[wire_domains.Term(term="Gini")], created_at=MADE
        )
        return wire_domains.Domain(name=name, title="Housing", terms=1, glossary=glossary)

    def domain_text(self, name: str) -> wire_domains.DomainText | None:
        return self.text

    def keep_domain_text(self, name: str, text: str) -> None:
        self.calls.append(("keep", name, text))

    def previews(self, domain: str) -> wire_domains.Previews:
        return wire_domains.Previews(items=[], first_s=300.0)

    def adaptations(self, domain: str) -> wire_domains.Adaptations:
        return wire_domains.Adaptations(items=list(self.found), offer=self.offer)

    def adaptation(self, domain: str, adaptation_id: str) -> wire_domains.Adaptation:
        return next(each for each in self.found if each.id == adaptation_id)

    def ask_adaptation(self, domain: str) -> None:
        if "ask" in self.refused:
            raise self.refused["ask"]
        self.calls.append(("ask", domain))
        self.found.insert(0, adaptation("queued"))

    def cancel_adaptation(self, domain: str, adaptation_id: str) -> None:
        self.calls.append(("cancel", adaptation_id))
        self.found = [adaptation("cancelled")]

    def retry_adaptation(self, domain: str, adaptation_id: str) -> None:
        self.calls.append(("retry", adaptation_id))
        self.found = [adaptation("queued")]

    def version(self, domain: str, number: int) -> wire_models.Version:
        return version(number, "champion" if self.found[0].state == "succeeded" else "refused")


def adaptation(state: str, **more: Any) -> wire_domains.Adaptation:
    facts = {"id": "ada_1", "domain": "housing", "state": state, "created_at": MADE}
    return wire_domains.Adaptation.model_validate(facts | more)


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> AdaptationClient:
    client = AdaptationClient()
    monkeypatch.setattr(session, "client", lambda: client)
    return client


def opened(open_page: OpenPage) -> AppTest:
    return open_page("domains", name="housing")


def labels(test: AppTest) -> list[str]:
    return [button.label for button in test.button]


@pytest.mark.chapter(11)
def test_it_says_what_it_will_do_and_cost_and_one_button_asks_for_it(
    open_page: OpenPage, fake: AdaptationClient, words: Words
) -> None:
    test = opened(open_page)
    told = words(test)
    assert "90 terms and 165 sentences, read aloud for 12 min" in told
    assert "about 29 minutes while nothing else is to do" in told
    assert "10 terms kept aside to see what carries over" in told
    assert "used only if it passes the gate" in told
    test.button(key="adaptation-ask").click().run()
    assert fake.calls == [("ask", "housing")]
    assert "Cancel" in labels(test) and "Train an adapter" not in labels(test)


def test_where_training_is_not_set_up_one_sentence_has_the_command(
    open_page: OpenPage, fake: AdaptationClient, words: Words
) -> None:
    fake.offer = fake.offer.model_copy(update={"training": False})
    test = opened(open_page)
    assert "run <code>make setup-training</code> once" in words(test)
    assert "Train an adapter" not in labels(test)


def test_without_text_there_is_a_place_for_it(
    open_page: OpenPage, fake: AdaptationClient, words: Words
) -> None:
    missing = {"training": True, "missing": "too_little_text", "detail": "Paste a page."}
    fake.offer = wire_domains.AdaptationOffer.model_validate(missing)
    test = opened(open_page)
    assert "Paste a page." in words(test)
    test.text_area(key="adaptation-text").input("We asked everybody.").run()
    test.button(key="adaptation-keep").click().run()
    assert fake.calls == [("keep", "housing", "We asked everybody.")]


def test_too_few_terms_are_told_without_a_button(
    open_page: OpenPage, fake: AdaptationClient, words: Words
) -> None:
    missing = {"training": True, "missing": "too_few_terms", "detail": f"3 terms {SCRIPT}"}
    fake.offer = wire_domains.AdaptationOffer.model_validate(missing)
    test = opened(open_page)
    assert "3 terms &lt;script&gt;" in words(test)
    assert "Train an adapter" not in labels(test)


@pytest.mark.chapter(18)
def test_while_it_runs_every_stage_has_its_line_and_the_end_is_told(
    open_page: OpenPage, fake: AdaptationClient, words: Words
) -> None:
    stages = [
        {"stage": "test", "state": "reused", "share": 1.0, "seconds": 80.0},
        {"stage": "speech", "state": "done", "share": 1.0, "seconds": 130.0},
        {"stage": "train", "state": "running", "share": 0.4},
    ]
    fake.found = [
        adaptation(
            "running", stage="train", progress=0.52, note="step 9 of 45", eta_seconds=600.0,
            stages=stages,
        )
    ]  # fmt: skip
    told = words(opened(open_page))
    assert "training · step 9 of 45 · 52 % · ready about" in told
    assert "reading the sentences aloud · 2 min 10 s" in told
    assert "training · 40 %" in told and "was made before" in told
    assert all(doing in told for doing in STAGES.values())


@pytest.mark.chapter(12)
def test_paused_it_says_for_whom(open_page: OpenPage, fake: AdaptationClient, words: Words) -> None:
    note = "paused: 2 transcriptions go first"
    fake.found = [adaptation("paused", stage="train", progress=0.52, note=note)]
    told = words(opened(open_page))
    assert f"{note} · 52 %" in told and "ready" not in told.split(note)[1].split("</p>")[0]


def test_cancelling_and_trying_again(
    open_page: OpenPage, fake: AdaptationClient, words: Words
) -> None:
    fake.found = [adaptation("running", stage="speech")]
    test = opened(open_page)
    test.button(key="adaptation-cancel").click().run()
    assert "What was made of it is kept" in words(test)
    test.button(key="adaptation-retry").click().run()
    assert fake.calls == [("cancel", "ada_1"), ("retry", "ada_1")]
    assert "waiting" in words(test)


def test_a_failure_says_what_happened_in_its_own_words(
    open_page: OpenPage, fake: AdaptationClient, words: Words
) -> None:
    error = {"code": "training_failed", "message": f"The disk is full. {SCRIPT}", "retryable": True}
    fake.found = [adaptation("failed", error=error)]
    test = opened(open_page)
    assert "The disk is full. &lt;script&gt;" in words(test)
    assert "Try again" in labels(test)


@pytest.mark.chapter(17)
def test_what_serves_tells_before_and_after_with_intervals(
    open_page: OpenPage, fake: AdaptationClient, words: Words
) -> None:
    fake.found = [adaptation("succeeded", version=2)]
    told = words(opened(open_page))
    assert "Version 2 passed the gate and serves this domain." in told
    assert "31 → 12 of 100 of the field&#39;s terms missed (by chance 10 to 14)" in told.replace(
        "'", "&#39;"
    )
    assert "Ordinary speech: +0.30 points" in told


@pytest.mark.chapter(17)
def test_what_was_refused_says_why_in_words_and_serves_nobody(
    open_page: OpenPage, fake: AdaptationClient, words: Words
) -> None:
    fake.found = [adaptation("refused", version=3)]
    test = opened(open_page)
    told = words(test)
    assert "did not pass the gate, so it is not used: version 3" in told
    assert "What served before goes on serving" in told
    assert "Errors in ordinary speech: not met, +3.00 points" in told
    assert "Train one with the terms as they are now" in labels(test)


def test_a_refused_request_is_said_and_the_page_stays(
    open_page: OpenPage, fake: AdaptationClient
) -> None:
    fake.refused["ask"] = ApiError("adaptation_running", "One is being made already.", 409)
    test = opened(open_page)
    test.button(key="adaptation-ask").click().run()
    assert [toast.value for toast in test.toast] == ["One is being made already\\."]
    assert "Train an adapter" in labels(test)

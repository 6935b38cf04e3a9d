"""Hearing a recording again from its page, and two transcripts of it beside each other."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.ui.fake_client import SCRIPT, domain, job, recording
from ui.client import ApiError
from ui.wire_review import Beside, CarryPlan

LEFT: dict[str, Any] = {"start": 20.0, "end": 24.0, "other": "Somebody spoke.", "takeable": True}


def span(text: str, difference: int | None = None) -> dict[str, Any]:
    return {"text": text, "difference": difference}


def beside(**changed: Any) -> Beside:
    """Two passages; in the first one word differs, in the second none."""
    facts: dict[str, Any] = {
        "id": "tr_a",
        "other": "tr_b",
        "words": 8,
        "other_words": 7,
        "agreement": 0.9333,
        "passages": [
            {
                "start": 0.0,
                "end": 12.0,
                "text": [span(" We used the"), span(" wahaka", 0), span(" method.")],
                "other": [span(" We used the"), span(" <b>Oaxaca</b>", 0), span(" method.")],
                "corrected": False,
                "other_corrected": True,
            },
            {
                "start": 20.0,
                "end": 24.0,
                "text": [span(" It was late.")],
                "other": [span(" It was late.")],
                "corrected": False,
                "other_corrected": False,
            },
        ],
        "differences": [{"start": 3.0, "end": 4.0, "text": "wahaka", "other": "<b>Oaxaca</b>"}],
    }
    return Beside.model_validate(facts | changed)


def plan(*reasons: str) -> CarryPlan:
    left = [
        LEFT | {"source": f"seg_{number}", "text": f"Nobody {number}.", "reason": reason}
        for number, reason in enumerate(reasons)
    ]
    applied = [{"source": "seg_f", "segment": "s", "start": 3.0, "text": "We used Oaxaca."}]
    return CarryPlan.model_validate({"applied": applied, "left": left, "etag": '"tr.1"'})


@pytest.fixture
def two(fake):
    fake.jobs = [job("tr_b", corrected=2), job("tr_a", model={"name": "tiny.en"})]
    fake.laid = beside()
    fake.plans[("tr_a", "tr_b")] = plan("agrees", "heard differently", "edited here")
    return fake


def button(test, label):
    [found] = [each for each in test.button if each.label == label]
    return found


def test_transcribing_again_says_what_it_takes_and_leads_to_the_job(open_page, fake, words):
    fake.jobs = [job("tr_ok")]
    fake.recordings["rec_1"] = recording("rec_1")
    fake.own_domains["housing"] = domain("housing")
    test = open_page("transcript", id="tr_ok", t="62.1")
    assert test.selectbox(key="again-tr_ok-model").options == fake.models()
    test.selectbox(key="again-tr_ok-model").select("tiny.en").run()
    test.selectbox(key="again-tr_ok-domain").select("housing").run()
    assert fake.estimated_for == "housing"
    said = words(test)
    assert "This one stays as it is, with every correction" in said
    assert "50 min · ready in under a minute · processed on this computer" in said
    button(test, "Start").click().run()
    assert ("again", "tr_ok", {"model": "tiny.en", "domain": "housing"}) in fake.calls
    assert test.query_params == {"id": "tr_again"}
    assert "tr_again.wav" in words(test)


def test_the_domain_that_was_used_is_chosen_and_can_be_left_out(open_page, fake):
    fake.jobs = [job("tr_ok", domain={"name": "ruby", "glossary_version": 1})]
    fake.recordings["rec_1"] = recording("rec_1")
    test = open_page("transcript", id="tr_ok")
    assert test.selectbox(key="again-tr_ok-domain").value == "ruby"
    test.selectbox(key="again-tr_ok-domain").select("").run()
    button(test, "Start").click().run()
    assert ("again", "tr_ok", {"model": "whisper-base", "domain": None}) in fake.calls


def test_without_its_recording_nothing_can_be_started(open_page, fake, words):
    fake.jobs = [job("tr_ok")]
    test = open_page("transcript", id="tr_ok")
    assert "it cannot be heard again" in words(test)
    assert [each for each in test.button if each.label == "Start"] == []


def test_a_refused_start_leaves_the_page_where_it_is(open_page, fake):
    fake.jobs = [job("tr_ok")]
    fake.recordings["rec_1"] = recording("rec_1")
    fake.refused["again"] = ApiError("queue_full", "The queue is full.", 429)
    test = open_page("transcript", id="tr_ok")
    button(test, "Start").click().run()
    assert [each.value for each in test.toast] == ["The queue is full\\."]
    assert test.query_params["id"] == "tr_ok"


def test_other_transcripts_are_listed_and_finished_ones_compared(open_page, two, words):
    two.jobs.insert(0, job("tr_c", "running"))
    two.jobs.insert(0, job("tr_x", recording_id="rec_2"))
    said = words(open_page("transcript", id="tr_a"))
    assert "Other transcripts of this recording" in said
    assert 'href="/compare?id=tr_a&amp;with=tr_b"' in said
    assert "corrected by a person in 2 places" in said
    assert 'href="/transcript?id=tr_c"' in said
    assert "with=tr_c" not in said
    assert "tr_x" not in said
    two.jobs = [job("tr_a")]
    assert "Other transcripts" not in words(open_page("transcript", id="tr_a"))


@pytest.mark.chapter(7)
def test_both_texts_are_shown_with_their_differences_marked(open_page, two, words):
    test = open_page("compare", id="tr_a", **{"with": "tr_b"})
    said = words(test)
    assert "93.3 % of the words agree; 1 place differs." in said
    assert said.count('<mark class="p-differs" data-from="3.00" data-to="4.00">') == 2
    assert "&lt;b&gt;Oaxaca&lt;/b&gt;" in said
    assert said.count("Corrected by a person") == 1
    assert "0:20 to 0:24: the same in both" in said
    assert len(test.get("bidi_component")) == 1


def test_one_difference_in_ten_thousand_words_is_not_all_of_them(open_page, two, words):
    two.laid = beside(agreement=0.99995)
    assert "99.9 % of the words agree" in words(open_page("compare", id="tr_a", **{"with": "tr_b"}))
    two.laid = beside(agreement=1.0, differences=[], passages=[])
    assert "Both say the same" in words(open_page("compare", id="tr_a", **{"with": "tr_b"}))


def test_corrections_are_carried_over_with_what_a_person_chose(open_page, two, words):
    test = open_page("compare", id="tr_a", **{"with": "tr_b"})
    said = words(test)
    assert "1 correction stands there already." in said
    assert "“We used Oaxaca.”" in said
    assert "The machine heard something else here" in said
    assert "“Somebody spoke.”" in said
    assert button(test, "Carry 1 correction over")
    test.radio(key="carry-tr_a-seg_1").set_value(True).run()
    button(test, "Carry 2 corrections over").click().run()
    assert two.calls[-1] == ("carry_over", "tr_a", "tr_b", '"tr.1"', ["seg_1"])
    said = words(test)
    assert "2 corrections were carried over. 1 was left as it is." in said
    assert "There is nothing to carry over." in said


def test_what_changed_meanwhile_is_told_and_nothing_is_claimed(open_page, two, words):
    two.refused["carry_over"] = ApiError("changed_since", "It was changed.", 412)
    test = open_page("compare", id="tr_a", **{"with": "tr_b"})
    button(test, "Carry 1 correction over").click().run()
    assert [each.value for each in test.toast] == ["It was changed\\."]
    assert "carried over" not in words(test)


def test_both_directions_are_offered_where_both_were_corrected(open_page, two, words):
    two.jobs[1] = job("tr_a", corrected=1)
    two.plans[("tr_b", "tr_a")] = plan("other borders")
    test = open_page("compare", id="tr_a", **{"with": "tr_b"})
    assert "its speaker changed" in words(test)
    test.radio(key="carry-tr_a-tr_b-direction").set_value("From the second to the first").run()
    assert "its speaker changed" not in words(test)


def test_nothing_to_carry_where_nobody_corrected(open_page, two):
    two.jobs = [job("tr_a"), job("tr_b")]
    test = open_page("compare", id="tr_a", **{"with": "tr_b"})
    assert [each.label for each in test.expander] == []


def test_what_cannot_be_compared_says_why(open_page, two, words):
    two.refused["beside"] = ApiError("another_recording", f"Different {SCRIPT}.", 422)
    said = words(open_page("compare", id="tr_a", **{"with": "tr_b"}))
    assert "Different &lt;script&gt;" in said
    said = words(open_page("compare", id="tr_a", **{"with": "tr_nothing"}))
    assert "One of these two transcripts is not there" in said

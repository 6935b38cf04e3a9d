"""Models: what serves, what it was judged by, promoting and rolling back."""

from __future__ import annotations

import pytest

from tests.unit.ui.fake_client import SCRIPT
from tests.unit.ui.model_versions import event, give, made, version
from ui import wire_models
from ui.parts.models import actions, gate, phrases


def test_without_any_version_it_says_what_will_be_here_and_what_to_do(open_page, fake, words):
    give(fake)
    said = words(open_page("models"))
    assert "No domain has a model of its own yet." in said
    assert "make setup-training" in said
    give(fake)
    said = words(open_page("models", domain="ruby"))
    assert "whisper-base serves it, with its glossary" in said
    assert "worker.adaptation make ruby" in said


@pytest.mark.chapter(15)
def test_each_field_is_a_line_with_its_figure_and_its_cost(open_page, fake, words):
    give(fake, version(3, "refused"), version(2), version(1, "champion"))
    said = words(open_page("models"))
    assert "Ruby conferences" in said
    assert "Version 1 serves since" in said
    assert (
        "31 → 12 of 100 of the field&#39;s terms missed (by chance 10 to 14); with its terms"
        in said
    )
    assert ", as it serves, 8" in said
    assert "+0.30 points (-0.20 to +0.80 at 95%), at most 0.5 in 100 allowed" in said
    assert "3 versions · version 2 passed its gate and waits · version 3 did not pass" in said


@pytest.mark.chapter(24)
def test_a_version_tells_where_it_comes_from(open_page, fake, words):
    give(fake, version(2, "champion", transcripts=1), version(1, "retired"))
    fake.made = [made("tr_one")]
    test = open_page("models", domain="ruby")
    said = words(test)
    assert "Ruby conferences, version 2" in said
    for link in ("d" * 64, "sentences/train.txt", "a" * 12, "whisper-base+", "CC0-1.0"):
        assert link in said
    assert "stage train" not in said
    assert 'href="/transcript?id=tr_one"' in said
    assert 'href="/models?domain=ruby&amp;version=1"' in said
    assert "Without the adapter: 31." in said
    assert "as it serves: 8." in said
    assert "Took 26 min" in said
    assert 'download="ruby-version-2.md"' in said
    charts = test.get("vega_lite_chart") or test.get("arrow_vega_lite_chart")
    assert len(charts) == 6
    test.toggle(key="models-card").set_value(True).run()
    assert any("A card." in each.value for each in test.markdown)


def test_groups_too_small_for_a_figure_are_named(open_page, fake, words):
    give(fake, version(1, "champion"))
    said = words(open_page("models", domain="ruby"))
    assert "By gender" in said
    assert "Too few for a figure: other." in said


@pytest.mark.chapter(17)
def test_the_gate_says_what_was_asked_and_what_was_measured(open_page, fake, words):
    give(fake, version(1, "refused"))
    test = open_page("models", domain="ruby", version="1")
    said = words(test)
    assert "Not passed. Limits: 4; 1 was not met; 1 was not measured." in said
    assert "Errors in ordinary speech: not met" in said
    assert "+3.00 points (+1.20 to +4.80 at 95%); at most 0.5 in 100" in said
    assert "As fast as the model without it: could not be measured" in said
    assert "nobody can wave it through" in said
    assert [button.key for button in test.button] == []


def test_what_was_never_judged_says_so(open_page, fake, words):
    bare = version(1, "refused")
    record = bare.record.model_copy(update={"gate": None, "metrics": []})
    give(fake, bare.model_copy(update={"record": record, "headline": None}))
    said = words(open_page("models", domain="ruby", version="1"))
    assert said.count("never judged") == 2


def test_promoting_asks_first_and_says_what_changes(open_page, fake, words):
    give(fake, version(2), version(1, "champion"))
    test = open_page("models", domain="ruby", version="2")
    assert "What serves, and what could" in words(test)
    test.button(key="promote").click().run()
    assert fake.calls == []
    assert "version 2 transcribes ruby instead of version 1" in words(test)
    test.text_input(key="promote-reason").set_value("fewer terms missed")
    test.button(key="promote-yes").click().run()
    assert fake.calls == [("promote", "ruby", 2, "fewer terms missed")]


@pytest.mark.chapter(13)
def test_rolling_back_names_what_serves_next_and_keeps_the_reason(open_page, fake, words):
    give(fake, version(2, "champion", transcripts=3), version(1, "retired"))
    test = open_page("models", domain="ruby", version="2")
    test.button(key="roll-back").click().run()
    assert "Its 3 transcripts stay" in words(test)
    assert test.radio(key="roll-back-to").options == [
        "version 1",
        "whisper-base, without an adapter",
    ]
    test.text_input(key="roll-back-reason").set_value("invents words")
    test.button(key="roll-back-yes").click().run()
    asked = {"version": 2, "to_parent": False, "reason": "invents words"}
    assert fake.calls == [("roll_back", "ruby", asked)]


def test_rolling_back_to_the_model_without_an_adapter(open_page, fake):
    give(fake, version(2, "champion"), version(1, "retired"))
    test = open_page("models", domain="ruby", version="2")
    test.button(key="roll-back").click().run()
    test.radio(key="roll-back-to").set_value("parent")
    test.button(key="roll-back-yes").click().run()
    assert fake.calls[0][2]["to_parent"] is True


def test_the_version_before_is_the_retired_one_that_served_last():
    found = wire_models.Versions(
        items=[version(3, "champion"), version(2, "withdrawn"), version(1, "retired")],
        champion=3,
        since=None,
        challenger=None,
        events=[event("promoted", 3), event("promoted", 2), event("promoted", 1)],
    )
    assert actions.before(found) == 1
    assert actions.before(found.model_copy(update={"events": []})) is None


@pytest.mark.chapter(13)
def test_after_a_rollback_what_it_made_is_at_the_top_with_one_button(open_page, fake, words):
    give(fake, version(2, "withdrawn", transcripts=3), version(1, "champion"))
    fake.made = [made("tr_a"), made("tr_b", again="tr_c"), made("tr_run", status="running")]
    test = open_page("models", domain="ruby", version="2")
    said = words(test)
    assert "was rolled back; it had made 3 transcripts. 1 transcript made again" in said
    assert 'href="/transcript?id=tr_c"' in said
    assert test.button(key="again").label == "Transcribe it again"
    test.button(key="again").click().run()
    assert fake.calls == [("transcribe_again", "ruby", 2, None)]
    assert "2 more did not fit the queue" in test.toast[0].value


def test_deleted_data_and_a_later_judgement_are_said(open_page, fake, words):
    give(fake, version(1, "champion", deleted_data=True, gate_passed=False))
    said = words(open_page("models", domain="ruby"))
    assert "A recording it was trained on has been deleted since." in said
    assert "was judged again since and did not pass" in said
    assert "a recording it was trained on was deleted" in words(open_page("models"))


def test_what_was_decided_by_whom_and_why(open_page, fake, words):
    events = (
        event("rolled back", 2, reason="invents words"),
        event("promoted", 2, by="lectern", reason="comes with Lectern"),
    )
    give(fake, version(2, "withdrawn"), events=events)
    said = words(open_page("models", domain="ruby"))
    assert "Version 2 was rolled back" in said
    assert "by the owner of this computer: invents words" in said
    assert "by Lectern itself: comes with Lectern" in said


@pytest.mark.parametrize(
    ("domain", "number"), [("nowhere", ""), ("ruby", "77"), ("ruby", "x" * 99)]
)
def test_an_address_of_nothing_leads_on(open_page, fake, words, domain, number):
    give(fake, version(1, "champion"))
    said = words(open_page("models", domain=domain, version=number))
    if domain == "ruby":
        assert "Ruby conferences, version 1" in said
    else:
        assert "There is no such domain here." in said


def test_hostile_names_stay_text(open_page, fake, words):
    bad = version(1, "champion", name=SCRIPT)
    give(fake, bad, events=(event("promoted", 1, reason=SCRIPT, by=SCRIPT),))
    fake.made = [made("tr_x", name=SCRIPT)]
    said = words(open_page("models", domain="ruby"))
    assert "<script" not in said
    assert said.count("&lt;script&gt;") == 4


@pytest.mark.parametrize(
    ("name", "limit", "said"),
    [
        ("guard_wer_bound", "at most 0.015", "at most 1.5 in 100"),
        ("word_times", "at most 0.02", "at most 0.02 s more"),
        ("speed", "at least 0.95", "at least 0.95 of its speed"),
        ("target_better", "at most -0.0001", "must be fewer, proven"),
        ("new_one", "at most three", "at most three"),
    ],
)
def test_limits_have_units(name, limit, said):
    verdict = wire_models.Verdict(name=name, status="met", limit=limit)
    assert phrases.limit(verdict) == said


def test_an_empty_gate_is_not_passed():
    told = gate.summary(wire_models.Gate(passed=False))
    assert told == "Not passed. Limits: 0; none was asked."

"""Quality: figures in words, too little data said so, recordings to listen to, two models."""

from __future__ import annotations

import pytest

from tests.unit.ui.fake_client import SCRIPT
from tests.unit.ui.quality_figures import cell, comparison, give, line, utterance, whole
from ui import wire
from ui.parts.quality import certainty, choose, compare, groups, marked, phrases


def test_nothing_measured_says_what_will_be_here_and_what_to_do(open_page, words):
    said = words(open_page("quality"))
    assert "Nothing measured yet." in said
    assert "make evaluate" in said


def test_the_first_page_has_a_door_to_it(open_page):
    links = [link.label for link in open_page("transcribe").page_link]
    assert "**See how good it is**" in links


def test_the_answer_is_a_sentence_for_each_corpus(open_page, fake, words):
    give(
        fake,
        line("readers", title="Read aloud", speakers=40),
        line("dictation", wer={"value": 0.41, "low": 0.3, "high": 0.5}, letters={"value": 0.03}),
        line("noise", wer=None, words_without_speech={"value": 0.42, "high": 0.88}),
    )
    said = words(open_page("quality"))
    assert "10 of 100 words wrong; between 8.1 and 12 by chance of who was recorded" in said
    assert "41 of 100 words wrong" in said
    assert "compared as letters and digits without blanks, 3 of 100 are wrong" in said
    assert "0.42 words a minute written where nobody speaks, at most 0.88" in said
    # That with the most speakers is shown below
    assert '<p class="q-figure" role="status">10 of 100 words wrong</p>' in said
    assert "Read aloud (readers)" in said


@pytest.mark.parametrize(
    ("rate", "said"),
    [
        ({"value": 0.0434}, "4.3 of 100 words wrong"),
        ({"value": 0.03}, "3 of 100 words wrong"),
        ({"value": 0.0}, "no word wrong"),
        ({"value": 1.04}, "more wrong than was said: 104 errors for 100 words"),
        ({"value": None}, "not enough words for a figure"),
    ],
)
def test_rates_as_people_say_them(rate, said):
    assert phrases.words_wrong(wire.Interval(**rate)) == said


@pytest.mark.chapter(29)
def test_a_figure_without_an_interval_says_so(open_page, fake, words):
    give(fake, line(wer={"value": 0.1, "low": None, "high": None}))
    said = words(open_page("quality"))
    assert "how sure, cannot be said" in said
    assert "How sure that is cannot be said" in said


def test_failures_are_told_apart(open_page, fake, words):
    give(fake, line(failed=3))
    assert "3 recordings got no transcript at all" in words(open_page("quality"))
    give(fake, line("others", failed=0))
    assert "no transcript at all" not in words(open_page("quality"))


def test_a_run_that_was_not_scored_names_the_command(open_page, fake, words):
    run = line(scored=False, wer=None)
    give(fake, run)
    said = words(open_page("quality"))
    assert f"python -m evaluation score {run.name}" in said
    assert "not scored yet" in said


# Groups


@pytest.mark.chapter(26)
def test_groups_have_figures_or_words(open_page, fake, words):
    run = line()
    fake.whole_runs[run.name] = whole(
        run,
        groups=[
            {
                "by": ["age_group"],
                "cells": [
                    cell("adult", 0.1),
                    cell("child", 0.2),
                    cell("teen", None, speakers=3, words=210),
                ],
                "gap": {"value": 0.1, "low": 0.03, "high": 0.2},
                "worst": ["child"],
                "controlled": {
                    "reference": "adult",
                    "ratios": [{"value": "child", "ratio": 1.62, "low": 1.22, "high": 2.14}],
                },
                "impact": {"ratio": 0.7, "passes_four_fifths": False, "lowest": ["child"]},
            }
        ],
        too_small=["By age_group: too few to give a rate for teen.", "10 speakers: few."],
    )
    give(fake, run)
    test = open_page("quality")
    said = words(test)
    assert "By age group" in said
    assert "Too few for a figure: teen (3 speakers, 210 words)." in said
    assert "lie 10 errors in 100 words (by chance 3 to 20). Most errors: child." in said
    assert (
        "With equally good sound and equally long sentences, child has 1.62 times the errors of"
        " adult (by chance 1.22 to 2.14)." in said
    )
    assert "gets 70. Served worst: child. That misses the four-fifths rule (80)." in said
    assert '<th scope="row">child</th><td>20</td><td>18</td><td>22</td>' in said
    assert '<th scope="row">teen</th>' not in said
    # Said once, with the group
    assert "too few to give a rate" not in said
    assert "10 speakers: few." in said
    [chart] = test.get("vega_lite_chart") or test.get("arrow_vega_lite_chart")
    assert "teen" not in chart.proto.spec


@pytest.mark.parametrize(("low", "high", "chance"), [(0.0, 0.2, True), (0.01, 0.2, False)])
def test_a_gap_that_may_be_chance_says_so(low, high, chance):
    grouping = wire.Grouping.model_validate(
        {
            "by": ["gender"],
            "cells": [cell("a", 0.1), cell("b", 0.2)],
            "gap": {"value": 0.1, "low": low, "high": high},
        }
    )
    assert ("That may be chance alone." in " ".join(groups.lines(grouping))) is chance


def test_circumstances_and_crossings_are_folded_away(open_page, fake, words):
    run = line()
    fake.whole_runs[run.name] = whole(
        run,
        groups=[
            {"by": ["gender"], "cells": [cell("female", 0.1)]},
            {"by": ["gender", "age_group"], "cells": [cell("x", 0.1)]},
            {"by": ["snr_db"], "cells": [cell("10 to 20 dB", 0.1)]},
        ],
    )
    give(fake, run)
    test = open_page("quality")
    folded = next(each for each in test.expander if each.label == "Cut in other ways")
    inside = "\n".join(element.body for element in folded.get("html"))
    assert "By distance of the voice from the noise" in inside
    assert "By gender, age group" in inside
    assert "By gender<" not in inside


# Certainty, noise


def test_calibration_in_words():
    bins = [
        {"low": 0.1, "high": 0.48, "count": 40, "mean_probability": 0.3, "share_right": 0.5},
        {"low": 0.5, "high": 0.9, "count": 30, "mean_probability": 0.7, "share_right": 0.7},
        {"low": 0.9, "high": 0.95, "count": 10, "mean_probability": 0.93, "share_right": 0.8},
        {"low": 0.95, "high": 1.0, "count": 30, "mean_probability": 0.98, "share_right": 1.0},
    ]
    said = certainty.reliability_said(wire.Calibration.model_validate({"bins": bins, "ece": 0.061}))
    assert said == (
        "Where it is at least 90 % certain, 95 of 100 words are right (40 words). Where it is less"
        " than 50 % certain, 50 of 100 words are right (40 words). On average its certainty is off"
        " by 6.1 points."
    )


def test_noise_in_words():
    figures = wire.NonSpeech.model_validate(
        {
            "minutes": 12.0,
            "clips": 27,
            "words": 5,
            "words_a_minute": {"value": 0.416, "high": 0.875},
            "share_with_words": {"value": 0.074, "low": 0.009, "high": 0.243},
        }
    )
    assert certainty.nonspeech_said(figures) == (
        "In 12 min of noise, music and silence it wrote 5 words. That is 0.42 words a minute,"
        " at most 0.88. 7.4 of 100 such recordings got any words (between 0.9 and 24); there were"
        " 27."
    )


def test_worse_sound_beside_the_recordings_as_they_are(open_page, fake, words):
    give(fake, line(), line(condition="noise-0", wer={"value": 0.5, "low": 0.4, "high": 0.6}))
    said = words(open_page("quality"))
    assert "The worst is noise 0: 50 of 100 words wrong." in said
    give(fake, line())
    assert "When the sound is worse" not in words(open_page("quality"))


# Choosing


def test_a_choice_keeps_as_much_as_there_is(open_page, fake):
    give(
        fake,
        line("readers"),
        line("readers", "tiny.en"),
        line("readers", "tiny.en", "sequential"),
        line("dictation", "tiny.en"),
    )
    test = open_page("quality", run="readers--tiny.en--served")
    labels = {box.label: box for box in test.selectbox}
    assert labels["Model"].value == "tiny.en"
    labels["Recordings"].select("dictation").run()
    assert test.query_params["run"] in (
        "dictation--tiny.en--served",
        ["dictation--tiny.en--served"],
    )
    assert "Model" not in {box.label for box in test.selectbox}


def test_the_usual_run_is_served_clean_and_of_the_own_model():
    runs = [
        line("a", "tiny.en"),
        line("a", "whisper-base", "sequential"),
        line("a", "whisper-base", condition="noise-0"),
        line("a", "whisper-base"),
    ]
    assert choose.usual(runs, ["whisper-base", "tiny.en"]) == [runs[3]]


def test_an_unknown_run_in_the_address_shows_another(open_page, fake, words):
    give(fake, line())
    assert "10 of 100 words wrong" in words(open_page("quality", run="no--such--run"))


# Listening


def test_words_are_marked_and_doubt_is_underlined():
    item = utterance(1)
    told = str(marked.texts(item.said, item.heard))
    assert '<mark class="q-changed">the</mark> cat <del class="q-missing">sat</del>' in told
    assert '<span class="l-wrong" title="31 % certain">a</span>' in told
    assert 'title="97' not in told


def test_a_recording_plays_from_the_place(open_page, fake, words):
    run = line()
    give(fake, run)
    fake.heard[run.name] = [utterance(1), utterance(2, audio=None)]
    said = words(open_page("quality"))
    assert 'src="/api/quality/runs/r/recordings/x/audio#t=1.40,3.20"' in said
    assert 'aria-label="Recording of: the cat sat"' in said
    assert said.count("<audio") == 1
    assert "2 of 3 words wrong · speaker ann" in said


def test_order_group_and_words_are_asked_for(open_page, fake):
    run = line()
    fake.whole_runs[run.name] = whole(run).model_copy(
        update={"fields": {"gender": ["female", "male"]}}
    )
    give(fake, run)
    fake.heard[run.name] = [utterance(n) for n in range(12)]
    test = open_page("quality")
    boxes = {box.label: box for box in test.selectbox}
    boxes["First"].select("unsure").run()
    boxes = {box.label: box for box in test.selectbox}
    boxes["Who"].select(("gender", "male")).run()
    test.text_input[0].set_value(" cat ").run()
    asked = fake.calls[-1][2]
    assert asked == {"sort": "unsure", "group": ("gender", "male"), "search": "cat", "limit": 5}
    next(b for b in test.button if b.label == "More recordings").click().run()
    assert fake.calls[-1][2]["limit"] == 10


def test_a_condition_says_that_the_clean_recording_is_heard(open_page, fake, words):
    give(fake, line(condition="noise-0"))
    assert "the model heard them with noise 0" in words(open_page("quality"))


def test_without_recordings_there_is_text(open_page, fake, words):
    run = line()
    fake.whole_runs[run.name] = whole(run).model_copy(update={"audio_here": False})
    give(fake, run)
    assert "The recordings are not on this computer" in words(open_page("quality"))


def test_hostile_texts_stay_text(open_page, fake, words):
    run = line(model=SCRIPT, command=SCRIPT)
    give(fake, run)
    evil = wire.MarkedWord(word=SCRIPT, mark="changed", probability=0.1)
    fake.heard[run.name] = [
        utterance(1, reference=SCRIPT, speaker=SCRIPT, error=SCRIPT, said=[evil], heard=[evil])
    ]
    assert "<script" not in words(open_page("quality"))


# Two models


@pytest.mark.chapter(15)
def test_two_models_are_compared_with_their_chance(open_page, fake, words):
    a, b = line(), line(model="tiny.en")
    give(fake, a, b, pairs=(comparison(a.name, b.name, -0.031, 0.994),))
    said = words(open_page("quality"))
    assert (
        "It makes 3.1 fewer errors in 100 words than tiny.en, through this product, as recorded."
        " By chance it could be anything from 5.1 fewer to 1.1 fewer." in said
    )
    assert "almost certainly better (99.4 %)" in said
    turned = words(open_page("quality", run=b.name))
    assert "It makes 3.1 more errors in 100 words than whisper-base" in turned
    assert "from 1.1 more to 5.1 more" in turned
    assert "almost certainly worse (99.4 %)" in turned


@pytest.mark.parametrize(
    ("better", "said"),
    [
        (0.99, "almost certainly better"),
        (0.93, "probably better"),
        (0.6, "too little to tell"),
        (0.4, "too little to tell"),
        (0.05, "probably worse"),
        (0.0001, "almost certainly worse"),
        (None, ""),
    ],
)
def test_probability_in_words(better, said):
    assert said in phrases.verdict(better)


def test_turning_a_comparison_twice_changes_nothing():
    found = comparison("a", "b", -0.03, 0.9)
    turned = compare.seen_from(found, "b")
    assert (turned.a, turned.difference.low, turned.difference.high) == ("b", 0.03 - 0.02, 0.05)
    assert turned.changed[0].errors_a == 1
    assert compare.seen_from(turned, "a").changed == found.changed


def test_another_model_is_offered_before_another_condition(open_page, fake):
    runs = [line(condition="a-codec"), line(mode="sequential"), line(model="tiny.en")]
    give(fake, line(), *runs)
    test = open_page("quality")
    box = next(box for box in test.selectbox if box.label == "Compare with")
    assert box.value == runs[2].name
    # What was compared already comes before all others
    give(fake, line(), *runs, pairs=(comparison(runs[0].name, line().name, 0.01, 0.3),))
    test = open_page("quality")
    box = next(box for box in test.selectbox if box.label == "Compare with")
    assert box.value == runs[0].name


def test_a_missing_comparison_names_its_command(open_page, fake, words):
    a, b = line(), line(model="tiny.en")
    give(fake, a, b)
    assert f"python -m evaluation compare {a.name} {b.name}" in words(open_page("quality"))


# Limits


def test_who_is_missing_is_said_or_that_nobody_knows(open_page, fake, words):
    run = line()
    about = wire.About(name="readers", about="Ten readers.", not_in_it=["Children."])
    fake.whole_runs[run.name] = whole(run).model_copy(update={"about": about})
    give(fake, run)
    said = words(open_page("quality"))
    assert "Ten readers." in said
    assert "Not in it: Children." in said
    fake.whole_runs[run.name] = whole(run)
    assert "Nobody has written down who is missing" in words(open_page("quality"))


def test_unreadable_files_are_told_beside_the_good_ones(open_page, fake, words):
    give(fake, line())
    bad = wire.Unreadable(file="x.json", reason="it is not JSON")
    fake.measured = fake.measured.model_copy(update={"unreadable": [bad]})
    said = words(open_page("quality"))
    assert "x.json" in said
    assert "10 of 100 words wrong" in said

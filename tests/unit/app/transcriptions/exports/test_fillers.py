"""Um and uh go, and nothing else: words, times and order of the rest stay."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import Unprocessable
from app.transcriptions.exports.choosing import cleaned
from app.transcriptions.exports.fillers import lists, without_fillers
from app.transcriptions.exports.options import Options
from tests.support.transcripts import segment, word


def cleaned_text(text: str, language: str = "en") -> str:
    return " ".join(each.text for each in without_fillers([segment(text)], language))


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("Um, so we began.", "So we began."),
        ("I, uh, think it is right.", "I think it is right."),
        ("We began, um, in May.", "We began in May."),
        ("We went to the, um.", "We went to the."),
        ("It was cold. Um. We left.", "It was cold. We left."),
        ("Uh, um, yes.", "Yes."),
        ("Um, Anna said no.", "Anna said no."),
        ("UM, so? Er, no!", "So? No!"),
    ],
)
def test_fillers_go_with_the_marks_that_were_about_them(said: str, left: str) -> None:
    assert cleaned_text(said) == left


@pytest.mark.parametrize(
    ("said", "language"),
    [
        ("You know, I mean, it is like that.", "en"),
        ("Uh-huh, the umbrella erred.", "en"),
        ("Er geht um das Haus um.", "de"),
        ("Ja, eh klar.", "de"),
    ],
)
def test_what_may_mean_something_stays(said: str, language: str) -> None:
    assert cleaned_text(said, language) == said


def test_a_word_written_in_two_parts_is_not_a_filler() -> None:
    parts = [word(" uh", 0, 0.2), word("-huh.", 0.2, 0.5)]
    [kept] = without_fillers([segment("uh-huh.", 0, 0.5, words=parts)], "en")
    assert kept.text == "uh-huh."


def test_a_segment_of_nothing_else_is_gone_and_words_keep_their_times() -> None:
    said = [segment("Um, uh."), segment("So, um, we began.", 2.0, 4.0)]
    [kept] = without_fillers(said, "en")
    assert kept.text == "So we began."
    assert [(w.word, w.start) for w in kept.words] == [(" So", 2.0), (" we", 3.0), (" began.", 3.5)]


def test_a_text_without_word_times_is_cleaned_as_well() -> None:
    [kept] = without_fillers([segment("So, um, we began.", words=[])], "en")
    assert (kept.text, kept.words) == ("So we began.", [])


@given(st.lists(st.sampled_from(["Um,", "uh", "um.", "so,", "We", "began.", "er?"]), min_size=1))
def test_every_other_word_is_kept_once_in_order_with_its_times(said: list[str]) -> None:
    whole = segment(" ".join(said))
    fillers = lists()["en"]

    def bare(text: str) -> str:
        return text.strip().strip(".,?!").lower()

    wanted = [(bare(w.word), w.start, w.end) for w in whole.words if bare(w.word) not in fillers]
    kept = [w for each in without_fillers([whole], "en") for w in each.words]
    assert [(bare(w.word), w.start, w.end) for w in kept] == wanted


def test_a_language_without_a_list_is_refused_and_not_guessed() -> None:
    asked = Options(fillers="remove")
    for language in ("pl", None):
        with pytest.raises(Unprocessable, match="There is no list of the fillers"):
            cleaned([], asked, language)
    assert cleaned([], Options(), None) == []

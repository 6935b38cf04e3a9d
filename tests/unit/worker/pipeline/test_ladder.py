"""The ladder: the model asked for, the smallest one, an honest gap; each window on its own."""

from __future__ import annotations

import pytest

from app.models.names import ladder
from tests.support.speech import StubRecogniser, heard, window
from worker.pipeline.guard import INAUDIBLE
from worker.pipeline.ladder import climb
from worker.pipeline.recognise import DecodingOptions, Recogniser
from worker.pipeline.types import Recognition, Window

pytestmark = pytest.mark.chapter(7)

BATCH = [window(2, index=i, start_s=10.0 * i, strict=[]) for i in range(4)]


def says(text: str) -> StubRecogniser:
    return StubRecogniser(lambda _window, _options: heard(text))


def fails_for(index: int, name: str = "base") -> StubRecogniser:
    def say(asked: Window, _options: DecodingOptions) -> Recognition:
        if asked.index == index:
            raise RuntimeError("out of memory")
        return heard("From the model asked for.")

    return StubRecogniser(say, name)


def climbed(models: dict[str, StubRecogniser], rungs: tuple[str, ...], batch=BATCH, **options):  # type: ignore[no-untyped-def]
    def load(name: str) -> Recogniser:
        return models[name]  # type: ignore[return-value]

    return climb(load, rungs, batch, DecodingOptions(**options))


def test_only_the_window_that_fails_falls_to_the_next_rung() -> None:
    models = {"base": fails_for(2), "tiny.en": says("From the smallest.")}
    outcomes = climbed(models, ("base", "tiny.en"))
    assert [outcome.rung for outcome in outcomes] == [0, 0, 1, 0]
    assert [o.window.index for o in outcomes] == [0, 1, 2, 3]
    assert outcomes[2].segments[0].text == "From the smallest."


def test_when_every_rung_fails_the_gap_is_shown() -> None:
    models = {"base": fails_for(1), "tiny.en": fails_for(1)}
    outcomes = climbed(models, ("base", "tiny.en"))
    [gap] = outcomes[1].segments
    assert (gap.text, gap.start_s, gap.end_s) == (INAUDIBLE, 10, 12)
    assert gap.flags == ("inaudible", "failed")
    assert outcomes[1].recognition is None
    assert all(outcomes[i].recognition is not None for i in (0, 2, 3))


def test_a_model_that_cannot_be_loaded_is_a_rung_that_failed() -> None:
    outcomes = climbed({"tiny.en": says("From the smallest.")}, ("base", "tiny.en"))
    assert [outcome.rung for outcome in outcomes] == [1, 1, 1, 1]


def test_a_loop_is_decoded_again_without_repeats() -> None:
    def say(_window: Window, options: DecodingOptions) -> Recognition:
        return heard("A sane text." if options.no_repeat_ngram_size else "thank you " * 9)

    recogniser = StubRecogniser(say, "base")
    [outcome] = climbed({"base": recogniser}, ("base",), BATCH[:1])
    assert outcome.segments[0].text == "A sane text."
    assert outcome.recognition.rung == "base/no-repeat"
    assert len(recogniser.asked) == 2


def test_a_loop_that_stays_a_loop_is_withheld_and_not_tried_for_ever() -> None:
    recogniser = says("thank you " * 9)
    [outcome] = climbed({"base": recogniser}, ("base",), BATCH[:1])
    assert outcome.withheld == "repetition"
    assert len(recogniser.asked) == 2


def test_the_smallest_model_is_a_rung_only_where_english_may_be_spoken() -> None:
    assert ladder("whisper-base", None) == ("whisper-base", "tiny.en")
    assert ladder("whisper-base", "en") == ("whisper-base", "tiny.en")
    assert ladder("whisper-base", "de") == ("whisper-base",)
    assert ladder("tiny.en", "en") == ("tiny.en",)


def test_an_english_model_is_asked_for_english() -> None:
    smallest = says("Hello.")
    climbed({"tiny.en": smallest}, ("base", "tiny.en"), BATCH[:1])
    assert smallest.asked[0][1].language == "en"

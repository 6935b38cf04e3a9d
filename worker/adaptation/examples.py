"""Utterances to what a model is trained on: windows like those it is served, with their tokens."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt
from faster_whisper.tokenizer import Tokenizer

from worker.pipeline.recognise import DecodingOptions, prompt_of
from worker.pipeline.types import SAMPLE_RATE, Samples

GAP_S = 0.3
"""Silence between two utterances of a window."""
TIMESTAMP_S = 0.02
"""Step of Whisper's timestamp tokens."""
Features = npt.NDArray[np.float16]


class Kind(StrEnum):
    TARGET = "target"
    """Speech of the field, with its text."""
    REPLAY = "replay"
    """General speech; its text is what the parent hears, so that it goes on hearing it."""
    NONSPEECH = "nonspeech"
    """Nobody speaks, and nothing is to be written."""


@dataclass(frozen=True, slots=True)
class Utterance:
    samples: Samples
    text: str
    """Empty for non-speech, and for replay: the parent is asked."""
    kind: Kind = Kind.TARGET
    id: str = ""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Samples of one window, and where in it what is said."""

    samples: Samples
    parts: tuple[tuple[float, float, str], ...]
    """(start_s, end_s, text), in order."""
    kind: Kind

    @property
    def duration_s(self) -> float:
        return len(self.samples) / SAMPLE_RATE


@dataclass(frozen=True, slots=True)
class Example:
    """What the decoder hears, what it is given and what it has to say."""

    features: Features
    """(positions, width)"""
    prompt: tuple[int, ...]
    """Given, never learned: glossary, language, task, form."""
    tokens: tuple[int, ...]
    """To be said."""
    end: int
    """The token after them."""


@dataclass(frozen=True, slots=True)
class Mixture:
    """How windows are made of utterances."""

    window_s: float = 19.0
    """Longest packed window: those of serving have at most 20 s."""
    rounds: int = 2
    """How often every utterance of the field stands in a packed window, in other company."""
    alone: int = 220
    """So many of them stand alone in a window, too."""
    timestamps: float = 0.15
    """Share of the windows whose text has timestamp tokens, so that these are not forgotten."""
    prompted: float = 0.3
    """Share of the windows that are given terms to expect, as serving does with a glossary."""
    shown: int = 12
    """Terms given then."""


def stretches(utterances: Sequence[Utterance], mixture: Mixture, seed: int) -> list[Stretch]:
    """Windows for training; the same utterances, mixture and seed give the same windows."""
    dice = random.Random(seed)
    target = [u for u in utterances if u.kind is Kind.TARGET]
    found = [
        window
        for _ in range(mixture.rounds)
        for window in packed(dice.sample(target, len(target)), mixture.window_s)
    ]
    found += [single(u) for u in dice.sample(target, min(mixture.alone, len(target)))]
    replay = [u for u in utterances if u.kind is Kind.REPLAY]
    found += packed(dice.sample(replay, len(replay)), mixture.window_s)
    found += [single(u) for u in utterances if u.kind is Kind.NONSPEECH]
    return found


def single(utterance: Utterance) -> Stretch:
    """An utterance in a window of its own."""
    length_s = len(utterance.samples) / SAMPLE_RATE
    return Stretch(utterance.samples, ((0.0, length_s, utterance.text),), utterance.kind)


def packed(utterances: Sequence[Utterance], window_s: float) -> list[Stretch]:
    """Utterances of one kind, one after the other with gaps, in windows up to that long."""
    found: list[Stretch] = []
    held: list[Utterance] = []
    length_s = 0.0
    for utterance in utterances:
        own_s = len(utterance.samples) / SAMPLE_RATE
        if held and length_s + own_s > window_s:
            found.append(_joined(held))
            held, length_s = [], 0.0
        held.append(utterance)
        length_s += own_s + GAP_S
    return [*found, _joined(held)] if held else found


def _joined(utterances: Sequence[Utterance]) -> Stretch:
    gap = np.zeros(round(GAP_S * SAMPLE_RATE), dtype=np.float32)
    pieces: list[Samples] = []
    parts = []
    at = 0
    for utterance in utterances:
        end = at + len(utterance.samples)
        parts.append((at / SAMPLE_RATE, end / SAMPLE_RATE, utterance.text))
        pieces += [utterance.samples, gap]
        at = end + len(gap)
    return Stretch(np.concatenate(pieces[:-1]), tuple(parts), utterances[0].kind)


def example(
    stretch: Stretch,
    features: Features,
    tokenizer: Tokenizer,
    *,
    timestamps: bool = False,
    terms: Sequence[str] = (),
    heard: Sequence[int] | None = None,
) -> Example:
    """What is to be learned from a window.

    Args:
        timestamps: the form with timestamp tokens around each part; else the served form.
        terms: given before the text, in the very form of serving.
        heard: the tokens to be said, instead of the window's text (replay).
    """
    options = DecodingOptions(language="en", keywords=tuple(terms))
    prompt, end = prompt_of(tokenizer, options.keywords), tokenizer.eot
    if timestamps and heard is None:
        return Example(features, tuple(prompt[:-1]), tuple(_timed(stretch, tokenizer)), end)
    if heard is None:
        text = " ".join(text for _, _, text in stretch.parts if text)
        heard = tokenizer.encode(f" {text}") if text else []
    return Example(features, tuple(prompt), tuple(heard), end)


def _timed(stretch: Stretch, tokenizer: Tokenizer) -> list[int]:
    tokens: list[int] = []
    for start_s, end_s, text in stretch.parts:
        if text:
            begin = tokenizer.timestamp_begin
            tokens.append(begin + round(start_s / TIMESTAMP_S))
            tokens += tokenizer.encode(f" {text}")
            tokens.append(begin + round(end_s / TIMESTAMP_S))
    return tokens


def shown_terms(text: str, terms: Sequence[str], count: int, dice: random.Random) -> list[str]:
    """Terms to be given with a window: those it has, and others, so that they prove nothing."""
    low = text.lower()
    said = [term for term in terms if term.lower() in low]
    others = [term for term in terms if term not in said]
    chosen = [*said[:count], *dice.sample(others, min(max(count - len(said), 0), len(others)))]
    dice.shuffle(chosen)
    return chosen

"""Figures of quality as they go over the wire: rates are fractions, times seconds.

Null stands where there is not enough data for a number.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from app.quality.alignment import Mark

Origin = Literal["committed", "own"]


class Figures(BaseModel):
    """What the suite says beyond the fields here goes over the wire as well."""

    model_config = ConfigDict(extra="allow", frozen=True, protected_namespaces=())


class Interval(Figures):
    """A figure with the middle 95 % of what it would be with others recorded."""

    value: float | None = Field(None, examples=[0.098])
    low: float | None = Field(None, examples=[0.081])
    high: float | None = Field(None, examples=[0.117])
    blocks: int | None = Field(None, description="What was drawn, e.g. speakers.", examples=[10])


class ByForm(Figures):
    """Word error rate by text form."""

    raw: Interval | None = None
    basic: Interval | None = None
    english: Interval | None = Field(None, description="The one that is quoted.")


class ErrorCounts(Figures):
    substitutions: int = 0
    deletions: int = 0
    insertions: int = 0


class NonSpeech(Figures):
    """What was written where nobody speaks."""

    minutes: float | None = None
    clips: int | None = None
    words: int | None = None
    words_a_minute: Interval | None = None
    share_with_words: Interval | None = None
    kinds: dict[str, dict[str, Any]] = {}


class Bin(Figures):
    """Words whose probability lies between `low` and `high`."""

    low: float
    high: float
    count: int
    mean_probability: float | None = None
    share_right: float | None = None


class Calibration(Figures):
    """Whether words said to be right with 80 % are right in 80 of 100 cases."""

    ece: float | None = Field(None, description="Expected calibration error.", examples=[0.06])
    brier: float | None = None
    nce: float | None = None
    words: int | None = None
    right: int | None = None
    bins: list[Bin] = []


class Cell(Figures):
    """One group of speakers or recordings."""

    values: list[str] = Field(examples=[["female"]])
    utterances: int = 0
    speakers: int | None = None
    words: int = 0
    enough: bool = Field(False, description="False: too few for a number, which is then null.")
    wer: Interval | None = None
    delivered: float | None = None


class Grouping(Figures):
    """All groups by one field, or by a crossing of fields."""

    by: list[str] = Field(examples=[["gender"]])
    cells: list[Cell] = []
    gap: Interval | None = Field(None, description="Worst minus best, as a fraction.")
    ratio: Interval | None = None
    worst: list[str] | None = None
    controlled: dict[str, Any] | None = Field(
        None, description="The ratio between groups when recording quality and length are equal."
    )
    impact: dict[str, Any] | None = None


class Summary(Figures):
    """The figures of a run, computed by the evaluation suite."""

    clips: int | None = None
    utterances: int | None = None
    speakers: int | None = None
    words: int | None = None
    failed: int = Field(0, description="Recordings without a transcript; never counted as right.")
    wer: ByForm | None = None
    cer: Interval | None = None
    letters: Interval | None = None
    mer: float | None = None
    wil: float | None = None
    blocks_are: str | None = Field(None, examples=["speakers"])
    errors: ErrorCounts | None = None
    nonspeech: NonSpeech | None = None
    repeats: dict[str, Any] | None = None
    calibration: Calibration | None = None
    word_times: dict[str, Any] | None = None
    speed: dict[str, Any] | None = None
    delivered: dict[str, Any] | None = None
    groups: list[Grouping] = []
    too_small: list[str] = Field([], description="What cannot be concluded, and why.")


class RunHeader(Figures):
    """What was measured, with which model, how."""

    model_config = ConfigDict(extra="ignore")

    name: str = Field(examples=["an4-test--whisper-base--served"])
    corpus: str = Field(examples=["an4-test"])
    model: str = Field(examples=["whisper-base"])
    mode: str = Field(
        description="`served`: through the product; `sequential`: one file after the other.",
        examples=["served"],
    )
    condition: str = Field("clean", description="What was done to the audio.", examples=["clean"])
    made_at: str = Field("", examples=["2026-11-24T03:10:00+00:00"])
    command: str = Field(
        "", examples=["python -m evaluation run --model whisper-base --corpus an4-test"]
    )
    machine: str = Field("", examples=["AMD EPYC, 2 cores, Linux"])
    model_sha256: str = ""
    corpus_sha256: str = Field("", description="Of the manifest.")
    options: dict[str, Any] = {}
    versions: dict[str, Any] = {}
    speed: dict[str, Any] = {}


class RunLine(RunHeader):
    """A run in the list, with its headline figures."""

    origin: Origin = Field(description="`committed` with the source, or `own`: made here.")
    title: str | None = Field(None, description="Of the corpus.", examples=["CMU AN4"])
    scored: bool = Field(description="False: `python -m evaluation score` computes the figures.")
    clips: int | None = None
    utterances: int | None = None
    speakers: int | None = None
    words: int | None = None
    failed: int = 0
    blocks_are: str | None = Field(None, examples=["speakers"])
    wer: Interval | None = Field(None, description="Words, English-normalised.")
    letters: Interval | None = Field(None, description="Characters of letters and digits.")
    words_without_speech: Interval | None = Field(
        None, description="Words a minute written where nobody speaks."
    )


class UnreadableFile(BaseModel):
    """A file among the results that is none."""

    file: str = Field(examples=["an4-test--tiny.en--served.json"])
    origin: Origin
    reason: str = Field(examples=["it is not JSON: Expecting value: line 1 column 1 (char 0)"])


class Pair(BaseModel):
    """Two runs that were compared."""

    a: str
    b: str
    corpus: str = ""


class Runs(BaseModel):
    """Everything that was measured, by corpus and name."""

    runs: list[RunLine]
    comparisons: list[Pair]
    unreadable: list[UnreadableFile]


class CorpusOut(BaseModel):
    """What is known of the recordings that were played."""

    name: str
    title: str | None = None
    licence: str | None = None
    about: str | None = Field(None, description="Who speaks in it, and how.")
    not_in_it: list[str] = Field([], description="Who and what is not in it.")


class RunOut(RunLine):
    """A run with all its figures."""

    summary: Summary
    fields: dict[str, list[str]] = Field(
        description="Groups that utterances can be picked by, with their values.",
        examples=[{"gender": ["female", "male"]}],
    )
    about: CorpusOut
    audio_here: bool = Field(description="Whether its recordings are on this computer.")


class SaidWord(BaseModel):
    word: str
    mark: Mark


class HeardWord(SaidWord):
    """Times and probability are null where the run kept none."""

    start: float | None = None
    end: float | None = None
    probability: float | None = Field(None, ge=0, le=1)


class UtteranceOut(BaseModel):
    """What was said and what was heard; the marks are for the eye, the counts are counted."""

    id: str
    recording: str
    speaker: str | None
    start: float = Field(description="In the recording, seconds.")
    end: float
    fields: dict[str, str]
    reference: str
    hypothesis: str
    units: int = Field(description="Words (or characters) of the reference, in the form asked for.")
    substitutions: int
    deletions: int
    insertions: int
    said: list[SaidWord]
    heard: list[HeardWord]
    audio: str | None = Field(
        description="Where to listen; null when the recording is not on this computer.",
        examples=["/v1/quality/runs/an4-test--tiny.en--served/recordings/an251-fash-b/audio"],
    )
    error: str | None = Field(description="Why there is no transcript.")


class UtterancePage(BaseModel):
    items: list[UtteranceOut]
    total: int = Field(description="How many there are in all pages.")
    next: str | None = Field(description="Give it as `cursor` to get the following page.")


class ComparisonFigures(Figures):
    """Two runs on the same utterances; below zero `a` makes fewer errors."""

    a: str
    b: str
    corpus: str = ""
    utterances: int = 0
    difference: Interval
    a_better: float | None = Field(None, description="Probability that `a` makes fewer errors.")
    mapsswe: dict[str, Any] | None = Field(None, description="Matched pairs test: `z` and `p`.")
    by_group: list[dict[str, Any]] = []


class ChangedOut(BaseModel):
    """An utterance that the two heard differently."""

    id: str
    reference: str
    a: str
    b: str
    errors_a: int
    errors_b: int
    said_a: list[SaidWord]
    heard_a: list[SaidWord]
    said_b: list[SaidWord]
    heard_b: list[SaidWord]
    recording: str | None = None
    start: float | None = None
    end: float | None = None
    audio: str | None = None


class ComparisonOut(ComparisonFigures):
    model_config = ConfigDict(extra="ignore")

    changed: list[ChangedOut]

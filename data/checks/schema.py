"""The manifest by itself: fields, their types, what they may say."""

# Ch 16 · Data Quality: what a manifest may say is written down once, and each corpus is held to it

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from typing import Any

import pandas
import pandera.pandas as pandera
from pandera.errors import SchemaErrors

from data.checks.corpus import Clip
from data.checks.rules import Evidence, Hit, Severity, rule

SPLITS = ("train", "dev", "validation", "test")
GENDERS = ("female", "male", "other")
AGES = {"child": (0, 12), "teen": (13, 19), "adult": (18, 120), "senior": (60, 120)}
"""Groups overlap where corpora draw the line differently."""
DECADES = (
    *("teens", "twenties", "thirties", "forties", "fourties", "fifties", "sixties", "seventies"),
    *("eighties", "nineties"),
)
"""Common Voice's, with its spelling of one."""
_LONGEST_S = 24 * 3600


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_length(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < _LONGEST_S


def _is_age(value: object) -> bool:
    if isinstance(value, str) and value in DECADES:
        return True
    plain = isinstance(value, int) or (isinstance(value, str) and value.isdecimal())
    return plain and not isinstance(value, bool) and 0 <= int(value) <= 120  # type: ignore[call-overload]


def _are_sentences(value: object) -> bool:
    if not isinstance(value, list):
        return False
    return all(
        isinstance(part, dict)
        and isinstance(part.get("text"), str)
        and _is_time(part.get("start_s"))
        and _is_time(part.get("end_s"))
        and 0 <= part["start_s"] < part["end_s"]
        for part in value
    )


def _is_time(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _one_of(values: tuple[str, ...]) -> tuple[Callable[[object], bool], str]:
    return (lambda value: isinstance(value, str) and value in values), f"one of {', '.join(values)}"


_TEXT = (_is_text, "a text that is not empty")
_ANY_TEXT = ((lambda value: isinstance(value, str)), "a text")
_YES_NO = ((lambda value: isinstance(value, bool)), "true or false")
_TEXTS = ((lambda v: isinstance(v, list) and all(isinstance(x, str) for x in v)), "a list of texts")
_COUNT = ((lambda value: type(value) is int and value > 0), "a number above 0")
_SECONDS = ((lambda value: _is_time(value) and value >= 0), "a number of seconds")
_LIST = ((lambda value: isinstance(value, list)), "a list")
_SUM = (
    (lambda value: isinstance(value, str) and bool(re.fullmatch("[0-9a-f]{64}", value))),
    "a SHA-256 sum: 64 hexadecimal digits",
)

FIELDS: dict[str, tuple[Callable[[Any], bool], str]] = {
    "id": _TEXT,
    "audio": _TEXT,
    "duration_s": (_is_length, "a number of seconds above 0 and below a day"),
    "licence": _TEXT,
    "source": _TEXT,
    "text": _ANY_TEXT,
    "split": _one_of(SPLITS),
    "speaker": _TEXT,
    "gender": _one_of(GENDERS),
    "age": (_is_age, "a number of years or a decade such as 'twenties'"),
    "age_group": _one_of(tuple(AGES)),
    "native_language": _TEXT,
    "accent": _TEXT,
    "device": _TEXT,
    "language": _TEXT,
    "kind": _TEXT,
    "description": _TEXT,
    "title": _TEXT,
    "voice": _TEXT,
    "synthesiser": _TEXT,
    "synthetic": _YES_NO,
    "sha256": _SUM,
    "segments": (_are_sentences, "a list of {start_s, end_s, text} with start_s before end_s"),
    "speakers": _COUNT,
    "turns": _LIST,
    "words": _LIST,
    "setting": _TEXT,
    "domain": _TEXT,
    "overlap_s": _SECONDS,
    "longest_pause_s": _SECONDS,
    "script_sha256": _SUM,
    "must_contain": _TEXTS,
    "must_not_contain": _TEXTS,
}
"""Every field there is, and what its values are."""
REQUIRED = ("id", "audio", "duration_s", "licence", "source")
REQUIRED_OF_SPEECH = ("text", "split")


def allowed(clip: Clip, field: str) -> bool:
    """Whether a clip says something there, and something that can be meant."""
    return clip.fields.get(field) is not None and FIELDS[field][0](clip.fields[field])


@rule(
    "manifest",
    Severity.ERROR,
    finds="lines that are not a JSON object",
    why="A clip that cannot be read is missing from every figure without anybody noticing.",
)
def manifest(evidence: Evidence) -> Iterator[Hit]:
    for line, reason in evidence.corpus.broken:
        yield (f"line {line}",), f"line {line}: {reason}"


@rule(
    "schema",
    Severity.ERROR,
    finds="values of a wrong type or out of range, required fields that are missing",
    why="Code that reads the manifest fails on them, or worse, does not.",
)
def schema(evidence: Evidence) -> Iterator[Hit]:
    for group, required in (
        (evidence.corpus.speech, REQUIRED + REQUIRED_OF_SPEECH),
        (tuple(c for c in evidence.corpus.clips if not c.is_speech), REQUIRED),
    ):
        if group:
            yield from _violations(group, required)


def _violations(clips: tuple[Clip, ...], required: tuple[str, ...]) -> Iterator[Hit]:
    frame = pandas.DataFrame(
        {name: [clip.fields.get(name) for clip in clips] for name in FIELDS}, dtype=object
    )
    columns = {
        name: pandera.Column(
            object,
            pandera.Check(holds, element_wise=True, name=says),
            nullable=name not in required,
        )
        for name, (holds, says) in FIELDS.items()
    }
    try:
        pandera.DataFrameSchema(columns).validate(frame, lazy=True)
    except SchemaErrors as error:
        found: defaultdict[tuple[str, str], list[Clip]] = defaultdict(list)
        for case in error.failure_cases.itertuples():
            found[str(case.column), str(case.check)].append(clips[int(case.index)])
        for (field, check), where in found.items():
            if check == "not_nullable":
                yield [clip.name for clip in where], f"{field} is missing"
            else:
                shown = ", ".join(sorted({repr(clip.fields[field])[:40] for clip in where})[:3])
                yield [clip.name for clip in where], f"{field} must be {check}; found {shown}"


@rule(
    "unique-id",
    Severity.ERROR,
    finds="ids that more than one clip has",
    why="Transcripts and counts are kept by id: one of the two clips would be scored twice.",
)
def unique_id(evidence: Evidence) -> Iterator[Hit]:
    lines: defaultdict[str, list[int]] = defaultdict(list)
    for clip in evidence.corpus.clips:
        if clip.words("id"):
            lines[clip.words("id")].append(clip.line)
    for name, where in lines.items():
        if len(where) > 1:
            yield (name,), f"lines {', '.join(map(str, where))} have this id"


@rule(
    "unknown-field",
    Severity.NOTE,
    finds="fields that are not of the manifest's form",
    why="A misspelled field is as good as missing: nobody is in that group.",
)
def unknown_field(evidence: Evidence) -> Iterator[Hit]:
    unknown = Counter(name for clip in evidence.corpus.clips for name in clip.fields)
    for name in unknown.keys() - FIELDS.keys():
        having = [clip.name for clip in evidence.corpus.clips if name in clip.fields]
        yield having, f"{name!r} is not a field that is used"


@rule(
    "age-group",
    Severity.ERROR,
    finds="ages that are not of the age group beside them",
    why="The clip counts for the wrong group of people.",
)
def age_group(evidence: Evidence) -> Iterator[Hit]:
    for clip in evidence.corpus.clips:
        age, group = str(clip.fields.get("age", "")), clip.words("age_group")
        if age.isdecimal() and group in AGES:
            low, high = AGES[group]
            if not low <= int(age) <= high:
                yield (clip.name,), f"age {age}, but {group} (which is {low} to {high})"

"""From what was heard to what is scored: clips, sentences of long recordings, turns of talks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from data.audio.decode import decode
from evaluation.conditions import Condition, Times
from evaluation.corpora import Clip
from evaluation.metrics.counts import count_all
from evaluation.metrics.sentences import split_hypothesis
from evaluation.runs.format import Recording, TrueWord, Utterance
from evaluation.runs.heard import Heard

_NOT_GROUPS: Final = frozenset({"sha256", "licence", "source", "description", "script_sha256"})
_SAME: Final = Times()
_MOVING: Final = frozenset({"fast", "slow", "pause"})
"""Families of conditions in which words are not where they were."""


def recording_of(clip: Clip, sha256: str, snr_db: float | None, heard: Heard) -> Recording:
    """What was played and how the recogniser got on with it."""
    return Recording(
        id=clip.id,
        audio=clip.path,
        audio_sha256=sha256,
        duration_s=clip.duration_s,
        fields=_fields(clip.fields),
        snr_db=snr_db,
        processing_s=heard.processing_s,
        first_words_s=heard.first_words_s,
        rungs=heard.rungs,
        flags=heard.flags,
        withheld=heard.withheld,
        error=heard.error,
    )


def utterances_of(clip: Clip, heard: Heard, change: Condition | None) -> Iterator[Utterance]:
    """What is scored of a clip. Of one that failed: the references, without a count.

    Times of a condition that stretches or interrupts speech are those of the changed recording.
    """
    times = _times(clip, change)
    if clip.segments:
        yield from _segments(clip, heard, times)
        return
    yield Utterance(
        id=clip.id,
        recording=clip.id,
        reference=clip.text,
        hypothesis=heard.text,
        speaker=clip.speaker,
        start_s=0.0,
        end_s=times(clip.duration_s),
        words=heard.words,
        flags=tuple(heard.flags),
    )


def _segments(clip: Clip, heard: Heard, times: Times) -> Iterator[Utterance]:
    parts = split_hypothesis(clip.sentences, heard.words)
    for number, (segment, part) in enumerate(zip(clip.segments, parts, strict=True), start=1):
        start_s, end_s = times(segment.start_s), times(segment.end_s)
        yield Utterance(
            id=f"{clip.id}#{number}",
            recording=clip.id,
            reference=segment.text,
            hypothesis=part.text,
            speaker=segment.speaker or clip.speaker,
            start_s=start_s,
            end_s=end_s,
            fields=_fields(segment.fields),
            words=part.words,
            true_words=tuple(
                TrueWord(word, times(begun_s), times(ended_s))
                for word, begun_s, ended_s in segment.fields.get("words", ())
            ),
            flags=heard.flags_between(start_s, end_s),
        )


def counted(utterances: Sequence[Utterance], failed: frozenset[str]) -> list[Utterance]:
    """The same with their errors in every text form; none for recordings that failed."""
    scored = [each for each in utterances if each.recording not in failed]
    found = count_all([u.reference for u in scored], [u.hypothesis for u in scored])
    counts = {u.id: errors for u, errors in zip(scored, found, strict=True)}
    return [replace(u, counts=counts.get(u.id, {})) for u in utterances]


def _times(clip: Clip, change: Condition | None) -> Times:
    if change is None or change.family not in _MOVING:
        return _SAME
    return change.apply(decode(clip.audio), clip.id, clip.speaker).times


def _fields(fields: Mapping[str, Any]) -> dict[str, str]:
    """What people are grouped by: short values, each as a word."""
    return {
        key: str(value)
        for key, value in fields.items()
        if key not in _NOT_GROUPS and isinstance(value, str | int | float | bool)
    }

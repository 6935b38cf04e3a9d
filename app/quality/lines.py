"""From a whole run to its line in the list, and to the groups it can be cut by."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from app.quality import corpora
from app.quality.documents import RecordingRow, RunFile, UtteranceRow
from app.quality.schemas import Origin, RunHeader, RunLine

MOST_VALUES: Final = 30
"""A field with more values (a source, a licence, a description) is no group of speakers."""


def line(run: RunFile, origin: Origin) -> RunLine:
    """Header and headline figures."""
    summary = run.summary
    without_speech = summary.nonspeech.words_a_minute if summary.nonspeech else None
    return RunLine(
        **run.model_dump(include=set(RunHeader.model_fields)),
        origin=origin,
        title=corpora.about(run.corpus).title,
        scored=bool(summary.model_fields_set),
        clips=len(run.recordings) if summary.clips is None else summary.clips,
        utterances=len(run.utterances),
        speakers=summary.speakers,
        words=summary.words,
        failed=sum(recording.error is not None for recording in run.recordings),
        blocks_are=summary.blocks_are,
        wer=summary.wer.english if summary.wer else None,
        letters=summary.letters,
        words_without_speech=without_speech,
    )


def fields_of(recording: RecordingRow | None, utterance: UtteranceRow) -> dict[str, str]:
    """What is known of an utterance; what it says itself counts before its recording."""
    given = {**(recording.fields if recording else {}), **utterance.fields}
    if utterance.speaker is not None:
        given["speaker"] = utterance.speaker
    return {name: str(value) for name, value in given.items() if value is not None}


def groups(run: RunFile) -> dict[str, list[str]]:
    """Fields with two values or a few more, and those values."""
    values: dict[str, set[str]] = {}
    for _, fields in with_fields(run):
        for name, value in fields.items():
            values.setdefault(name, set()).add(value)
    return {
        name: sorted(found)
        for name, found in sorted(values.items())
        if 2 <= len(found) <= MOST_VALUES
    }


def with_fields(run: RunFile) -> Iterator[tuple[UtteranceRow, dict[str, str]]]:
    """Every utterance with what is known of it."""
    recordings = {recording.id: recording for recording in run.recordings}
    for utterance in run.utterances:
        yield utterance, fields_of(recordings.get(utterance.recording), utterance)

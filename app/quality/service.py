"""What the API tells of runs: with the words marked and the recordings found."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote

from app.errors import NotFound
from app.quality import audio, corpora, lines, picking
from app.quality.alignment import Mark, marks
from app.quality.documents import ChangedRow, RecordingRow, RunFile, UtteranceRow
from app.quality.library import Found, Library
from app.quality.picking import Form, Wanted
from app.quality.schemas import (
    ChangedOut,
    ComparisonFigures,
    ComparisonOut,
    HeardWord,
    RunOut,
    SaidWord,
    UtteranceOut,
    UtterancePage,
)

Roots = Sequence[Path]
"""Folders of corpora on this computer, the first that has a file wins."""


def describe(found: Found[RunFile], roots: Roots) -> RunOut:
    """A run without its utterances."""
    run = found.content
    return RunOut(
        **lines.line(run, found.origin).model_dump(),
        summary=run.summary,
        fields=lines.groups(run),
        about=corpora.about(run.corpus),
        audio_here=any(audio.find(roots, run.corpus, row.audio) for row in run.recordings[:1]),
    )


def utterances(
    found: Found[RunFile], roots: Roots, wanted: Wanted, cursor: str | None, limit: int
) -> UtterancePage:
    """One page. Raises `BadRequest`, `Unprocessable`."""
    start = picking.start_of(cursor, found.version)
    picked = picking.pick(found.content, wanted)
    recordings = {row.id: row for row in found.content.recordings}
    end = start + limit
    return UtterancePage(
        items=[
            _utterance(found.content, roots, recordings.get(row.recording), row, fields, wanted)
            for row, fields in picked[start:end]
        ],
        total=len(picked),
        next=picking.cursor(end, found.version) if end < len(picked) else None,
    )


def _utterance(
    run: RunFile,
    roots: Roots,
    recording: RecordingRow | None,
    row: UtteranceRow,
    fields: dict[str, str],
    wanted: Wanted,
) -> UtteranceOut:
    units, substitutions, deletions, insertions = picking.counted(row, wanted.form)
    said, heard = marked(row, right=_right(row))
    return UtteranceOut(
        id=row.id,
        recording=row.recording,
        speaker=row.speaker,
        start=row.start_s,
        end=row.end_s,
        fields=fields,
        reference=row.reference,
        hypothesis=row.hypothesis,
        units=units,
        substitutions=substitutions,
        deletions=deletions,
        insertions=insertions,
        said=said,
        heard=heard,
        audio=_address(run, recording, roots),
        error=recording.error if recording else None,
    )


def _right(row: UtteranceRow) -> bool:
    """Nothing is wrong once spelling, case and numbers are evened out."""
    return Form.ENGLISH in row.counts and picking.errors(row, Form.ENGLISH) == 0


def marked(row: UtteranceRow, *, right: bool) -> tuple[list[SaidWord], list[HeardWord]]:
    """Both texts word by word; heard words have times where the run kept them."""
    said = row.reference.split()
    timed = [(word.strip(), start, end, p) for word, start, end, p in row.words if word.strip()]
    heard = [word for word, *_ in timed] if timed else row.hypothesis.split()
    of_said, of_heard = _marks(said, heard, right)
    wanted = [SaidWord(word=word, mark=mark) for word, mark in zip(said, of_said, strict=True)]
    if not timed:
        return wanted, [HeardWord(word=w, mark=m) for w, m in zip(heard, of_heard, strict=True)]
    return wanted, [
        HeardWord(word=word, mark=mark, start=start, end=end, probability=probability)
        for (word, start, end, probability), mark in zip(timed, of_heard, strict=True)
    ]


def _marks(said: list[str], heard: list[str], right: bool) -> tuple[list[Mark], list[Mark]]:
    if right:
        return [Mark.SAME] * len(said), [Mark.SAME] * len(heard)
    return marks(said, heard)


def _address(run: RunFile, recording: RecordingRow | None, roots: Roots) -> str | None:
    if recording is None or audio.find(roots, run.corpus, recording.audio) is None:
        return None
    return f"/v1/quality/runs/{quote(run.name, safe='')}/recordings/{quote(recording.id)}/audio"


def recording_file(run: RunFile, recording_id: str, roots: Roots) -> Path:
    """The audio of a recording that the run names. Raises `NotFound`."""
    row = next((row for row in run.recordings if row.id == recording_id), None)
    if row is None:
        raise NotFound(
            code="recording_not_in_run",
            detail=f"The run {run.name} has no recording {recording_id!r:.200}.",
        )
    path = audio.find(roots, run.corpus, row.audio)
    if path is None:
        raise NotFound(
            code="corpus_not_here",
            detail=f"The recordings of {run.corpus} are not on this computer, so there are figures"
            " and texts but no sound. `python -m data list` says where they can be had; put the"
            " folder into `LECTERN_HOME/corpora`, or name its parent in `LECTERN_CORPORA`.",
        )
    return path


def comparison(library: Library, roots: Roots, a: str, b: str) -> ComparisonOut:
    """A comparison with the changed utterances marked. Raises `NotFound`."""
    found = library.comparison(a, b)
    try:
        run = library.run(a).content
    except NotFound:
        run = None  # the comparison can be read without the run; there is nothing to listen to
    rows = {row.id: row for row in run.utterances} if run else {}
    return ComparisonOut(
        **found.model_dump(include=set(ComparisonFigures.model_fields)),
        changed=[_changed(run, roots, rows.get(row.id), row) for row in found.utterances_changed],
    )


def _changed(
    run: RunFile | None, roots: Roots, utterance: UtteranceRow | None, row: ChangedRow
) -> ChangedOut:
    reference = row.reference.split()
    texts = {}
    for name, text, errors in (("a", row.a, row.errors_a), ("b", row.b, row.errors_b)):
        heard = text.split()
        of_said, of_heard = _marks(reference, heard, right=errors == 0)
        texts[f"said_{name}"] = [
            SaidWord(word=w, mark=m) for w, m in zip(reference, of_said, strict=True)
        ]
        texts[f"heard_{name}"] = [
            SaidWord(word=w, mark=m) for w, m in zip(heard, of_heard, strict=True)
        ]
    out = ChangedOut(**row.model_dump(), **texts)
    if run is None or utterance is None:
        return out
    recording = next((each for each in run.recordings if each.id == utterance.recording), None)
    return out.model_copy(
        update={
            "recording": utterance.recording,
            "start": utterance.start_s,
            "end": utterance.end_s,
            "audio": _address(run, recording, roots),
        }
    )

"""All finished transcripts of a project in one ZIP, made while it is sent.

One transcript at a time is in memory, and each is read in a transaction of its own: a download
that takes an hour keeps no other work waiting. The table at the end says what is in the archive
and, of what is not, why.
"""

# Ch 12 · Scaling the System: a thousand transcripts are sent in the memory that one takes

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from sqlmodel import Session, col, select
from zipstream import ZIP_DEFLATED, ZipStream

from app.context import Context
from app.errors import Conflict, Problem
from app.projects.filenames import Names, safe_stem
from app.projects.finding import get
from app.recordings.tables import Recording
from app.transcriptions import read
from app.transcriptions.exports.choosing import Chosen, cleaned
from app.transcriptions.exports.registry import encoded
from app.transcriptions.exports.tables import BYTE_ORDER_MARK, harmless
from app.transcriptions.schemas import SegmentOut, TranscriptionOut
from app.transcriptions.tables import Status, Transcription

MANIFEST: Final = "contents.csv"
COLUMNS: Final = (
    "file",
    "name",
    "id",
    "status",
    "reason",
    "duration_s",
    "language",
    "model",
    "model_sha256",
    "domain",
    "flags",
    "corrected",
    "final",
    "recording_sha256",
)
_FLUSH_BYTES: Final = 64 * 1024


@dataclass(frozen=True, slots=True)
class _Row:
    """A line of the table. `flags` are counted while the file is written, which is before it."""

    id: str
    file: str = ""
    reason: str = ""
    told: TranscriptionOut | None = None
    sha256: str = ""
    flags: Counter[str] = field(default_factory=Counter)

    def cells(self) -> tuple[str, ...]:
        job = self.told
        if job is None:
            return ("", "", self.id, "deleted", self.reason, *[""] * (len(COLUMNS) - 5))
        return (
            harmless(self.file),
            harmless(job.name),
            job.id,
            job.status,
            harmless(self.reason),
            "" if job.duration is None else f"{job.duration:.3f}",
            job.language or "",
            harmless(job.model.name),
            job.model.version or "",
            job.domain.name if job.domain else "",
            "; ".join(f"{flag}: {count}" for flag, count in sorted(self.flags.items())),
            str(job.corrected),
            job.final_at.isoformat() if job.final_at else "",
            self.sha256,
        )


@dataclass(slots=True)
class Archive:
    """What is to be sent; `pieces` may be taken once."""

    name: str
    job_ids: list[str]
    context: Context
    chosen: Chosen
    _rows: list[_Row] = field(default_factory=list)

    def pieces(self) -> Iterator[bytes]:
        """The archive, a little at a time."""
        stream = ZipStream(compress_type=ZIP_DEFLATED)
        names = Names()
        names.unique(MANIFEST.rsplit(".", 1)[0], "csv")
        for job_id in self.job_ids:
            with self.context.database.read() as session:
                self._add(session, stream, names, job_id)
                # Packed while the session is open, sent after: a slow reader holds no transaction
                packed = b"".join(stream.file())
            if packed:
                yield packed
        stream.add(self._manifest(), MANIFEST)
        yield from _gathered(stream.finalize())

    def _add(self, session: Session, stream: ZipStream, names: Names, job_id: str) -> None:
        job = session.get(Transcription, job_id)
        if job is None:
            self._rows.append(_Row(job_id, reason="It was deleted meanwhile."))
            return
        told, file, reason = read.without_segments(session, job), "", _why_not(job)
        flags: Counter[str] = Counter()
        if not reason:
            said = read.said(session, job.id)
            try:
                kept = cleaned(said, self.chosen.options, told.language)
            except Problem as problem:
                reason = problem.detail
            else:
                file = names.unique(job.name, self.chosen.format.suffix)
                pieces = self.chosen.format.pieces(told, _counted(kept, flags), self.chosen.options)
                stream.add(encoded(pieces), file)
        recording = session.get(Recording, job.recording_id)
        sha256 = recording.upload_sha256 if recording is not None else ""
        self._rows.append(_Row(job.id, file, reason, told, sha256, flags))

    def _manifest(self) -> Iterator[bytes]:
        line = io.StringIO()
        writer = csv.writer(line, lineterminator="\r\n")
        yield BYTE_ORDER_MARK.encode()
        for cells in (COLUMNS, *(row.cells() for row in self._rows)):
            writer.writerow(cells)
            yield line.getvalue().encode()
            line.seek(0)
            line.truncate()


def archive(context: Context, project_id: str, chosen: Chosen) -> Archive:
    """Raises `NotFound`, and `Conflict` while no transcript of the project is finished."""
    with context.database.read() as session:
        project = get(session, project_id)
        rows = session.exec(
            select(Transcription.id, Transcription.status)
            .where(Transcription.project_id == project.id)
            .order_by(col(Transcription.created_at), col(Transcription.id))
        ).all()
    if not any(status is Status.SUCCEEDED for _, status in rows):
        has = "None of its transcripts is finished" if rows else "It has no transcripts"
        raise Conflict(
            code="nothing_to_export",
            detail=f"The project {project.name!r} cannot be exported yet. {has}; nothing is lost."
            " Try again when one is ready.",
        )
    return Archive(safe_stem(f"{project.name}."), [job_id for job_id, _ in rows], context, chosen)


def _why_not(job: Transcription) -> str:
    """Why there is no file; empty: there is one."""
    if job.status is Status.SUCCEEDED:
        return ""
    if job.error_message:
        return job.error_message
    return {
        Status.QUEUED: "It waits to be transcribed.",
        Status.RUNNING: "It is being transcribed.",
        Status.CANCELLED: "It was cancelled.",
    }.get(job.status, "It failed.")


def _counted(segments: Iterable[SegmentOut], flags: Counter[str]) -> Iterator[SegmentOut]:
    for segment in segments:
        flags.update(segment.flags)
        yield segment


def _gathered(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """In larger pieces: each crosses from a thread to the event loop."""
    held = bytearray()
    for piece in pieces:
        held += piece
        if len(held) >= _FLUSH_BYTES:
            yield bytes(held)
            held.clear()
    if held:
        yield bytes(held)

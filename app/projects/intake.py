"""What is sent to a project: a recording, or a ZIP of them; each ends in its list of uploads."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlmodel import Session

from app.context import Context
from app.errors import Problem
from app.ids import new_id
from app.media.containers import Container
from app.projects import service
from app.projects.archive import Skipped, is_archive, unpacked
from app.recordings import service as recordings
from app.recordings.tables import Recording
from app.recordings.upload import ReceivedFile, Upload

ARCHIVE = Container("zip", (), "application/zip", playable=False)


class ArchiveUpload(Upload):
    """An upload that may be a ZIP as well."""

    def _identify(self) -> Container:
        return ARCHIVE if is_archive(bytes(self._head)) else super()._identify()


@dataclass(slots=True)
class Taken:
    """What came of a file."""

    added: list[Recording] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)


def take(context: Context, project_id: str, file: ReceivedFile) -> Taken:
    """Add a received file, or what is in it, to the uploads that wait; blocking.

    A recording that is refused is a `Problem`, as for an upload outside of a project; of a ZIP
    it is only left out.
    """
    if file.container is not ARCHIVE:
        return Taken(added=[_added(context, project_id, file)])
    taken = Taken()
    try:
        with context.storage.local_file(file.key) as opened:
            for found in unpacked(context, opened):
                _take_member(context, project_id, found, taken)
    finally:
        context.storage.delete(file.key)
    return taken


def _take_member(
    context: Context, project_id: str, found: ReceivedFile | Skipped, taken: Taken
) -> None:
    if isinstance(found, Skipped):
        taken.skipped.append(found)
        return
    try:
        taken.added.append(_added(context, project_id, found))
    except Problem as problem:
        taken.skipped.append(Skipped(found.name, problem.code, problem.detail))


def _added(context: Context, project_id: str, file: ReceivedFile) -> Recording:
    info = recordings.probe(context, file)
    recording_id = new_id("rec")

    def work(session: Session) -> Recording:
        kept = session.get(Recording, recording_id)  # committed, but the answer was lost
        if kept is None:
            recordings.keep(session, file, info, recording_id)
            session.flush()
        return service.add(session, project_id, recording_id)

    with recordings.kept_or_deleted(context.storage, file):
        return context.database.transact(work)

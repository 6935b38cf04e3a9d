"""What nobody goes on with is deleted: expired uploads, files without rows, rows without files.

Two things must agree, because a clock may jump: the time of day says that an upload has expired,
and this process has itself watched it lie still for an hour of its own, monotonic time. A part
that is just arriving is told by the lock on its file.
"""

# Ch 18 · System Quality: a wrong clock alone deletes nothing that somebody still sends

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from sqlmodel import Session, select

from app.clock import now
from app.context import Context
from app.errors import Gone
from app.silence import Silence
from app.uploads import service
from app.uploads.protocol import Busy
from app.uploads.spool import HANDOVER, Spool
from app.uploads.tables import Upload, UploadState

STILL_S = 3600.0


@dataclass(frozen=True, slots=True)
class _Suspect:
    """Why something may go. Equal as long as nothing about it has changed."""

    why: str
    bytes: int


@dataclass(slots=True)
class Sweeper:
    """Call `run` every now and then, in one process; it remembers what it has seen."""

    context: Context
    still_s: float = STILL_S
    clock: Callable[[], float] = time.monotonic
    _watch: Silence = field(init=False)

    def __post_init__(self) -> None:
        self._watch = Silence(self.clock)

    def run(self) -> int:
        """Returns how many uploads, leftovers included, were removed."""
        spool = service.spool_of(self.context)
        suspects = self._suspects(spool)
        lasts_s = self._watch.observe(suspects)
        return sum(
            self._remove(spool, upload_id, suspect)
            for upload_id, suspect in suspects.items()
            if lasts_s[upload_id] >= self.still_s
        )

    def _suspects(self, spool: Spool) -> dict[str, _Suspect]:
        # In this order: an upload begun in between has a row and no file that we know of,
        # which would have to last an hour
        files = {name.removesuffix(HANDOVER) for name in spool.names()}
        with self.context.database.read() as session:
            rows = {row.id: row for row in session.exec(select(Upload))}
        found = {
            name: _Suspect("no row", spool.length(name) or 0) for name in files if name not in rows
        }
        for upload_id, row in rows.items():
            why = _reason(row, upload_id in files)
            if why is not None:
                found[upload_id] = _Suspect(why, row.received_bytes)
        return found

    def _remove(self, spool: Spool, upload_id: str, suspect: _Suspect) -> bool:
        try:
            file = spool.claim(upload_id)
        except Busy:
            return False
        except Gone:
            file = None
        try:
            self.context.database.transact(lambda session: _forget(session, upload_id, suspect))
            spool.remove(upload_id)
        finally:
            if file is not None:
                file.close()
        return True


def _reason(row: Upload, has_file: bool) -> str | None:
    if row.expires_at < now():
        return "expired"
    if row.state is UploadState.RECEIVING:
        return None if has_file else "no file"
    return "over" if has_file else None


def _forget(session: Session, upload_id: str, suspect: _Suspect) -> None:
    row = session.get(Upload, upload_id, with_for_update=True)
    if row is not None and suspect.why != "over":
        session.delete(row)

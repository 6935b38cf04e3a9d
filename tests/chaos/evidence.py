"""What is there after a run, read once from database, storage, broker and process table."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

import psutil
import redis
from sqlalchemy import text
from sqlmodel import Session, col, select

from app.broker import TASKS
from app.context import Context
from app.database import Database
from app.outbox.tables import OutboxRow
from app.recordings.tables import Recording as RecordingRow
from app.releases.tables import ModelVersion
from app.storage.leftovers import Leftovers
from app.transcriptions.orphans import named_objects
from app.transcriptions.tables import Attempt, SegmentRow, Transcription, WindowRow, WindowState
from deploy.local.product import Product
from tests.chaos.audit import Entry
from tests.chaos.customers import Receipt
from tests.chaos.recordings import Recording

Heard = tuple[str, tuple[tuple[float, float, str], ...]]
"""A text and its segments as (start_s, end_s, text)."""
DRAIN_S = 20.0


def in_order(segment: tuple[float, float, str]) -> tuple[float, str]:
    """Sorts segments, however little their ends differ."""
    return segment[0], segment[2]


@dataclass(slots=True)
class Evidence:
    """A run's outcome. All rows are detached."""

    receipts: list[Receipt]
    recordings: Mapping[str, Recording]
    quiet: Mapping[str, Heard]
    """What was heard in each recording when nothing was broken."""
    entries: list[Entry]
    retried_after: set[str]
    """Jobs that failed honestly and were retried once the trouble was over."""
    jobs: dict[str, Transcription] = field(default_factory=dict)
    windows: dict[str, list[WindowRow]] = field(default_factory=dict)
    segments: dict[str, list[SegmentRow]] = field(default_factory=dict)
    attempts: list[Attempt] = field(default_factory=list)
    uploads: list[RecordingRow] = field(default_factory=list)
    adapters: set[str] = field(default_factory=set)
    """Keys of those that come with Lectern."""
    unsent: int = 0
    waiting: dict[str, int] = field(default_factory=dict)
    """Messages in the broker, by queue."""
    strays: list[str] = field(default_factory=list)
    """Processes that ran at the end although nothing was left to do, or outside the tree."""
    survivors: list[str] = field(default_factory=list)
    """Processes that outlived the product."""
    swept: int = 0
    objects: set[str] = field(default_factory=set)
    """Keys in the storage after the sweep."""
    unfinished: int = 0
    damage: list[str] = field(default_factory=list)
    """What the database says of its own integrity."""

    def recording_of(self, job: Transcription) -> Recording:
        return self.recordings[job.name.partition("-")[2]]

    def heard(self, job: Transcription) -> Heard:
        rows = [(row.start_s, row.end_s, row.text) for row in self.segments.get(job.id, [])]
        return job.text or "", tuple(sorted(rows, key=in_order))

    def degraded(self, job: Transcription) -> bool:
        """Whether it says itself that a window was not recognised by the model asked for."""
        return any(
            row.rung > 0 and row.state in (WindowState.DONE, WindowState.FAILED)
            for row in self.windows.get(job.id, [])
        )


def read_rows(session: Session, found: Evidence) -> None:
    found.jobs = {job.id: job for job in session.exec(select(Transcription))}
    windows, segments = defaultdict(list), defaultdict(list)
    for window in session.exec(select(WindowRow)):
        windows[window.transcription_id].append(window)
    for segment in session.exec(select(SegmentRow)):
        segments[segment.transcription_id].append(segment)
    found.windows, found.segments = dict(windows), dict(segments)
    found.attempts = list(session.exec(select(Attempt)))
    found.uploads = list(session.exec(select(RecordingRow)))
    found.adapters = {key for key in session.exec(select(ModelVersion.adapter_key)) if key}
    found.damage = _damage(session)


def _damage(session: Session) -> list[str]:
    if session.get_bind().dialect.name != "sqlite":
        return []  # PostgreSQL checks its foreign keys itself
    told = [str(row[0]) for row in session.execute(text("PRAGMA integrity_check"))]
    broken = [f"foreign key: {row}" for row in session.execute(text("PRAGMA foreign_key_check"))]
    return [line for line in told if line != "ok"] + broken


def read_storage(context: Context, found: Evidence) -> None:
    """Sweep as the dispatcher does, at once instead of after an hour, and look what is left."""
    with context.database.read() as session:
        named = named_objects(session)
    found.swept = Leftovers(context.storage, older_than_s=0.0).sweep(named)
    found.unfinished = len(list(context.storage.half_written()))
    found.objects = set(context.storage.keys())


def drain(product: Product, database: Database, found: Evidence) -> None:
    """Wait until nothing is left to be sent or to be taken; what is left after all is told."""
    until = time.monotonic() + DRAIN_S
    unsent = select(OutboxRow.number).where(col(OutboxRow.sent_at).is_(None))
    socket = str(product.run_dir / "broker.sock")
    with redis.Redis(unix_socket_path=socket, socket_timeout=5) as broker:
        while True:
            found.waiting = {queue: int(broker.llen(queue)) for _, queue in TASKS.values()}
            with database.read() as session:
                found.unsent = len(session.exec(unsent).all())
            if not found.unsent and not any(found.waiting.values()):
                return
            if time.monotonic() > until:
                return
            time.sleep(0.2)


def read_strays(product: Product, found: Evidence) -> None:
    """Processes outside the launcher's tree, and children of a decoder that has nothing to do."""
    tree = psutil.Process(product.launcher.pid)
    inside = {each.pid for each in (tree, *tree.children(recursive=True))}
    found.strays = [_told(each) for each in of_home(product) if each.pid not in inside]
    decoder = psutil.Process(product.pids()["decoder"])
    found.strays += [f"decoding child {each.pid}" for each in decoder.children()]


def read_survivors(product: Product, found: Evidence, patience_s: float = 5.0) -> None:
    until = time.monotonic() + patience_s
    while (left := of_home(product)) and time.monotonic() < until:
        time.sleep(0.1)
    found.survivors = [_told(each) for each in left]


def of_home(product: Product) -> list[psutil.Process]:
    """Everything alive that was started for this home, told by its environment or command."""
    home, found = str(product.home), []
    for process in psutil.process_iter():
        try:
            if process.status() == psutil.STATUS_ZOMBIE:
                continue
            named = process.environ().get("LECTERN_HOME") == home
            if named or home in " ".join(process.cmdline()):
                found.append(process)
        except psutil.Error:
            continue
    return found


def _told(process: psutil.Process) -> str:
    try:
        return f"{process.pid} (parent {process.ppid()}): {' '.join(process.cmdline())[:120]}"
    except psutil.Error:
        return str(process.pid)

"""Adapters in the background: one at a time, and never before somebody's transcript."""

# Ch 11 · Automating the Pipeline: from terms and a page of text to a judged adapter, unattended

from __future__ import annotations

import errno
import hashlib
import logging
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Final

from sqlmodel import Session

from app.adaptations import holding
from app.adaptations.holding import Held, LeaseLost, Told
from app.adaptations.service import TRAINING
from app.context import Context
from app.database import DatabaseError
from app.errors import Problem
from app.releases.files import keep
from app.storage.base import StorageAway
from app.telemetry.service import seen
from data.domains.folder import ADAPTER, RECORD
from data.domains.own.page import BadText
from data.domains.record import VersionRecord
from worker.adaptation import customers
from worker.stopping import told_to_stop
from worker.training.group import Group
from worker.training.progress import Progress

logger = logging.getLogger("lectern.training")
ALIVE_S: Final = 10.0
LOOK_S: Final = 0.25
TELL_S: Final = 1.0
"""Progress is written no more often than that."""
QUIET_S: Final = 2.0
"""No transcription for so long before training goes on."""
SAFE: Final = "What was made so far is kept, and what serves the domain is not touched."


class Stopped(Exception):
    """The worker was told to stop."""


class Failed(Exception):
    """It cannot be made; the message is for a person."""

    def __init__(self, message: str, *, code: str = "training_failed") -> None:
        super().__init__(message)
        self.code = code


def keep_telling(context: Context) -> None:
    """Show that somebody here can train, as long as this process lives."""

    def run() -> None:
        while True:
            try:
                context.database.transact(lambda session: seen(session, TRAINING))
            except DatabaseError as error:
                logger.warning("cannot tell that training is possible: %s", error)
            time.sleep(ALIVE_S)

    threading.Thread(target=run, name="alive", daemon=True).start()


def train_waiting(context: Context) -> None:
    """Make the adapters that wait, one after the other, until none does."""
    context.database.transact(lambda session: seen(session, TRAINING, woken=True))
    _forget_removed(context)
    while not told_to_stop():
        held = context.database.transact(holding.claim)
        if held is None:
            return
        _train(context, held)


def _forget_removed(context: Context) -> None:
    """What was made of the text of domains that were removed since."""
    known = customers.known(context.settings)
    with context.database.read() as session:
        gone = holding.removed(session, known)
    for name in gone:
        try:
            stages = customers.forget(name, context.settings)
        except OSError as error:
            logger.warning("what was made of %s stays for now: %s", name, error)
        else:
            logger.info("%s was removed: %d stages went with it", name, stages)


def _train(context: Context, held: Held) -> None:
    try:
        made = _made(context, held)
        _register(context, held, made)
    except LeaseLost:
        logger.info("%s was cancelled or taken away", held.id)
    except Stopped:
        _end(context, held, partial(holding.hand_back, why="the product was stopped"))
    except Failed as failed:
        _fail(context, held, failed.code, str(failed))
    except BadText as error:
        _fail(context, held, error.code, f"{error} {SAFE}", retryable=False)
    except DatabaseError as error:
        logger.warning("%s is left to the reaper: %s", held.id, error)
    except (OSError, Problem) as error:
        _fail(context, held, "training_failed", _of_system(error))
    except Exception as error:
        logger.exception("adapting %s failed", held.name)
        told = f"The adapter could not be made because of an error on our side ({error!r}). {SAFE}"
        _fail(context, held, "training_failed", told)


def _made(context: Context, held: Held) -> Path:
    """Run the pipeline; gives the folder of what came out. Raises `Failed`, `Stopped`."""
    settings = context.settings
    written = customers.write(held, settings)
    progress = Progress(written.expected)
    with Group(customers.command(written.folder, settings), settings.home) as group:
        _watch(context, held, group, progress)
    last = progress.last
    if last.get("state") == "made":
        return Path(last["folder"])
    if last.get("state") == "failed":
        raise Failed(_safe(last["message"]))
    raise Failed(f"Training ended without a word (exit code {group.code}). {SAFE}")


def _watch(context: Context, held: Held, group: Group, progress: Progress) -> None:
    """Until it is over: tell how far it is, and let transcriptions go first."""
    told_at, quiet_since = float("-inf"), float("-inf")
    while group.runs:
        if told_to_stop():
            raise Stopped
        context.faults.maybe_die()
        for line in group.lines(LOOK_S):
            progress.hear(line)
        now = time.monotonic()
        waiting = _jobs_waiting(context)
        if waiting:
            quiet_since = now
            if not group.paused:
                group.pause()
        elif group.paused and now - quiet_since >= QUIET_S:
            group.go_on()
        if now - told_at >= TELL_S:
            told_at = now
            _tell(context, held, progress.told(waiting if group.paused else None))
    for line in group.lines(0.0):
        progress.hear(line)
    _tell(context, held, progress.told(None))


def _tell(context: Context, held: Held, told: Told) -> None:
    context.database.transact(lambda session: holding.tell(session, held, told))


def _jobs_waiting(context: Context) -> int:
    with context.database.read() as session:
        return holding.jobs_waiting(session)


def _register(context: Context, held: Held, folder: Path) -> None:
    """Adapter into the storage, record into the registry. Raises `LeaseLost`."""
    record = VersionRecord.read(folder / RECORD)
    content = (folder / ADAPTER).read_bytes()
    if hashlib.sha256(content).hexdigest() != record.adapter.sha256:
        raise Failed(f"The adapter on the disk is not the one that was judged; try again. {SAFE}")
    key = keep(context.storage, record.adapter.sha256, lambda: content)
    context.database.transact(lambda session: holding.made(session, held, record, key))


def _fail(context: Context, held: Held, code: str, message: str, *, retryable: bool = True) -> None:
    logger.warning("%s of %s failed: %s", held.id, held.name, message)
    _end(
        context,
        held,
        lambda session, held_: holding.fail(session, held_, code, message, retryable=retryable),
    )


def _end(context: Context, held: Held, how: Callable[[Session, Held], Any]) -> None:
    """Where even that fails, the reaper will find it silent."""
    try:
        context.database.transact(lambda session: how(session, held))
    except LeaseLost:
        logger.info("%s was cancelled or taken away before it ended", held.id)
    except DatabaseError as error:
        logger.warning("the end of %s could not be told: %s", held.id, error)


def _of_system(error: Exception) -> str:
    if isinstance(error, StorageAway):
        return f"The storage does not answer: the adapter could not be kept. {SAFE} Try again."
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"The disk is full. {SAFE} Make room and try again."
    return _safe(str(error))


def _safe(message: str) -> str:
    """What happened, and what is safe, unless it says so itself."""
    return message if "is kept" in message else f"{message.rstrip('.')}. {SAFE}"

"""Tasks: an id in, one call, nothing else. What they find to do is in the database."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from celery.signals import worker_process_init

from app.broker import MEDIA_QUEUE, RECOGNISER_QUEUE, TASKS, TRAINING_QUEUE, WAKE_UP
from app.context import Context, open_context
from app.outbox.tables import Topic
from app.settings import get_settings
from app.telemetry.service import seen
from worker.celery_app import celery

if TYPE_CHECKING:
    from worker.host import Host

KINDS = {MEDIA_QUEUE: "media", RECOGNISER_QUEUE: "host", TRAINING_QUEUE: "training"}


@lru_cache(maxsize=1)
def _context() -> Context:
    """Opened in the child that runs the tasks, never before the fork."""
    return open_context(get_settings())


@lru_cache(maxsize=1)
def _host() -> Host:
    from worker.host import Host

    return Host(_context())


@worker_process_init.connect
def _load(**_: object) -> None:
    """Load the model before the first message comes, in the process that will use it."""
    if RECOGNISER_QUEUE in celery.amqp.queues.consume_from:
        from worker.features.forgetting import keep_forgetting

        keep_forgetting(_context())
        _host().warm_up()
    if TRAINING_QUEUE in celery.amqp.queues.consume_from:
        from worker.training.work import keep_telling

        keep_telling(_context())


@celery.task(name=TASKS[Topic.PREPARE][0])
def prepare(_transcription_id: str) -> None:
    """The id is for the log: whose turn it is, the database says."""
    from worker.preparing import prepare_waiting

    prepare_waiting(_context())


@celery.task(name=TASKS[Topic.RECOGNISE][0])
def recognise(_transcription_id: str) -> None:
    """The id is for the log: the host takes whichever windows are next by fair share."""
    _host().work()


@celery.task(name=TASKS[Topic.ADAPT][0])
def adapt(_adaptation_id: str) -> None:
    """The id is for the log: which adapter is made next, the database says."""
    from worker.training.work import train_waiting

    train_waiting(_context())


@celery.task(name=WAKE_UP)
def wake_up(queue: str) -> None:
    with _context().database.write() as session:
        seen(session, KINDS[queue], woken=True)

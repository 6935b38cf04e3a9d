"""What the broker is used for: waking workers by the name of a task. It holds no truth."""

# Ch 8 · Thinking like a Software Architect: the product names tasks, it never imports the workers

from __future__ import annotations

from dataclasses import dataclass

from celery import Celery
from kombu.entity import Queue
from kombu.exceptions import ChannelError, OperationalError

from app.outbox.tables import Topic

MEDIA_QUEUE = "media"
RECOGNISER_QUEUE = "recogniser"
TRAINING_QUEUE = "training"
TASKS = {
    Topic.PREPARE: ("lectern.prepare", MEDIA_QUEUE),
    Topic.RECOGNISE: ("lectern.recognise", RECOGNISER_QUEUE),
    Topic.ADAPT: ("lectern.adapt", TRAINING_QUEUE),
}
WAKE_UP = "lectern.wake_up"


class BrokerDown(Exception):
    """The broker did not answer."""


@dataclass(frozen=True, slots=True)
class Broker:
    """What the dispatcher asks of the broker. Raises `BrokerDown`."""

    celery: Celery

    def send(self, task: str, arguments: list[str], queue: str, late_s: float = 0.0) -> None:
        """Hand over one message; it is delivered `late_s` after it arrived.

        It does not expire: the time of day at which it would is read by another clock.
        """
        try:
            self.celery.send_task(task, arguments, queue=queue, countdown=late_s or None)
        except (OperationalError, OSError) as error:
            raise BrokerDown(str(error)) from error

    def waiting(self, queue: str) -> int:
        """Messages that nobody has taken yet."""
        try:
            with self.celery.connection_for_read() as connection:
                channel = connection.default_channel
                try:
                    return int(channel.queue_declare(queue=queue, passive=True).message_count)
                except ChannelError:
                    return 0  # nobody ever sent one there
        except (OperationalError, OSError) as error:
            raise BrokerDown(str(error)) from error


def make_celery(broker_url: str) -> Celery:
    """A Celery application with the settings all processes share."""
    celery = Celery("lectern", broker=broker_url)
    celery.conf.update(
        task_serializer="json",
        accept_content=["json"],
        task_ignore_result=True,
        # Taken off the queue as they are delivered: redelivery is worth nothing where the database
        # is the truth, and the bookkeeping of unacknowledged messages can make a worker deaf that
        # loses the broker at the wrong moment (it waits for an answer to an acknowledgement)
        task_queues=[_queue(name) for name in (MEDIA_QUEUE, RECOGNISER_QUEUE, TRAINING_QUEUE)],
        task_default_queue=MEDIA_QUEUE,
        worker_prefetch_multiplier=1,
        worker_hijack_root_logger=False,
        worker_enable_remote_control=False,
        # A model is loaded before its process says that it is up; Celery would kill it after 4 s,
        # and the next one, for ever, where loading takes longer than that
        worker_proc_alive_timeout=600.0,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        broker_transport_options={
            "socket_connect_timeout": 2,
            "socket_timeout": 10,
            "retry_on_timeout": True,
            "max_retries": 1,
        },
        task_publish_retry=False,
        enable_utc=True,
    )
    return celery


def _queue(name: str) -> Queue:
    return Queue(name, no_ack=True)  # type: ignore[no-untyped-call]

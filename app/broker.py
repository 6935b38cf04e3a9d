"""What the broker is used for: waking workers by the name of a task. It holds no truth."""

# Ch 8 · Thinking like a Software Architect: the product names tasks, it never imports the workers

from __future__ import annotations

from celery import Celery

from app.outbox.tables import Topic

MEDIA_QUEUE = "media"
RECOGNISER_QUEUE = "recogniser"
TASKS = {
    Topic.PREPARE: ("lectern.prepare", MEDIA_QUEUE),
    Topic.RECOGNISE: ("lectern.recognise", RECOGNISER_QUEUE),
}
WAKE_UP = "lectern.wake_up"
EXPIRES_S = 60.0
"""A wake-up nobody took is worthless after this long: the dispatcher will have sent another."""


def make_celery(broker_url: str) -> Celery:
    """A Celery application with the settings all processes share."""
    celery = Celery("lectern", broker=broker_url)
    celery.conf.update(
        task_serializer="json",
        accept_content=["json"],
        task_ignore_result=True,
        task_create_missing_queues=True,
        task_default_queue=MEDIA_QUEUE,
        worker_prefetch_multiplier=1,
        worker_hijack_root_logger=False,
        worker_enable_remote_control=False,
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

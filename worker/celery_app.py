"""The Celery application of both kinds of worker. Task modules import heavy libraries lazily, so
that a worker's parent process stays small and its children load what they need after the fork."""

from __future__ import annotations

from app.broker import make_celery
from app.settings import get_settings

celery = make_celery(get_settings().broker)
celery.conf.imports = ("worker.stopping", "worker.tasks")

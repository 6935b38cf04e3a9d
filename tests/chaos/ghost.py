"""A second model host, as another computer would have one, that can hang and come back."""

from __future__ import annotations

import os
import re
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
from sqlmodel import select

from app.database import Database, DatabaseError
from app.settings import REPOSITORY, Settings
from app.transcriptions.tables import WindowRow, WindowState
from deploy.local.programs import programs


@dataclass(frozen=True, slots=True)
class ModelHost:
    """A running Celery worker of the recogniser's queue."""

    process: subprocess.Popen[bytes]

    def child_with_window(self, database: Database, patience_s: float) -> int | None:
        """The process number of the child that holds a window now; None if it was given none."""
        until = time.monotonic() + patience_s
        while time.monotonic() < until and self.process.poll() is None:
            children = {each.pid for each in psutil.Process(self.process.pid).children()}
            running = select(WindowRow.process).where(WindowRow.state == WindowState.RUNNING)
            try:
                with database.read() as session:
                    holders = [_number(name or "") for name in session.exec(running)]
            except DatabaseError:
                continue  # our connection was dropped as well
            for pid in holders:
                if pid in children:
                    return pid
            time.sleep(0.02)
        return None


def _number(name: str) -> int | None:
    """Of a process, from the name it gives itself in the database."""
    found = re.match(r"host@.*?:(\d+)", name)
    return int(found[1]) if found else None


@contextmanager
def model_host(home: Path, environment: Mapping[str, str]) -> Iterator[ModelHost]:
    """Started beside the product in `home`, ended with the block."""
    program = next(p for p in programs(Settings(home=home), ui=False) if p.name == "host")
    command = [word.replace("host@", "ghost@") for word in program.command]
    env = {**os.environ, **program.environment, **environment, "LECTERN_HOME": str(home)}
    process = subprocess.Popen(
        command,
        cwd=REPOSITORY,
        env={**env, "LECTERN_STREAMS": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield ModelHost(process)
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

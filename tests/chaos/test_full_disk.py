"""A disk without a free byte costs launcher and supervisor lines of their logs, not their lives."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from app.settings import REPOSITORY, Settings
from deploy.local import launcher
from deploy.local.launcher import Launcher

CONF = """
[supervisord]
logfile = /dev/full
logfile_maxbytes = 0
pidfile = {folder}/supervisor.pid
nodaemon = true
silent = true
[program:talker]
command = {python} -c "while True: print(1)"
startsecs = 0
stdout_logfile = /dev/full
stdout_logfile_maxbytes = 0
"""


@pytest.mark.chapter(13)
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_the_supervisor_survives_logs_that_cannot_be_written(tmp_path: Path) -> None:
    conf = tmp_path / "supervisor.conf"
    conf.write_text(CONF.format(folder=tmp_path, python=sys.executable))
    command = ["deploy.local.supervise", str(conf), str(tmp_path / "lock"), str(os.getpid())]
    with Path("/dev/full").open("wb") as full:
        supervisor = subprocess.Popen(
            [sys.executable, "-m", *command], cwd=REPOSITORY, stdout=full, stderr=full
        )
    try:
        with pytest.raises(subprocess.TimeoutExpired):
            supervisor.wait(4)
    finally:
        supervisor.send_signal(signal.SIGTERM)
        code = supervisor.wait(20)
    assert code == 0


@pytest.mark.chapter(13)
def test_the_launcher_tries_until_there_is_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[float] = []

    def start(_: Launcher) -> None:
        tried.append(time.monotonic())
        if len(tried) < 3:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Launcher, "start", start)
    monkeypatch.setattr(launcher, "WATCH_S", 0.01)
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    watched = Launcher(Settings(home=tmp_path), [], with_page=False)
    watched._supervisor = ended
    watched._look_after_supervisor()
    assert len(tried) == 3

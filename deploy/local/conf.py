"""supervisord's configuration, written anew at every start."""

from __future__ import annotations

import getpass
import os
import shlex
from collections.abc import Iterable, Mapping
from pathlib import Path

from app.settings import REPOSITORY
from deploy.local.programs import Program

GROUP = "lectern"
LOG_BYTES = 5_000_000
LOGS_KEPT = 3
ALIVE_AFTER_S = 2
"""A process that dies earlier is started again after a pause that grows with each time."""
FOR_EVER = 1_000_000


def control_socket(run_dir: Path) -> Path:
    # Short: supervisord appends its process number while it makes the socket
    return run_dir / "ctl.sock"


def supervisor_conf(programs: Iterable[Program], run_dir: Path, logs: Path) -> str:
    """The text of the file. The processes inherit supervisord's environment."""
    programs = list(programs)
    sections = [
        _section("unix_http_server", {"file": control_socket(run_dir), "chmod": "0600"}),
        _section(
            "rpcinterface:supervisor",
            {"supervisor.rpcinterface_factory": "supervisor.rpcinterface:make_main_rpcinterface"},
        ),
        _section("supervisord", _supervisord(run_dir, logs)),
        *(_section(f"program:{program.name}", _program(program, logs)) for program in programs),
        # One group: its members are asked to stop all at once, not one after the other
        _section(f"group:{GROUP}", {"programs": ",".join(program.name for program in programs)}),
    ]
    return "\n".join(sections)


def _supervisord(run_dir: Path, logs: Path) -> dict[str, object]:
    options: dict[str, object] = {
        "logfile": logs / "supervisor.log",
        "logfile_maxbytes": LOG_BYTES,
        "logfile_backups": LOGS_KEPT,
        "pidfile": run_dir / "supervisor.pid",
        "childlogdir": logs,
        "nodaemon": "true",
        "silent": "true",
    }
    if os.getuid() == 0:
        options["user"] = getpass.getuser()  # said on purpose, or it warns
    return options


def _program(program: Program, logs: Path) -> dict[str, object]:
    # Ch 13 · Planning for Operations: a process that dies is started again, the others live on
    options: dict[str, object] = {
        "command": shlex.join(program.command),
        "directory": REPOSITORY,
        "autorestart": "true",
        "startsecs": ALIVE_AFTER_S,
        "startretries": FOR_EVER,
        "stopwaitsecs": program.patience_s,
        "killasgroup": "true",
        "redirect_stderr": "true",
        # This one value is expanded twice
        "stdout_logfile": str(logs / f"{program.name}.log").replace("%", "%%"),
        "stdout_logfile_maxbytes": LOG_BYTES,
        "stdout_logfile_backups": LOGS_KEPT,
    }
    if program.environment:
        pairs = program.environment.items()
        options["environment"] = ",".join(f'{name}="{value}"' for name, value in pairs)
    return options


def _section(name: str, options: Mapping[str, object]) -> str:
    lines = (f"{key} = {_escaped(str(value))}" for key, value in options.items())
    return f"[{name}]\n" + "\n".join(lines) + "\n"


def _escaped(value: str) -> str:
    if "\n" in value or " ;" in value:
        raise ValueError(f"supervisord cannot read this in its configuration: {value!r}")
    return value.replace("%", "%%")

"""`lectern backup` and `lectern restore`: the work is done by a process of the backend's code."""

from __future__ import annotations

import json
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

from ui.cli import processes
from ui.cli.exits import Exit, Stop
from ui.cli.progress import messages

_STAGES = {
    "checking": "checking the file",
    "rows": "transcripts",
    "migrating": "bringing them up to date",
    "objects": "recordings",
}
_USAGE = frozenset({"exists", "not_found"})


def back_up(file: Path | None, *, force: bool, as_json: bool) -> Exit:
    """Raises `Stop`: no backup was made, with the reason."""
    target = file or Path(f"lectern-{datetime.now().astimezone():%Y%m%d-%H%M%S}.tar")
    told = _run("create", target, force)
    if as_json:
        sys.stdout.write(json.dumps(told, indent=2) + "\n")
        return Exit.FINE
    sys.stdout.write(
        f"{target}: {told['transcriptions']} transcripts, {told['recordings']} recordings,"
        f" {told['size_bytes'] / 1e6:.1f} MB\n"
    )
    _note_missing(told, "while the backup was made, objects vanished: jobs ended or were deleted")
    return Exit.FINE


def restore(file: Path, *, force: bool, as_json: bool) -> Exit:
    """Raises `Stop`: nothing was restored and nothing changed, with the reason."""
    told = _run("restore", file, force)
    if as_json:
        sys.stdout.write(json.dumps(told, indent=2) + "\n")
        return Exit.FINE
    sys.stdout.write(
        f"Restored {told['transcriptions']} transcripts and {told['recordings']} recordings of"
        f" {told['made_at'][:10]}. Start Lectern with `make run`; what was being transcribed"
        " goes on.\n"
    )
    if told["replaced"]:
        sys.stdout.write(f"The database that was there is now {told['replaced']}.\n")
    _note_missing(told, "the backup lacks objects that were deleted while it was made")
    return Exit.FINE


def _note_missing(told: dict[str, Any], why: str) -> None:
    if told["missing"]:
        messages().print(f"Note: {why} ({told['missing']}).")


def _run(what: str, file: Path, force: bool) -> dict[str, Any]:
    """What the process tells in the end."""
    arguments = [what, str(file.expanduser().absolute()), *(["--force"] if force else [])]
    told = processes.run("app.backup", arguments, file.name, _stage)
    if told.pop("event") == "done":
        return told
    code = Exit.USAGE if told["code"] in _USAGE else Exit.UNUSABLE
    raise Stop(told["message"], code, told["code"])


def _stage(told: dict[str, Any]) -> str:
    return str(_STAGES.get(told["stage"], told["stage"]))

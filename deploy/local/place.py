"""The folder of one product: made, claimed, and cleared of what a killed one left."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path
from typing import IO

from app.settings import Settings
from deploy.local.lock import take

LEFT_BEHIND = ("broker.sock", "decoder.sock", "decoder.probe", "ctl.sock")
STILL_ENDING_S = 15.0


class Refused(Exception):
    """The product cannot be started here; the text says what to do."""


def product_file(home: Path) -> Path:
    """Where other commands find the running product."""
    return home / "run" / "product.json"


def supervisor_lock(settings: Settings) -> Path:
    return settings.run_dir / "supervisor.lock"


def claim(settings: Settings) -> IO[str]:
    """Make the folders and take the launcher's lock, which is to be kept open.

    Raises `Refused`: another launcher has it, or the folder is not ours.
    """
    for folder in (settings.home, settings.home / "logs", settings.home / "run", settings.run_dir):
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise Refused(f"The folder {folder} cannot be made: {error.strerror}.") from None
    # The run folder may lie in the shared folder for temporary files
    status = settings.run_dir.lstat()
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.getuid():
        raise Refused(f"{settings.run_dir} belongs to somebody else. Remove it, or set TMPDIR.")
    settings.run_dir.chmod(0o700)
    lock = take(settings.run_dir / "launcher.lock", f"{os.getpid()}\n")
    if lock is None:
        raise Refused(_runs_already(settings))
    return lock


def clear(settings: Settings) -> None:
    """Remove what a killed product left behind. Raises `Refused` while its processes still run."""
    held = take(supervisor_lock(settings), patience_s=STILL_ENDING_S)
    if held is None:
        raise Refused("Processes of an earlier start are still ending. Try again in a few seconds.")
    for name in LEFT_BEHIND:
        (settings.run_dir / name).unlink(missing_ok=True)
    product_file(settings.home).unlink(missing_ok=True)
    held.close()


def announce(settings: Settings, api: str, page: str | None) -> None:
    """Tell other commands where the product is; only the owner may read it."""
    path = product_file(settings.home)
    draft = path.with_suffix(".new")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump({"api": api, "page": page, "pid": os.getpid()}, file)
    draft.replace(path)


def _runs_already(settings: Settings) -> str:
    try:
        told = json.loads(product_file(settings.home).read_text())
        where = f" at {told['page'] or told['api']} (process {told['pid']})"
    except (OSError, ValueError, KeyError, TypeError):
        where = ""
    return (
        f"Lectern runs already{where}, with the folder {settings.home}.\n"
        "Use that one, or stop it with Ctrl-C in its window, or start a second one beside it with"
        " a folder of its own:\n    LECTERN_HOME=/some/other/folder make run"
    )

"""Older versions of OpenAI's client, each in a folder of its own beside the tests' environment.

`python -m tests.support.clients` installs what is missing; arguments are passed on to pip.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[1] / "clients"
OLDER = ("openai-1", "openai-2")


def installed(name: str, options: Sequence[str] = ()) -> Path:
    """The folder of the client that `tests/clients/NAME.txt` pins, installed at the first call."""
    pins = FOLDER / f"{name}.txt"
    sha256 = hashlib.sha256(pins.read_bytes()).hexdigest()
    folder = Path(sys.prefix) / "clients" / f"{name}-{sha256[:12]}"
    if folder.exists():
        return folder
    folder.parent.mkdir(exist_ok=True)
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-input", "install"]
    with tempfile.TemporaryDirectory(dir=folder.parent) as part:
        target = Path(part) / name
        command = [*pip, "--quiet", "--no-deps", "--target", str(target), "-r", str(pins)]
        subprocess.run([*command, *options], check=True)
        try:
            target.rename(folder)
        except OSError:
            if not folder.exists():  # else another run was quicker
                raise
    return folder


if __name__ == "__main__":
    for each in OLDER:
        installed(each, sys.argv[1:])

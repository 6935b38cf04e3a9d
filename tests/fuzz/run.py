"""The API under schemathesis, behind a real socket: `python -m tests.fuzz.run [OPTIONS]`.

Options are those of `schemathesis run`; `make fuzz` gives many examples and a new seed each time.
The home is new, with jobs of every state and a domain; no worker runs, so nothing heavy begins.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from app.local.token import read_or_make
from tests.support.rows import Rows, new_context
from tests.support.served import CHECKOUT, served
from worker.decoder.local import decoder

CONFIGURATION = Path(__file__).with_name("schemathesis.toml")
HOOKS = "tests.fuzz.hooks"
STATES = ("failed", "succeeded", "cancelled", "running", "queued")


def fuzz(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """What schemathesis found, on its standard output; exit code 0: nothing."""
    with ExitStack() as stack:
        client = stack.enter_context(decoder(max_children=1))
        context = replace(new_context(folder / "home"), decoder=client)
        stack.callback(context.database.dispose)
        rows = Rows(context)
        for state in STATES:
            rows.in_state(state)
        token = read_or_make(context.settings.token_path)
        headers = {"Authorization": f"Bearer {token}"}
        running = stack.enter_context(served(context, headers, folder / "temporary"))
        address = f"http://127.0.0.1:{running.port}/openapi.json"
        command = [
            *(sys.executable, "-m", "schemathesis.cli", "--config-file", str(CONFIGURATION)),
            *("run", address, "--header", f"Authorization: Bearer {token}", *options),
        ]  # fmt: skip
        return subprocess.run(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(CHECKOUT), "SCHEMATHESIS_HOOKS": HOOKS},
        )


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="lectern-fuzz-") as scratch:
        done = fuzz(Path(scratch), *sys.argv[1:])
    print(done.stdout)
    sys.exit(done.returncode)

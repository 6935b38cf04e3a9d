"""`python -m worker.decoder --socket PATH`: serve until told to stop."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import Final

_KEPT: Final = frozenset(
    {
        "HOME",
        "LANG",
        "LC_ALL",
        "LD_LIBRARY_PATH",
        "OPENBLAS_NUM_THREADS",
        "PATH",
        "PYTHONHOME",
        "PYTHONPATH",
        "TMPDIR",
        "VIRTUAL_ENV",
    }
)
_DEFAULT_MAX_CHILDREN: Final = 8
_DEFAULT_MAX_PROBES: Final = 4


def _shed_environment() -> None:
    """Start over without the secrets that are passed on in environments.

    Deleting variables is not enough: their text would stay in memory, for any child to read.
    NumPy's library must find its setting before it is loaded, or it starts threads.
    """
    if os.environ.keys() <= _KEPT and os.environ.get("OPENBLAS_NUM_THREADS") == "1":
        return
    minimal = {name: value for name, value in os.environ.items() if name in _KEPT}
    os.execve(sys.executable, sys.orig_argv, minimal | {"OPENBLAS_NUM_THREADS": "1"})


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m worker.decoder", description=__doc__)
    parser.add_argument("--socket", type=Path, required=True, help="unix socket to listen on")
    parser.add_argument(
        "--max-children",
        type=int,
        default=_DEFAULT_MAX_CHILDREN,
        help="files decoded at once; a job holds its decoder until it has read all of it",
    )
    parser.add_argument(
        "--max-probes",
        type=int,
        default=_DEFAULT_MAX_PROBES,
        help="files looked into at once, besides those that are decoded",
    )
    parser.add_argument(
        "--stalled-s",
        type=float,
        default=None,
        help="how long nobody may read a job's sound while other jobs wait for a decoder",
    )
    parser.add_argument(
        "--stop-with-stdin", action="store_true", help="end when standard input is closed"
    )
    arguments = parser.parse_args()
    if min(arguments.max_children, arguments.max_probes) < 1:
        parser.error("--max-children and --max-probes must be at least 1")
    _shed_environment()

    from worker.decoder.server import STALLED_S, Server

    stalled_s = STALLED_S if arguments.stalled_s is None else arguments.stalled_s
    budgets = arguments.max_children, arguments.max_probes
    try:
        Server(arguments.socket, *budgets, arguments.stop_with_stdin, stalled_s).run()
    except OSError as error:
        sys.exit(f"decoder: cannot listen on {arguments.socket}: {error}")


if __name__ == "__main__":
    main()

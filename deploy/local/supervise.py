"""`python -m deploy.local.supervise CONF LOCK PARENT`: supervisord, and nothing left behind.

Four things the plain command does not do: it holds a lock as long as any process may be left,
it stops in order when the launcher is killed, when it is killed itself the kernel takes its
children along, and a full disk costs it lines of its logs, not its life.
"""

from __future__ import annotations

import os
import signal
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

from supervisor import loggers, supervisord
from supervisor.options import ServerOptions

from deploy.local.lock import take
from deploy.local.parent import end_with_parent, watch_parent


class Options(ServerOptions):  # type: ignore[misc]  # the library has no types
    """supervisord's options; this object also starts the processes."""

    def __init__(self) -> None:
        super().__init__()
        self._me = os.getpid()

    def execve(self, filename: str, argv: list[str], env: dict[str, str]) -> Any:
        """In the child, just before it becomes the program."""
        # Killed, not asked: nobody would be left to insist
        end_with_parent(signal.SIGKILL, self._me)
        return super().execve(filename, argv, env)


def _lose_line(_handler: loggers.Handler) -> None:
    """Instead of a traceback on standard error, which may be a file on the same full disk."""


def main(conf: str, lock: str, parent: int) -> None:
    held = take(Path(lock))
    if held is None:
        sys.exit(f"supervisor: another one holds {lock}")
    if not end_with_parent(signal.SIGTERM, parent):
        watch_parent(signal.SIGTERM, parent)
    # Ch 13 · Planning for Operations: what only tells about the work never stops it
    loggers.Handler.handleError = _lose_line
    options = Options()
    options.realize(["--nodaemon", "--configuration", conf], doc=supervisord.__doc__)
    options.first = True
    options.test = False
    supervisord.go(options)
    options.close_httpservers()
    with suppress(OSError):
        options.close_logger()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))

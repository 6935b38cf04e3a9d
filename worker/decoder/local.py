"""A decoder of one's own, for as long as a `with` lasts: the stand-alone command and the tests."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from app.media.client import DecoderClient
from app.media.errors import MediaError
from worker.decoder.server import READY

_CHECKOUT: Final = Path(__file__).resolve().parents[2]
_STOP_TIMEOUT_S: Final = 10


@contextmanager
def decoder(max_children: int = 4, timeout_s: float = 60, *options: str) -> Iterator[DecoderClient]:
    """A client of a private server, which ends with the block or with this process.

    `options` are more arguments of its command line.

    Raises:
        MediaError: `decoder_unavailable`, the server did not come up.
    """
    with tempfile.TemporaryDirectory(prefix="lectern-") as folder:
        path = Path(folder) / "decoder"
        command = [sys.executable, "-m", "worker.decoder", "--stop-with-stdin"]
        command += ["--socket", str(path), "--max-children", str(max_children), *options]
        process = subprocess.Popen(
            command,
            cwd=_CHECKOUT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        try:
            if process.stdout is None or process.stdout.readline().decode().strip() != READY:
                raise MediaError(
                    "decoder_unavailable", "The decoder could not be started; see above."
                )
            yield DecoderClient(path, timeout_s)
        finally:
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    pipe.close()
            process.terminate()
            try:
                process.wait(_STOP_TIMEOUT_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

"""A term read aloud, so that a respelling can be checked by ear.

The synthesiser lives in an environment of its own (`make setup-training`; its phonemisers are
GPL-3) and runs as a process. Loading it takes seconds, so it is kept for a while, and its clips are
kept for good.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import threading
from contextlib import suppress
from pathlib import Path
from typing import Final

from pydantic import BaseModel, Field

from app.domains.terms import MAX_CHARACTERS, Term, checked
from app.errors import Conflict, Unavailable, Unprocessable
from app.settings import REPOSITORY

MEDIA_TYPE: Final = "audio/ogg"
IDLE_S: Final = 120.0
ANSWER_S: Final = 90.0
"""Loading included, on a computer that is busy with other things."""
KEPT: Final = 2000
"""Clips; 5 kB each."""
_FORM: Final = 1
"""Counted up when the same term comes to be read in another way."""


class SpeechIn(BaseModel):
    text: str = Field(max_length=4 * MAX_CHARACTERS, examples=["Oaxaca-Blinder"])
    sounds_like: str = Field("", max_length=4 * MAX_CHARACTERS, examples=["wa ha ka blinder"])


class Speaker:
    """Safe to share between threads; one term is said at a time."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._clips = home / "synthesis" / "terms"
        self._one = threading.Lock()
        self._process: subprocess.Popen[str] | None = None
        self._idle: threading.Timer | None = None

    def clip(self, asked: SpeechIn) -> Path:
        """An Ogg Opus file with the term, as training would read it; blocking.

        Raises `Unprocessable` for what is no term, `Conflict` where there is no synthesiser,
        `Unavailable` when it does not answer in time.
        """
        (term,) = checked([Term(term=asked.text, sounds_like=asked.sounds_like)])
        key = json.dumps([_FORM, term["term"], term["sounds_like"]])
        path = self._clips / f"{hashlib.sha256(key.encode()).hexdigest()[:32]}.opus"
        if path.is_file():
            return path
        python = self._python()
        if not self._one.acquire(timeout=ANSWER_S):
            raise _too_slow()
        try:
            if not path.is_file():
                self._clips.mkdir(parents=True, exist_ok=True)
                self._forget_old()
                self._say(python, {"text": term["term"], "sounds_like": term["sounds_like"]}, path)
        finally:
            self._one.release()
        return path

    def close(self) -> None:
        """End the synthesiser, if it runs."""
        with self._one:
            self._end()

    @property
    def available(self) -> bool:
        """Whether terms can be heard here."""
        return self._interpreter().exists()

    def _interpreter(self) -> Path:
        named = os.environ.get("LECTERN_SYNTHESIS")
        return (Path(named) if named else self._home / "synthesis") / "bin" / "python"

    def _python(self) -> Path:
        if not self.available:
            raise Conflict(
                code="training_not_set_up",
                detail="Terms cannot be read aloud on this computer yet. Everything else works"
                " without. Run `make setup-training` once (some hundred MB), and try again.",
            )
        return self._interpreter().absolute()

    def _say(self, python: Path, term: dict[str, str], path: Path) -> None:
        process = self._running(python)
        timer = threading.Timer(ANSWER_S, process.kill)
        timer.start()
        try:
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write(json.dumps(term | {"out": str(path.absolute())}) + "\n")
            process.stdin.flush()
            answer = json.loads(process.stdout.readline())
        except (OSError, ValueError):
            self._end()
            raise _too_slow() from None
        finally:
            timer.cancel()
        self._idle = threading.Timer(IDLE_S, self.close)
        self._idle.daemon = True
        self._idle.start()
        if not path.is_file():
            raise Unprocessable(
                code="not_sayable",
                detail=f"{term['text'][:40]!r} could not be read aloud ({answer.get('error')})."
                " Nothing was changed. Write in other words how it sounds.",
            )

    def _running(self, python: Path) -> subprocess.Popen[str]:
        if self._idle is not None:
            self._idle.cancel()
        if self._process is None or self._process.poll() is not None:
            self._end()  # what is left of one that died
            self._process = subprocess.Popen(
                [str(python), "-m", "data.synthesis.say"],
                cwd=REPOSITORY,
                env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
            )
        return self._process

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        for stream in (process.stdin, process.stdout):
            with suppress(OSError):
                if stream is not None:
                    stream.close()
        process.kill()
        process.wait()

    def _forget_old(self) -> None:
        clips = sorted(self._clips.glob("*.opus"), key=lambda path: path.stat().st_mtime)
        for path in clips[: max(0, len(clips) - KEPT + 1)]:
            path.unlink(missing_ok=True)


def _too_slow() -> Unavailable:
    return Unavailable(
        code="speech_unavailable",
        detail="The synthesiser did not answer in time: this computer is busy. Nothing was"
        " changed. Try again in a minute.",
        headers={"Retry-After": "60"},
    )

"""Single sentences as finished clips, made by several processes and kept one by one.

Two processes with one thread each make about a sixth more speech than one with two, and one
thread always computes the same numbers, however many cores there are.
"""

from __future__ import annotations

import hashlib
import json
import os
import signal
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from multiprocessing import get_context, parent_process
from multiprocessing.connection import wait
from pathlib import Path
from typing import Any, Final

from data.synthesis import cache, kokoro, phonetics, piper, styles
from data.synthesis.errors import SynthesisError
from data.synthesis.opus import write_opus
from data.synthesis.script import Script, Turn
from data.synthesis.timeline import Speak, Speech, lay_out

EDGE_S: Final = 0.3
"""Silence before and after a sentence."""
_AT_ONCE: Final = 8
"""Sentences a process is given in one go."""


@dataclass(frozen=True)
class Shelf:
    """Where finished clips are kept, and what they depend on beside their turn."""

    folder: Path
    bit_rate: int
    made_by: Mapping[str, Mapping[str, Any]]
    """`provenance` of each synthesiser, by the name `synthesiser` gives."""

    def key(self, turn: Turn) -> str:
        parts = [cache.key(turn, self.made_by[synthesiser(turn.voice)]), EDGE_S, self.bit_rate]
        if phonetics.JOINT in turn.said:
            parts.append(phonetics.FORM)
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]

    def find(self, turn: Turn) -> tuple[bytes, dict[str, Any]] | None:
        """Audio and description of a clip; None when it has not been made, or was damaged."""
        audio, description = self._paths(turn)
        try:
            content, fields = audio.read_bytes(), json.loads(description.read_bytes())
        except (OSError, ValueError):
            return None
        if hashlib.sha256(content).hexdigest() != fields["sha256"]:
            return None
        return content, fields

    def keep(self, turn: Turn, speak: Speak) -> None:
        """Make the clip. The description comes last: without it there is no clip."""
        audio, description = self._paths(turn)
        audio.parent.mkdir(parents=True, exist_ok=True)
        script = Script("", (turn,), EDGE_S, EDGE_S, seed=0)
        recording = lay_out(script, speak)
        with tempfile.TemporaryDirectory(dir=audio.parent, prefix=".part-") as scratch:
            part = Path(scratch, audio.name)
            written = write_opus(part, recording.samples, self.bit_rate)
            (span,) = recording.spans
            fields = {
                "duration_s": round(written.duration_s, 4),
                "sha256": written.sha256,
                "start_s": round(span.start_s, 4),
                "end_s": round(span.end_s, 4),
                "words": [[w.word, round(w.start_s, 3), round(w.end_s, 3)] for w in span.words],
            }
            note = Path(scratch, description.name)
            note.write_text(json.dumps(fields, ensure_ascii=False), encoding="utf-8")
            part.replace(audio)
            note.replace(description)

    def _paths(self, turn: Turn) -> tuple[Path, Path]:
        name = self.key(turn)
        folder = self.folder / name[:2]
        return folder / f"{name}.opus", folder / f"{name}.json"


def synthesiser(voice: str) -> str:
    return "piper" if voice in piper.known_voices() else "kokoro"


def shelf(folder: Path, bit_rate: int, voices: Sequence[str]) -> Shelf:
    """For these voices. Raises `SynthesisError` if one is unknown or a package is missing."""
    of_piper = sorted(voice for voice in voices if synthesiser(voice) == "piper")
    of_kokoro = sorted(set(voices) - set(of_piper))
    if unknown := set(of_kokoro) - kokoro.Sums.load().halves.keys():
        raise SynthesisError(f"no such voice: {', '.join(sorted(unknown))}")
    made_by: dict[str, Mapping[str, Any]] = {}
    if of_piper:
        made_by["piper"] = piper.provenance(of_piper)
    if of_kokoro:
        made_by["kokoro"] = kokoro.provenance(of_kokoro, styles.FOLDER)
    return Shelf(folder, bit_rate, made_by)


def make(turns: Sequence[Turn], shelf: Shelf, processes: int, done: Callable[[int], None]) -> None:
    """Make these clips; `done` is told how many more there are. What is made stays when it stops.

    Raises:
        SynthesisError: weights are missing or wrong, or a sentence came out silent.
    """
    # By voice: the order of the text would have every process load every voice.
    ordered = sorted(turns, key=lambda turn: (turn.voice, len(turn.said)))
    packs = [ordered[at : at + _AT_ONCE] for at in range(0, len(ordered), _AT_ONCE)]
    if not packs:
        return
    voices = sorted({turn.voice for turn in turns})
    pool = ProcessPoolExecutor(
        min(processes, len(packs)), get_context("spawn"), _load, (voices, shelf)
    )
    try:
        running: list[Future[int]] = [pool.submit(_make_pack, pack) for pack in packs]
        for finished in as_completed(running):
            done(finished.result())
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


_speakers: dict[str, Speak] = {}
_shelf: Shelf | None = None
_open: list[Any] = []


def _load(voices: list[str], shelf: Shelf) -> None:
    """In each process, once."""
    global _shelf
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent to answer
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _shelf = shelf
    of_kokoro = [voice for voice in voices if synthesiser(voice) == "kokoro"]
    _speakers.update(_Lazy.of(voices, of_kokoro))


def _make_pack(turns: list[Turn]) -> int:
    assert _shelf is not None
    for turn in turns:
        _shelf.keep(turn, _speakers[turn.voice])
    return len(turns)


class _Lazy:
    """A synthesiser that is loaded when it is first asked to speak."""

    def __init__(self, load: Callable[[], Speak]) -> None:
        self._load = load
        self._speak: Speak | None = None

    def __call__(self, turn: Turn) -> Speech:
        if self._speak is None:
            self._speak = self._load()
        return self._speak(turn)

    @classmethod
    def of(cls, voices: list[str], of_kokoro: list[str]) -> Iterator[tuple[str, Speak]]:
        whole = cls(lambda: _kokoro(of_kokoro))
        for voice in voices:
            if voice in of_kokoro:
                yield voice, whole
            else:
                yield voice, cls(lambda voice=voice: piper.piper(voice, 1))  # type: ignore[misc]


def _kokoro(voices: list[str]) -> Speak:
    context = kokoro.kokoro(voices, styles.FOLDER, threads=1)
    _open.append(context)  # as long as the process lives
    return context.__enter__()


def _end_with_parent() -> None:
    """A pool's processes otherwise wait for ever for work from somebody who was killed."""
    parent = parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)

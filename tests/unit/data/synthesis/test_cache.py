"""A turn is spoken once: what was made is found again, and only for the same turn and model."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from data.synthesis.cache import cached
from data.synthesis.script import Turn
from data.synthesis.timeline import Speech, Word

MADE_BY = {"model": "m", "voices_sha256": {"af_heart": "1", "bm_george": "2"}}


class Speaker:
    """Counts how often it had to speak."""

    def __init__(self) -> None:
        self.spoken: list[str] = []

    def __call__(self, turn: Turn) -> Speech:
        self.spoken.append(turn.said)
        samples = np.linspace(0, 1, 100, dtype=np.float32)
        return Speech(samples, (Word(turn.text, 0.1, 0.25),))


def turn(said: str = "hello", voice: str = "af_heart", speed: float = 1.0) -> Turn:
    return Turn("A", voice, said, said, 0.5, speed)


@pytest.mark.chapter(17)
def test_what_was_made_is_found_again_by_another_process(tmp_path: Path) -> None:
    first, second = Speaker(), Speaker()
    made = cached(first, tmp_path, MADE_BY)(turn())
    found = cached(second, tmp_path, MADE_BY)(turn())
    assert (first.spoken, second.spoken) == (["hello"], [])
    assert np.array_equal(made.samples, found.samples)
    assert found.samples.dtype == np.float32
    assert found.words == made.words


def test_pauses_and_levels_do_not_matter(tmp_path: Path) -> None:
    speaker = Speaker()
    cached(speaker, tmp_path, MADE_BY)(turn())
    other = Turn("B", "af_heart", "hello", "hello", 2.0, 1.0, overlap_s=1, level_db=-6)
    cached(speaker, tmp_path, MADE_BY)(other)
    assert len(speaker.spoken) == 1


@pytest.mark.parametrize(
    ("other", "made_by"),
    [
        (turn(said="hallo"), MADE_BY),
        (turn(speed=1.1), MADE_BY),
        (turn(voice="bm_george"), MADE_BY),
        (replace(turn(), language="es"), MADE_BY),
        (turn(), MADE_BY | {"model": "n"}),
        (turn(), MADE_BY | {"voices_sha256": {"af_heart": "3"}}),
    ],
)
def test_anything_else_is_spoken_anew(
    tmp_path: Path, other: Turn, made_by: dict[str, object]
) -> None:
    speaker = Speaker()
    cached(speaker, tmp_path, MADE_BY)(turn())
    cached(speaker, tmp_path, made_by)(other)
    assert len(speaker.spoken) == 2


def test_half_a_file_is_spoken_anew(tmp_path: Path) -> None:
    speaker = Speaker()
    speak = cached(speaker, tmp_path, MADE_BY)
    whole = speak(turn())
    (path,) = tmp_path.iterdir()
    path.write_bytes(path.read_bytes()[:300])
    assert np.array_equal(speak(turn()).samples, whole.samples)
    path.write_bytes(b"")
    speak(turn())
    assert len(speaker.spoken) == 3


def test_nothing_is_kept_of_a_turn_that_failed(tmp_path: Path) -> None:
    def fails(turn: Turn) -> Speech:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        cached(fails, tmp_path, MADE_BY)(turn())
    assert list(tmp_path.iterdir()) == []

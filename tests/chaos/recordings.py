"""The recordings of a run: short pieces of real speech, some odd files, all decided by a seed."""

from __future__ import annotations

import random
from dataclasses import dataclass

from tests.support import media
from tests.support.speech import read
from worker.pipeline.types import SAMPLE_RATE, Samples

SHORTEST_S, LONGEST_S = 3.0, 15.0
MAX_AUDIO_S = 300.0
"""The longest recording the product accepts during a run."""
_FORMATS = (("ogg", "libopus"), ("flac", "flac"), ("wav", "pcm_s16le"), ("aiff", "pcm_s16be"))


@dataclass(frozen=True, slots=True)
class Recording:
    """A file. `outcome` is the error code it must end with, None for a transcript."""

    name: str
    data: bytes
    outcome: str | None = None


def pieces(seed: int, count: int) -> list[Recording]:
    """`count` pieces of 3–15 s in four formats."""
    chance = random.Random(f"recordings {seed}")
    sources = [read("two-minutes.opus"), read("speech.opus")]
    found = []
    for number in range(count):
        source = chance.choices(sources, [len(each) for each in sources])[0]
        container, codec = _FORMATS[number % len(_FORMATS)]
        data = media.encode(container, codec, SAMPLE_RATE, waveform=_piece(chance, source))
        found.append(Recording(f"piece-{number:02}.{container}", data))
    return found


def whole(count: int) -> list[Recording]:
    """`count` recordings of two minutes; each begins a little later than the one before."""
    source = read("two-minutes.opus")
    parts = [source[number * SAMPLE_RATE // 2 :] for number in range(count)]
    return [
        Recording(f"long-{number}.ogg", media.encode("ogg", "libopus", SAMPLE_RATE, waveform=part))
        for number, part in enumerate(parts)
    ]


def _piece(chance: random.Random, source: Samples) -> Samples:
    """A stretch that holds speech: the pauses of the sources are quiet."""
    while True:
        length = int(chance.uniform(SHORTEST_S, min(LONGEST_S, len(source) / SAMPLE_RATE - 1)))
        start = chance.randrange(len(source) - length * SAMPLE_RATE)
        piece = source[start : start + length * SAMPLE_RATE]
        if float((abs(piece) > 0.02).mean()) > 0.2:
            return piece


def odd() -> list[Recording]:
    """Files that must be refused at the door or fail, each with its own error."""
    return [
        Recording("list.txt", media.ffconcat("/etc/hostname"), "unsupported_media_type"),
        Recording("picture.png", media.png(), "unsupported_media_type"),
        Recording("nothing.wav", b"", "empty_file"),
        Recording("silent-film.mp4", media.video_without_sound(), "no_audio_stream"),
        Recording("cut.mp4", media.mp4_without_moov(), "truncated_file"),
        Recording("bomb.flac", media.silent_flac(int(MAX_AUDIO_S) + 60), "too_long"),
    ]

"""What the decoder reports about a recording, checked field by field.

The reports come from a process that may have been taken over by the file it reads: a wrong type
or a huge text is refused here and goes no further.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from app.media.containers import Container
from app.media.protocol import Json, ProtocolError

_MAX_TEXT = 500


@dataclass(frozen=True, slots=True)
class AudioInfo:
    """What the file says of its sound. Only `Summary` knows how much of it is really there."""

    container: str
    """Name in `app.media.containers.CONTAINERS`."""
    media_type: str
    codec: str
    sample_rate_hz: int
    channels: int
    duration_s: float | None
    """None when the file does not say and nothing can be inferred."""
    duration_is_estimate: bool
    """Inferred from bit rate and size, or the length of the picture, and not declared."""
    has_video: bool
    playable: bool


@dataclass(frozen=True, slots=True)
class Summary:
    """What came out in the end, counted. Durations in seconds of the recording."""

    samples: int
    """At 16 kHz; `samples / 16000` is the true duration."""
    sha256: str
    """Of all samples as little-endian int16, in hexadecimal."""
    complete: bool
    """False when the file declares clearly more audio than could be decoded."""
    declared_s: float | None
    damaged_frames: int
    """Pieces that could not be decoded; their time is silence where the file has timestamps."""
    filled_s: float
    """Silence put where timestamps leave a gap, so that later words keep their time."""
    inverted_s: float
    """Stereo whose channels cancel each other and of which one was therefore turned over."""

    @property
    def duration_s(self) -> float:
        return self.samples / 16_000


def text(fields: Json, key: str) -> str:
    value = fields.get(key)
    if not isinstance(value, str) or len(value) > _MAX_TEXT:
        raise ProtocolError(f"{key} is no short text")
    return "".join(c if c.isprintable() else "?" for c in value)


def number(fields: Json, key: str) -> float:
    value = fields.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ProtocolError(f"{key} is no number")
    if not math.isfinite(value) or not 0 <= value < 1e15:
        raise ProtocolError(f"{key} is out of range")
    return float(value)


def optional_number(fields: Json, key: str) -> float | None:
    return None if fields.get(key) is None else number(fields, key)


def truth(fields: Json, key: str) -> bool:
    value = fields.get(key)
    if not isinstance(value, bool):
        raise ProtocolError(f"{key} is neither true nor false")
    return value


def parse_info(fields: Json, container: Container) -> AudioInfo:
    """Raises ProtocolError: a field is missing or not what it should be."""
    return AudioInfo(
        container=container.name,
        media_type=container.media_type,
        codec=text(fields, "codec"),
        sample_rate_hz=int(number(fields, "sample_rate_hz")),
        channels=int(number(fields, "channels")),
        duration_s=optional_number(fields, "duration_s"),
        duration_is_estimate=truth(fields, "duration_is_estimate"),
        has_video=truth(fields, "has_video"),
        playable=container.playable,
    )


def parse_summary(fields: Json) -> Summary:
    """Raises ProtocolError: a field is missing or not what it should be."""
    digest = text(fields, "sha256")
    if len(digest) != 64 or digest.strip("0123456789abcdef"):
        raise ProtocolError("sha256 is no digest")
    return Summary(
        samples=int(number(fields, "samples")),
        sha256=digest,
        complete=truth(fields, "complete"),
        declared_s=optional_number(fields, "declared_s"),
        damaged_frames=int(number(fields, "damaged_frames")),
        filled_s=number(fields, "filled_s"),
        inverted_s=number(fields, "inverted_s"),
    )

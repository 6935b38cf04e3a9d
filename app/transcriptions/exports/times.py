"""Times of a recording as different programs write them. All take milliseconds or seconds >= 0."""

from __future__ import annotations


def milliseconds(seconds: float) -> int:
    return max(0, round(seconds * 1000))


def split(ms: int) -> tuple[int, int, int, int]:
    """(hours, minutes, seconds, milliseconds)."""
    seconds, rest = divmod(ms, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return hours, minutes, seconds, rest


def clock(seconds: float) -> str:
    """`00:01:23`, cut to the whole second, so that it never lies after what it points at."""
    hours, minutes, whole, _ = split(milliseconds(seconds))
    return f"{hours:02}:{minutes:02}:{whole:02}"


def tenths(seconds: float, mark: str = ".") -> str:
    """`00:01:23.4`, cut to the tenth."""
    hours, minutes, whole, rest = split(milliseconds(seconds))
    return f"{hours:02}:{minutes:02}:{whole:02}{mark}{rest // 100}"


def stamp(ms: int, mark: str) -> str:
    """`00:01:23,456` (SubRip) or `00:01:23.456` (WebVTT)."""
    hours, minutes, seconds, rest = split(ms)
    return f"{hours:02}:{minutes:02}:{seconds:02}{mark}{rest:03}"


def plain_seconds(seconds: float) -> str:
    """`83.456`, for programs that compute with it."""
    return f"{seconds:.3f}"


def spoken_length(seconds: float) -> str:
    """`1 h 2 min 3 s`, without parts that are zero."""
    hours, minutes, whole, _ = split(milliseconds(seconds))
    parts = [(hours, "h"), (minutes, "min"), (whole, "s")]
    return " ".join(f"{n} {unit}" for n, unit in parts if n) or "0 s"

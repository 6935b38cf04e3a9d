"""The files behind the manifest: there, the right ones, whole, as long as is said."""

from __future__ import annotations

from collections.abc import Iterator

from data.checks.corpus import Clip
from data.checks.rules import Evidence, Hit, Severity, rule
from data.checks.sounds import Sounding

_TOLERANCE_S = 0.1
"""Frames of an encoder at both ends."""


def audible(evidence: Evidence) -> Iterator[tuple[Clip, Sounding]]:
    """Clips whose file could be decoded."""
    for clip in evidence.corpus.clips:
        sounding = evidence.sounds.get(clip.line)
        if sounding is not None and sounding.problem is None:
            yield clip, sounding


def truncated_by_s(sounding: Sounding) -> float:
    """Seconds that the head of the file announces and that do not come; 0 where none are."""
    missing = (sounding.announced_s or 0.0) - sounding.duration_s
    return missing if missing > _TOLERANCE_S else 0.0


@rule(
    "file-missing",
    Severity.ERROR,
    finds="clips whose file is not there, or not inside the corpus folder",
    why="Such a clip is counted as failed in every run.",
)
def file_missing(evidence: Evidence) -> Iterator[Hit]:
    for clip in evidence.corpus.clips:
        named, path = clip.words("audio"), evidence.corpus.audio(clip)
        if named and path is None:
            yield (clip.name,), f"{named!r} leads out of the corpus folder"
        elif path is not None and not path.is_file():
            yield (clip.name,), f"{named} is not there"


@rule(
    "sum",
    Severity.ERROR,
    finds="files that are not the ones the manifest was made for",
    why="Figures of two people with different files under one name cannot be compared.",
    hears=True,
)
def checksum(evidence: Evidence) -> Iterator[Hit]:
    for clip in evidence.corpus.clips:
        sounding, wanted = evidence.sounds.get(clip.line), clip.words("sha256")
        if sounding is not None and wanted and sounding.sha256 != wanted.lower():
            found = sounding.sha256[:12]
            yield (clip.name,), f"the manifest says {wanted[:12]}…, the file has {found}…"


@rule(
    "undecodable",
    Severity.ERROR,
    finds="files that are no audio, or have broken pieces",
    why="The product refuses them or transcribes a part.",
    hears=True,
)
def undecodable(evidence: Evidence) -> Iterator[Hit]:
    for clip in evidence.corpus.clips:
        sounding = evidence.sounds.get(clip.line)
        if sounding is None:
            continue
        if sounding.problem is not None:
            yield (clip.name,), sounding.problem
        elif sounding.broken_packets and not truncated_by_s(sounding):
            yield (clip.name,), f"{sounding.broken_packets} piece(s) of it are broken"


@rule(
    "truncated",
    Severity.ERROR,
    finds="files that end before the length they announce",
    why="The text has words that are not in the sound; they count as errors of the recogniser.",
    hears=True,
)
def truncated(evidence: Evidence) -> Iterator[Hit]:
    for clip, sounding in audible(evidence):
        if missing_s := truncated_by_s(sounding):
            announced_s = sounding.announced_s or 0.0
            yield (clip.name,), f"{missing_s:.2f} s of {announced_s:.2f} s are missing at the end"


@rule(
    "duration",
    Severity.WARNING,
    finds="clips that are not as long as the manifest says (an error from 5 % on)",
    why="Speed and words a second are computed with it; far off, it is the wrong file.",
    hears=True,
)
def duration(evidence: Evidence) -> Iterator[Hit]:
    for clip, sounding in audible(evidence):
        stated_s = clip.number("duration_s")
        if stated_s is None or truncated_by_s(sounding):
            continue
        off_s = sounding.duration_s - stated_s
        if abs(off_s) > _TOLERANCE_S:
            grave = abs(off_s) > 0.05 * stated_s
            severity = Severity.ERROR if grave else Severity.WARNING
            yield (clip.name,), f"{sounding.duration_s:.2f} s, not {stated_s:.2f} s", severity

"""Whether a corpus is here, and whether it is the one it should be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from data.acquisition import lock, manifest
from data.acquisition.description import Description, describe, names
from data.acquisition.errors import AcquisitionError
from data.acquisition.lock import Lock
from data.acquisition.manifest import BadManifest, Entry
from data.acquisition.places import MANIFEST, Places, described_places


@dataclass(frozen=True, slots=True)
class State:
    """Of one corpus on this machine."""

    name: str
    state: Literal["absent", "present", "different"]
    """`different`: there, and neither the copy of the results nor what was fetched."""
    copy: Literal["", "pinned", "fetched", "committed", "own"]
    """Which copy it is: that of the committed results, one fetched here, ours, the user's own."""
    why: str
    folder: Path | None
    clips: int | None = None
    speakers: int | None = None
    minutes: float | None = None
    splits: tuple[str, ...] = ()
    licences: tuple[str, ...] = ()
    """As the clips say."""
    description: Description | None = None
    lock: Lock | None = None


def states(places: Places, *, verify: bool = False) -> list[State]:
    """Of every described corpus and every other one that is here."""
    every = sorted({*names(), *places.all()})
    return [state(name, places, verify=verify) for name in every]


def state(name: str, places: Places, *, verify: bool = False) -> State:
    """Of one corpus. `verify` reads all audio; without it the manifest alone is compared."""
    folder = places.find(name)
    fetched = lock.read(places.fetched, name) if _safe(name) else None
    description = describe(name) if name in names() else fetched and fetched.description
    if folder is None:
        return State(name, "absent", "", "", None, description=description or None)
    known = fetched if folder.parent == places.fetched else None
    try:
        entries = manifest.read(folder)
    except BadManifest as error:
        return State(name, "different", "", str(error), folder, description=description or None)
    kind, verdict, why = _verdict(folder, places, description or None, known)
    finding = _audio_differs(folder, entries, description or None, known, kind) if verify else ""
    if finding and verdict == "present":
        verdict, why = "different", finding
    return State(
        name=name,
        state=verdict,
        copy=kind,
        why=why,
        folder=folder,
        clips=len(entries),
        speakers=len(_speakers(entries)),
        minutes=round(sum(e.row["duration_s"] for e in entries) / 60, 1),
        splits=tuple(sorted({e.row["split"] for e in entries if e.row.get("split")})),
        licences=tuple(sorted({e.row["licence"] for e in entries if e.row.get("licence")})),
        description=description or None,
        lock=known,
    )


def _speakers(entries: Sequence[Entry]) -> set[str]:
    """Of clips, and of the turns in them."""
    turns = (turn for entry in entries for turn in entry.row.get("segments", ()))
    rows = (*(entry.row for entry in entries), *turns)
    return {row["speaker"] for row in rows if row.get("speaker")}


Kind = Literal["", "pinned", "fetched", "committed", "own"]
Verdict = Literal["absent", "present", "different"]


def _verdict(
    folder: Path, places: Places, description: Description | None, known: Lock | None
) -> tuple[Kind, Verdict, str]:
    sum_ = manifest.sha256_of(folder / MANIFEST)
    pinned = description.pinned if description is not None else None
    if pinned is not None and sum_ == pinned.manifest_sha256:
        return "pinned", "present", "the copy of the committed results"
    if known is not None and sum_ == known.manifest_sha256:
        return (
            "fetched",
            "present",
            f"fetched {known.fetched_at[:10]}"
            + ("; the committed results were made with another copy" if pinned is not None else ""),
        )
    if folder.parent == places.committed or folder in described_places().values():
        return "committed", "present", "made by our own code"
    if pinned is not None or known is not None:
        expected = pinned.manifest_sha256 if pinned is not None else ""
        expected = expected or (known.manifest_sha256 if known is not None else "")
        why = f"its manifest has the sum {sum_[:12]}…, expected is {expected[:12]}…"
        return "", "different", why
    return "own", "present", "no sum is known of it"


def _audio_differs(
    folder: Path,
    entries: list[Entry],
    description: Description | None,
    known: Lock | None,
    kind: Kind,
) -> str:
    """What is wrong with the audio; empty: nothing."""
    for entry in entries:
        path = folder / entry.row["audio"]
        if not path.is_file():
            return f"{entry.row['audio']} is missing"
        if "sha256" in entry.row and manifest.sha256_of(path) != entry.row["sha256"]:
            return f"{entry.row['audio']} is not what its manifest says"
    expected = ""
    if kind == "pinned" and description is not None and description.pinned is not None:
        expected = description.pinned.audio_sha256
    elif known is not None:
        expected = known.audio_sha256
    if expected and manifest.audio_sha256(folder, entries) != expected:
        return "its manifest is right, its audio is not"
    return ""


def _safe(name: str) -> bool:
    return "/" not in name and not name.startswith(".") and bool(name)


def fetch_command(name: str) -> str:
    """What to type to get a corpus; empty where there is nothing to fetch it from."""
    try:
        description = describe(name)
    except AcquisitionError:
        return ""
    if description.kind == "made":
        return f"python -m data make {name}"
    parts = ["python -m data fetch", name]
    if description.licence.accept:
        parts.append("--accept-licence")
    if description.kind == "copy":
        parts.append("--from FOLDER")
    elif description.files and not all(file.urls for file in description.files):
        parts.append("--from ARCHIVE")
    return " ".join(parts)

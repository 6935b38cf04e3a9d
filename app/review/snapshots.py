"""A segment at one moment, as values: what revisions are made of."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from app.review.words import StoredWord
from app.transcriptions.tables import SegmentRow


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything of a segment that a person can change."""

    id: str
    start_s: float
    end_s: float
    speaker: str | None
    text: str
    words: tuple[StoredWord, ...]
    flags: tuple[str, ...]

    def stored(self) -> list[Any]:
        """As JSON keeps it; `restored` reads it again."""
        return [
            self.id,
            self.start_s,
            self.end_s,
            self.speaker,
            self.text,
            [list(word) for word in self.words],
            list(self.flags),
        ]

    def told(self) -> list[Any]:
        """What a list of changes shows of it."""
        return self.stored()[:5]


def restored(stored: list[Any]) -> Snapshot:
    """From `Snapshot.stored`."""
    id_, start_s, end_s, speaker, text, words, flags = stored
    return Snapshot(id_, start_s, end_s, speaker, text, tuple(map(tuple, words)), tuple(flags))


def as_it_is(row: SegmentRow) -> Snapshot:
    """As a reader sees it now."""
    words, flags = tuple(map(tuple, row.words)), tuple(row.flags)
    return Snapshot(row.id, row.start_s, row.end_s, row.speaker, row.text, words, flags)


def as_recognised(row: SegmentRow) -> Snapshot | None:
    """As the machine left it; None: a person made it."""
    if row.by_person:
        return None
    if row.machine is None:
        return replace(as_it_is(row), text=row.machine_text)
    found = row.machine
    return Snapshot(
        row.id,
        found["start_s"],
        found["end_s"],
        found["speaker"],
        row.machine_text,
        tuple(map(tuple, found["words"])),
        tuple(found["flags"]),
    )


def set_down(row: SegmentRow, now: Snapshot) -> None:
    """Make `row` what `now` says; what the machine said is put aside the first time."""
    # Ch 29 · Transparency and Accountability: what the machine wrote stays on record beside every edit
    if not row.by_person and row.machine is None:
        row.machine = {
            "start_s": row.start_s,
            "end_s": row.end_s,
            "speaker": row.speaker,
            "words": list(row.words),
            "flags": list(row.flags),
        }
    row.start_s, row.end_s = now.start_s, now.end_s
    row.speaker, row.text = now.speaker, now.text
    row.words = [list(word) for word in now.words]
    row.flags = list(now.flags)
    row.changed = now != as_recognised(row)

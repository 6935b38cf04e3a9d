"""Objects that no row names, and half-written ones, go after a while; all others stay."""

from __future__ import annotations

import os
from dataclasses import dataclass, field

import pytest

from app.storage.leftovers import Leftovers
from app.storage.local import LocalStorage
from app.transcriptions.orphans import named_objects
from tests.support.rows import Rows

OLD_S = 3600.0


@dataclass
class Sweep:
    """The dispatcher's sweep, with a clock that the test sets."""

    rows: Rows
    passed_s: float = 0.0
    leftovers: Leftovers = field(init=False)

    def __post_init__(self) -> None:
        storage = self.rows.context.storage
        self.leftovers = Leftovers(storage, OLD_S, lambda: self.passed_s)

    def after(self, seconds: float) -> int:
        self.passed_s += seconds
        with self.rows.context.database.read() as session:
            return self.leftovers.sweep(named_objects(session))


def keys(rows: Rows) -> set[str]:
    return set(rows.context.storage.keys())


def test_what_no_row_names_goes_after_an_hour_and_recordings_stay(rows: Rows) -> None:
    rows.submit()
    kept = keys(rows)
    left = rows.store()
    sweep = Sweep(rows)
    assert sweep.after(0) == 0, "its row may be on its way"
    assert sweep.after(OLD_S - 1) == 0
    assert keys(rows) == kept | {left}
    assert sweep.after(2) == 1
    assert keys(rows) == kept


@pytest.mark.chapter(18)
def test_a_new_file_that_claims_to_be_old_is_not_believed(rows: Rows) -> None:
    storage = rows.context.storage
    assert isinstance(storage, LocalStorage)
    left = storage.root / rows.store()
    writer = storage.create("recordings/half")
    writer.write(b"half")
    [half] = storage.unfinished.iterdir()
    for path in (left, half):
        os.utime(path, (0, 0))
    sweep = Sweep(rows)
    assert sweep.after(0) == sweep.after(OLD_S - 1) == 0
    writer.write(b"and more")
    assert sweep.after(2) == 1, "the other is still being written"
    writer.commit()
    assert keys(rows) == {"recordings/half"}


def test_what_was_half_written_by_the_dead_goes(rows: Rows) -> None:
    storage = rows.context.storage
    assert isinstance(storage, LocalStorage)
    writer = storage.create("recordings/half")
    writer.write(b"half")
    sweep = Sweep(rows)
    assert sweep.after(0) == 0
    assert sweep.after(OLD_S) == 1
    assert list(storage.unfinished.iterdir()) == []
    writer.abort()


def test_windows_stay_while_they_wait_and_go_when_they_are_done(rows: Rows) -> None:
    job = rows.running()
    sweep = Sweep(rows)
    sweep.after(0)
    assert sweep.after(OLD_S) == 1, "of the one that is done, if the relay has not removed it"
    left = {key for key in keys(rows) if key.startswith("windows/")}
    assert left == {row.audio_key for row in rows.windows(job)[1:]}

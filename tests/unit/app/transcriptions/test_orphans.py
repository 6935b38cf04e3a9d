"""Objects that no row names are removed after a while; all others stay."""

from __future__ import annotations

import time

from app.transcriptions.orphans import sweep_orphans
from tests.support.rows import Rows


def sweep(rows: Rows, later_s: float) -> int:
    with rows.context.database.read() as session:
        return sweep_orphans(
            session, rows.context.storage, older_than_s=3600, now_s=time.time() + later_s
        )


def test_what_a_killed_process_left_is_removed_and_recordings_stay(rows: Rows) -> None:
    rows.submit()
    kept = set(rows.context.storage.keys())
    left = rows.store()
    assert sweep(rows, later_s=0) == 0, "its row may be on its way"
    assert set(rows.context.storage.keys()) == kept | {left}
    assert sweep(rows, later_s=7200) == 1
    assert set(rows.context.storage.keys()) == kept


def test_windows_that_wait_for_the_recogniser_stay(rows: Rows) -> None:
    rows.running()
    kept = set(rows.context.storage.keys())
    assert any(key.startswith("windows/") for key in kept)
    assert sweep(rows, later_s=7200) == 0
    assert set(rows.context.storage.keys()) == kept

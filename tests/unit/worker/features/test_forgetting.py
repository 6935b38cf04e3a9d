"""A deleted recording takes with it what was computed from it."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from sqlmodel import select

from app.database import DatabaseError
from app.recordings.origin import PREFIX, origin
from app.recordings.tables import Recording
from app.transcriptions.tables import Transcription
from tests.support.rows import Rows, new_context
from worker.features import forgetting
from worker.features.forgetting import forget_deleted, keep_forgetting
from worker.features.store import FeatureStore, open_store

CANARY = np.full((64, 32), 13.37, dtype=np.float16)


@pytest.fixture
def rows(tmp_path: Path) -> Iterator[Rows]:
    context = new_context(tmp_path / "home", features_bytes=10**8)
    yield Rows(context)
    context.database.dispose()


@pytest.fixture
def store(rows: Rows) -> FeatureStore:
    opened = open_store(rows.context.settings)
    assert opened is not None
    return opened


def heard(rows: Rows, store: FeatureStore, upload: str, **options: str) -> tuple[str, str]:
    """A finished job whose window left its features behind, and under which name."""
    job = rows.prepared(1, **options)
    with rows.context.database.write() as session:
        recording = session.get_one(Recording, session.get_one(Transcription, job).recording_id)
        recording.upload_sha256 = upload * 64
        session.add(recording)
    [window] = rows.leased()
    assert window.origin is not None
    store.put(window.origin, "k" * 64, CANARY, 0.1)
    rows.complete([window])
    return job, window.origin


def has_canary(rows: Rows) -> bool:
    files = rows.context.settings.features_dir.rglob("*")
    return any(CANARY[0].tobytes() in path.read_bytes() for path in files if path.is_file())


@pytest.mark.chapter(28)
def test_nothing_is_left_once_the_recording_is_deleted(rows: Rows, store: FeatureStore) -> None:
    job, name = heard(rows, store, "a")
    other, others = heard(rows, store, "b")
    assert forget_deleted(rows.context, store) == 0
    assert has_canary(rows)
    rows.remove(job)
    assert forget_deleted(rows.context, store) == 1
    assert store.origins() == {others}
    rows.remove(other)
    assert forget_deleted(rows.context, store) == 1
    assert not has_canary(rows)
    assert name != others


@pytest.mark.chapter(28)
def test_what_a_late_stream_still_writes_goes_at_the_next_look(
    rows: Rows, store: FeatureStore
) -> None:
    job, name = heard(rows, store, "a")
    rows.remove(job)
    forget_deleted(rows.context, store)
    store.put(name, "k" * 64, CANARY, 0.1)
    forget_deleted(rows.context, store)
    assert not has_canary(rows)


@pytest.mark.chapter(28)
@pytest.mark.parametrize("kept_bytes", [10**8, 0])
def test_a_host_that_was_switched_off_does_it_when_it_starts(
    rows: Rows, store: FeatureStore, kept_bytes: int
) -> None:
    """Where storing was switched off in between, nothing at all is kept."""
    job, mine = heard(rows, store, "a")
    _, others = heard(rows, store, "b")
    rows.remove(job)
    settings = rows.context.settings.model_copy(update={"features_bytes": kept_bytes})
    stop = threading.Event()
    thread = keep_forgetting(replace(rows.context, settings=settings), stop)
    expected = {others} if kept_bytes else set()
    end = time.monotonic() + 10
    while store.origins() != expected and time.monotonic() < end:
        time.sleep(0.01)
    stop.set()
    thread.join(10)
    assert store.origins() == expected
    assert has_canary(rows) is bool(kept_bytes)
    assert mine not in expected


def test_what_a_host_died_over_while_forgetting_goes(rows: Rows, store: FeatureStore) -> None:
    _, name = heard(rows, store, "a")
    (store.folder / name).rename(store.folder / ".forgotten-abc")
    assert has_canary(rows)
    forget_deleted(rows.context, store)
    assert not has_canary(rows)


def test_the_same_file_sent_twice_stays_until_both_are_deleted(
    rows: Rows, store: FeatureStore
) -> None:
    first, name = heard(rows, store, "a")
    second, same = heard(rows, store, "a")
    assert name == same
    rows.remove(first)
    assert forget_deleted(rows.context, store) == 0
    rows.remove(second)
    assert forget_deleted(rows.context, store) == 1


@pytest.mark.chapter(28)
def test_two_owners_of_one_file_share_nothing(rows: Rows, store: FeatureStore) -> None:
    _, mine = heard(rows, store, "a")
    _, yours = heard(rows, store, "a", owner="acc_other")
    assert mine != yours
    assert mine.startswith(PREFIX)
    with rows.context.database.read() as session:
        names = {origin(recording) for recording in session.exec(select(Recording))}
    assert names == {mine, yours} == store.origins()


def test_nothing_goes_while_the_database_does_not_answer(
    rows: Rows, store: FeatureStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard(rows, store, "a")

    def away(*_: object) -> None:
        raise DatabaseError("away")

    monkeypatch.setattr(forgetting, "existing", away)
    with pytest.raises(DatabaseError):
        forget_deleted(rows.context, store)
    assert has_canary(rows)


def test_features_of_nobody_s_recording_are_left_alone(rows: Rows, store: FeatureStore) -> None:
    store.put("made-medicine", "k" * 64, CANARY, 0.1)
    assert forget_deleted(rows.context, store) == 0
    assert has_canary(rows)

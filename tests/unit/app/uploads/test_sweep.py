"""What nobody goes on with is deleted, and nothing else, whatever the clock says."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from app import clock
from app.clock import now
from app.context import Context
from app.uploads import service
from app.uploads.spool import HANDOVER, Spool
from app.uploads.sweep import Sweeper
from app.uploads.tables import Upload, UploadState
from tests.support.rows import Rows

HOUR = 3600.0


class Time:
    """A monotonic clock that goes when it is told to."""

    def __init__(self) -> None:
        self.at = 1000.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def sweeper(context: Context, time: Time) -> Sweeper:
    return Sweeper(context, clock=time)


@pytest.fixture
def spool(context: Context) -> Spool:
    return service.spool_of(context)


@pytest.fixture
def begun(context: Context) -> Callable[[], str]:
    def begin() -> str:
        return service.begin(context, 1_000_000, {"filename": "talk.wav"}).id

    return begin


def expire(context: Context, upload_id: str, by: timedelta = timedelta(seconds=1)) -> None:
    with context.database.write() as session:
        service.get(session, upload_id).expires_at = now() - by


def swept(sweeper: Sweeper, time: Time) -> int:
    """Twice, an hour and a bit apart."""
    removed = sweeper.run()
    time.at += HOUR + 1
    return removed + sweeper.run()


def ids(context: Context) -> list[str]:
    return [row.id for row in Rows(context).all(Upload)]


def test_an_expired_upload_goes_with_its_file(context, sweeper, time, spool, begun) -> None:
    upload, other = begun(), begun()
    expire(context, upload)
    assert swept(sweeper, time) == 1
    assert ids(context) == [other]
    assert list(spool.names()) == [other]


def test_it_is_watched_for_an_hour_first(context, sweeper, time, begun) -> None:
    expire(context, begun())
    for _ in range(5):
        assert sweeper.run() == 0
        time.at += 600
    time.at += 600
    assert sweeper.run() == 1


@pytest.mark.chapter(18)
def test_a_clock_that_jumps_removes_nothing_that_is_being_sent(
    context, sweeper, time, spool, begun
) -> None:
    upload = begun()
    try:
        clock.put_forward(48 * HOUR)  # the sweeper's process only
        for part in range(1, 30):
            assert sweeper.run() == 0
            time.at += 1000
            clock.put_forward(0)
            service.note(context, upload, part)
            clock.put_forward(48 * HOUR)
        assert ids(context) == [upload]
        # And when nothing more comes, it goes after all
        assert swept(sweeper, time) == 1
    finally:
        clock.put_forward(0)


@pytest.mark.chapter(18)
def test_a_part_that_is_arriving_is_left_alone(context, sweeper, time, spool, begun) -> None:
    upload = begun()
    expire(context, upload)
    file = spool.claim(upload)
    assert swept(sweeper, time) == 0
    assert ids(context) == [upload]
    file.close()
    assert sweeper.run() == 1


def test_a_file_without_a_row_goes(context, sweeper, time, spool) -> None:
    with spool.create("up_left"):
        assert swept(sweeper, time) == 0  # its row may just be written
    (spool.folder / f"up_other{HANDOVER}").write_bytes(b"x")
    assert swept(sweeper, time) == 2
    assert list(spool.names()) == []


def test_a_row_without_a_file_goes(context, sweeper, time, spool, begun) -> None:
    upload = begun()
    spool.remove(upload)
    assert swept(sweeper, time) == 1
    assert ids(context) == []


@pytest.mark.parametrize("state", [UploadState.READY, UploadState.REFUSED])
def test_what_is_over_keeps_its_row_until_it_expires(
    context, sweeper, time, spool, begun, state
) -> None:
    upload = begun()
    with context.database.write() as session:
        service.get(session, upload).state = state
    assert swept(sweeper, time) == 1
    assert list(spool.names()) == []
    assert ids(context) == [upload]
    assert swept(sweeper, time) == 0
    expire(context, upload)
    assert swept(sweeper, time) == 1
    assert ids(context) == []


def test_unfinished_uploads_are_promised_their_room(context, begun, monkeypatch) -> None:
    begun()
    free = 1_500_000 + context.settings.min_free_bytes
    monkeypatch.setattr(Spool, "free_bytes", lambda _: free)
    with pytest.raises(Exception, match="disk of the server is full"):
        begun()

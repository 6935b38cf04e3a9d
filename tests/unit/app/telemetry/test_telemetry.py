"""Who is alive, who is gone, and how fast a model has been here."""

from __future__ import annotations

import os
import sys
from datetime import timedelta

import pytest
from sqlmodel import update

from app.clock import now
from app.context import Context
from app.processes import birth
from app.telemetry import service
from app.telemetry.tables import ProcessRow
from app.transcriptions.finish_time import rtfx

pytestmark = pytest.mark.chapter(13)


def test_only_a_process_of_this_machine_is_known_to_be_gone() -> None:
    mine = service.process_name("host")
    place, _, birth = mine.rpartition(":")
    place = place.rpartition(":")[0]
    assert not service.is_gone(mine)
    assert service.is_gone(f"{place}:{2**22 + 7}:{birth}")
    assert not service.is_gone("host@elsewhere/0:1:1")
    assert not service.is_gone("")
    assert not service.is_gone(f"{place}:")


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells when a process was born")
def test_a_number_that_was_given_to_another_process_is_told_from_the_old_one() -> None:
    place = service.process_name("host").rpartition(":")[0]
    assert service.is_gone(f"{place}:1")


def test_a_process_that_ended_is_gone_before_its_parent_has_noticed() -> None:
    child = os.fork()
    if child == 0:
        os._exit(0)
    place = service.process_name("host").rpartition(":")[0].rpartition(":")[0]
    os.waitid(os.P_PID, child, os.WEXITED | os.WNOWAIT)
    assert service.is_gone(f"{place}:{child}:{birth(os.getpid())}")
    os.waitpid(child, 0)


def test_a_wake_up_is_remembered_until_the_process_is_forgotten(context: Context) -> None:
    with context.database.write() as session:
        service.seen(session, "host")
        assert service.last_woken(session, "host") is None
        service.seen(session, "host", woken=True, details={"model": "m"})
        service.seen(session, "host")
    with context.database.write() as session:
        assert service.last_woken(session, "host") is not None
        assert service.last_woken(session, "media") is None
        session.execute(update(ProcessRow).values(seen_at=now() - timedelta(hours=2)))
        service.forget_dead(session, timedelta(hours=1))
        assert service.last_woken(session, "host") is None


def test_a_measured_speed_replaces_the_assumed_one_and_is_smoothed(context: Context) -> None:
    with context.database.write() as session:
        assumed, measured = rtfx(session, "tiny.en")
        assert (assumed > 1, measured) == (True, False)
        service.measured(session, "tiny.en", 100.0)
        assert rtfx(session, "tiny.en") == (100.0, True)
        service.measured(session, "tiny.en", 0.0)
        assert rtfx(session, "tiny.en") == (pytest.approx(80.0), True)

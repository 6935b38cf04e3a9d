"""Nobody is stuck: short recordings behind long ones, a person behind a bulk; real processes."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator

import httpx
import pytest

from deploy.local.product import Product
from tests.support.jobs import ENDED, SPEECH, TWO_MINUTES, Jobs

pytestmark = pytest.mark.chapter(12)
BULK = 80
PATIENCE_S = 40.0
"""A few batches of a slowed-down recogniser, on a computer that has other things to do."""


@pytest.fixture
def called_off(jobs: Jobs) -> Iterator[list[str]]:
    """Jobs that are cancelled afterwards, whatever became of them."""
    begun: list[str] = []
    yield begun
    for job in begun:
        jobs.http.post(f"/v1/transcriptions/{job}/cancel")


def submit_again(jobs: Jobs, recording: str) -> str:
    form = {"recording": (None, recording.encode()), "model": (None, b"tiny.en")}
    answer = jobs.http.post("/v1/transcriptions", files=form)
    assert answer.status_code == 202, answer.text
    return str(answer.json()["id"])


def uploaded(jobs: Jobs) -> str:
    with SPEECH.open("rb") as file:
        answer = jobs.http.post("/v1/recordings", files={"file": file})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def unfinished(jobs: Jobs, of: list[str]) -> int:
    return sum(jobs.read(job)["status"] not in ENDED for job in of)


def timed(jobs: Jobs, job: str, since: float) -> float:
    found = jobs.finish(job)
    assert found["status"] == "succeeded"
    return time.monotonic() - since


def test_a_short_recording_is_not_stuck_behind_three_long_ones(
    jobs: Jobs, called_off: list[str]
) -> None:
    jobs.fault("slow_model", seconds=4.0)
    long = [jobs.submit(TWO_MINUTES, model="tiny.en") for _ in range(3)]
    called_off += long
    jobs.until(long[0], lambda found: found["progress"] > 0)
    began = time.monotonic()
    took_s = timed(jobs, jobs.submit(model="tiny.en"), began)
    assert unfinished(jobs, long), "first come, first served would have had it wait for all"
    assert took_s < PATIENCE_S


def test_a_person_is_not_stuck_behind_the_bulk_of_another(
    jobs: Jobs, product: Product, called_off: list[str]
) -> None:
    jobs.fault("slow_model", seconds=4.0)
    recording = uploaded(jobs)
    with sqlite3.connect(product.home / "lectern.db", timeout=30) as database:
        database.execute("UPDATE recording SET owner_id='acc_bulk' WHERE id=?", (recording,))
    bulk = [submit_again(jobs, recording) for _ in range(BULK)]
    called_off += bulk
    began = time.monotonic()
    took_s = timed(jobs, jobs.submit(model="tiny.en"), began)
    assert unfinished(jobs, bulk) > BULK // 4
    assert took_s < PATIENCE_S


def test_a_crowd_is_told_when_to_come_back_and_what_was_accepted_is_done(jobs: Jobs) -> None:
    jobs.fault("slow_model", seconds=1.0)
    accepted = jobs.submit(model="tiny.en")
    jobs.fault("crowd", hours=1000.0)
    with SPEECH.open("rb") as file:
        refused: httpx.Response = jobs.http.post("/v1/transcriptions", files={"file": file})
    assert refused.status_code == 503
    assert int(refused.headers["retry-after"]) >= 1
    assert refused.json()["simulated_by"] == "crowd"
    assert jobs.http.get("/readyz").json()["accepting"] is False
    assert jobs.finish(accepted)["status"] == "succeeded"
    jobs.no_faults()
    assert jobs.finish(jobs.submit(model="tiny.en"))["status"] == "succeeded"

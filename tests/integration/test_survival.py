"""A recording comes back once, with the same text, whatever ends, hangs or lies meanwhile."""

from __future__ import annotations

import os
import signal
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import psutil
import pytest
import redis

from deploy.local.product import Product, running_product, start_product
from tests.support.jobs import SPEECH, TWO_MINUTES, Jobs, connect, connected

ENVIRONMENT = {"LECTERN_MODEL": "whisper-base", "LECTERN_LEASE_S": "6"}


@pytest.fixture(scope="module")
def sturdy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """A product of its own: what is done to it here would disturb other tests."""
    home = tmp_path_factory.mktemp("sturdy")
    with running_product(home, env=ENVIRONMENT) as running:
        yield running


@pytest.fixture
def jobs(sturdy: Product) -> Iterator[Jobs]:
    with connected(sturdy) as client:
        yield client


@pytest.fixture(scope="module")
def quiet(sturdy: Product) -> dict[str, Any]:
    """The two minutes as they are heard when nothing happens."""
    client = connect(sturdy.api, sturdy.token)
    found = client.finish(client.submit(TWO_MINUTES, model="tiny.en"))
    client.http.close()
    return found


def query(home: Path, sql: str, *values: object) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(home / "lectern.db", timeout=30)) as database:
        return database.execute(sql, values).fetchall()


def restarted(product: Product, name: str) -> None:
    """Ask a process to stop and wait for its successor."""
    old = product.kill(name, signal.SIGTERM)
    end = time.monotonic() + 60
    while product.pids().get(name, old) == old:
        assert time.monotonic() < end, f"{name} did not come back"
        time.sleep(0.05)


@pytest.mark.chapter(13)
def test_rolling_restarts_under_load_lose_and_repeat_nothing(
    jobs: Jobs, sturdy: Product, quiet: dict[str, Any]
) -> None:
    submitted = [jobs.submit(TWO_MINUTES, model="tiny.en") for _ in range(5)]
    for name in ("media", "host", "dispatcher", "host", "media", "decoder", "host"):
        time.sleep(0.7)
        restarted(sturdy, name)
    for job in submitted:
        found = jobs.finish(job)
        assert (found["status"], found["text"]) == ("succeeded", quiet["text"])
        assert found["fallbacks"] == []
        counts = query(
            sturdy.home,
            'SELECT sum(losses), sum(tries), count(*) FROM "window" WHERE transcription_id=?',
            job,
        )
        assert counts[0][:2] == (0, 0), "an orderly stop counts as nothing"
        lost = "SELECT count(*) FROM attempt WHERE transcription_id=? AND state='lost'"
        assert query(sturdy.home, lost, job) == [(0,)]


@pytest.mark.chapter(13)
def test_a_worker_that_is_told_to_stop_hands_back_at_once(jobs: Jobs, sturdy: Product) -> None:
    jobs.fault("slow_model", seconds=1.5)
    job = jobs.submit(TWO_MINUTES, model="tiny.en")
    jobs.until(job, lambda found: found["progress"] > 0, 120)
    running = 'SELECT count(*) FROM "window" WHERE state=? AND transcription_id=?'
    while query(sturdy.home, running, "running", job) == [(0,)]:
        time.sleep(0.01)
    told = time.monotonic()
    sturdy.kill("host", signal.SIGTERM)
    while query(sturdy.home, running, "running", job) != [(0,)]:
        assert time.monotonic() - told < 2.0, "windows are still held"
        time.sleep(0.01)
    jobs.no_faults()
    assert jobs.finish(job)["status"] == "succeeded"


@pytest.mark.chapter(7)
def test_a_model_that_hangs_is_ended_and_the_smallest_one_takes_over(tmp_path: Path) -> None:
    impatient = {"LECTERN_WINDOW_TIMEOUT_S": "6", "LECTERN_MAX_ATTEMPTS": "1"}
    with running_product(tmp_path / "home", env={**ENVIRONMENT, **impatient}) as product:
        client = connect(product.api, product.token)
        client.fault("hanging_model", share=1.0, seconds=3600)
        found = client.finish(client.submit(SPEECH, language="en"), patience_s=120)
        client.http.close()
    assert found["status"] == "succeeded"
    assert [fallback["model"] for fallback in found["fallbacks"]] == ["tiny.en"]
    assert "died or hung" in found["fallbacks"][0]["reason"]


@pytest.mark.chapter(13)
def test_workers_that_keep_dying_get_there_in_the_end(
    jobs: Jobs, quiet: dict[str, Any], sturdy: Product
) -> None:
    jobs.fault("dying_workers", every_s=3)
    found = jobs.finish(jobs.submit(TWO_MINUTES, model="tiny.en"), patience_s=120)
    jobs.no_faults()
    assert (found["status"], found["text"]) == ("succeeded", quiet["text"])
    deaths = "SELECT count(DISTINCT process) FROM attempt UNION SELECT count(*) FROM process"
    assert max(count for (count,) in query(sturdy.home, deaths)) > 3


@pytest.mark.chapter(18)
def test_clocks_that_disagree_by_hours_change_no_text_and_lose_no_lease(
    jobs: Jobs, sturdy: Product, quiet: dict[str, Any]
) -> None:
    job = jobs.submit(TWO_MINUTES, model="tiny.en")
    for seconds in (3600, 0, 1800):
        jobs.fault("jumping_clock", seconds=seconds)
        time.sleep(1)
    found = jobs.finish(job)
    assert (found["status"], found["text"]) == ("succeeded", quiet["text"])
    lost = 'SELECT sum(losses) FROM "window" WHERE transcription_id=?'
    assert query(sturdy.home, lost, job) == [(0,)]


@pytest.mark.chapter(12)
@pytest.mark.parametrize(
    ("fault", "parameters"),
    [
        ("duplicate_messages", {"copies": 5}),
        ("late_messages", {"seconds": 3}),
        ("stalled_database", {"seconds": 4}),
        ("dropped_connections", {"share": 0.2}),
    ],
)
def test_messages_and_connections_that_cannot_be_relied_on(
    jobs: Jobs, quiet: dict[str, Any], fault: str, parameters: dict[str, float]
) -> None:
    submitted = [jobs.submit(TWO_MINUTES, model="tiny.en")]
    jobs.fault(fault, **parameters)
    if fault != "dropped_connections":  # a request may be refused then, and says so
        submitted.append(jobs.submit(SPEECH, model="tiny.en"))
    found = [jobs.finish(job) for job in submitted]
    assert {job["status"] for job in found} == {"succeeded"}
    assert found[0]["text"] == quiet["text"]


@pytest.mark.chapter(12)
def test_a_broker_that_dies_while_messages_lie_with_a_busy_worker_does_not_make_it_deaf(
    jobs: Jobs, sturdy: Product, quiet: dict[str, Any]
) -> None:
    jobs.fault("duplicate_messages", copies=5)
    jobs.fault("slow_model", seconds=1.0)
    job = jobs.submit(TWO_MINUTES, model="tiny.en")
    jobs.until(job, lambda found: found["progress"] > 0)
    for _ in range(2):
        sturdy.kill("broker")
        time.sleep(2)
    jobs.no_faults()
    assert jobs.finish(job)["text"] == quiet["text"]
    assert jobs.finish(jobs.submit(SPEECH, model="tiny.en"), 40)["status"] == "succeeded"


@pytest.mark.chapter(12)
def test_a_job_longer_than_any_visibility_timeout_cannot_be_delivered_again(
    jobs: Jobs, sturdy: Product
) -> None:
    jobs.fault("slow_model", seconds=1.0)
    job = jobs.submit(TWO_MINUTES, model="tiny.en")
    jobs.until(job, lambda found: found["progress"] > 0)
    with redis.Redis(unix_socket_path=str(sturdy.run_dir / "broker.sock")) as broker:
        kept = list(broker.scan_iter("*unacked*"))
    assert kept == [], "what is not kept for redelivery is not redelivered after an hour"
    jobs.no_faults()
    assert jobs.finish(job)["status"] == "succeeded"


@pytest.mark.chapter(13)
def test_a_product_killed_to_the_last_process_goes_on_when_it_is_started_again(
    tmp_path: Path, quiet: dict[str, Any]
) -> None:
    home = tmp_path / "home"
    first = start_product(home, env=ENVIRONMENT)
    try:
        first.wait_until_ready()
        client = connect(first.api, first.token)
        client.fault("slow_model", seconds=0.3)
        job = client.submit(TWO_MINUTES, model="tiny.en")
        client.until(job, lambda found: found["progress"] > 0.1)
        done = "SELECT id FROM \"window\" WHERE state='done'"
        for process in _all_of(first):
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        first.launcher.wait()
        kept = {window for (window,) in query(home, done)}
    finally:
        first.stop()
        client.http.close()
    with running_product(home, env=ENVIRONMENT) as second:
        client = connect(second.api, second.token)
        client.no_faults()
        found = client.finish(job)
        client.http.close()
        assert (found["status"], found["text"]) == ("succeeded", quiet["text"])
        fences = dict(query(home, 'SELECT id, fence FROM "window"'))
        assert kept
        assert {fences[window] for window in kept} == {1}, "what was done was not done again"


def _all_of(product: Product) -> list[int]:
    pids = set(product.pids().values())
    for pid in list(pids):
        with suppress(psutil.NoSuchProcess):
            pids |= {child.pid for child in psutil.Process(pid).children(recursive=True)}
    return sorted(pids)

"""The whole product on PostgreSQL and its own Valkey, while the database comes and goes."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from deploy.local.product import Product, running_product
from tests.support.databases import PostgresServer
from tests.support.jobs import ENDED, TWO_MINUTES, Jobs, connect, connected

pytestmark = [pytest.mark.chapter(12), pytest.mark.chapter(13)]


@pytest.fixture(scope="module")
def server(postgres: PostgresServer) -> Iterator[PostgresServer]:
    """A server of these tests' own: it is stopped and started again."""
    own = PostgresServer()
    yield own
    own.remove()


@pytest.fixture(scope="module")
def database(server: PostgresServer) -> str:
    return server.create(template=None)


@pytest.fixture(scope="module")
def served(
    server: PostgresServer, database: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Product]:
    plain = server.address(database).replace("postgresql+psycopg", "postgresql")
    environment = {"LECTERN_DATABASE_URL": plain, "LECTERN_MODEL": "tiny.en"}
    home = tmp_path_factory.mktemp("on-postgresql")
    with running_product(home, env=environment) as running:
        yield running


@pytest.fixture
def jobs(served: Product) -> Iterator[Jobs]:
    with connected(served) as client:
        yield client


@pytest.fixture(scope="module")
def quiet(served: Product) -> dict[str, Any]:
    """The recording as it is heard when nothing happens."""
    client = connect(served.api, served.token)
    found = client.finish(client.submit(TWO_MINUTES))
    client.http.close()
    return found


def finished(jobs: Jobs, job: str, patience_s: float = 120) -> dict[str, Any]:
    """The job once it is over; while the database is away the API must say so and no more."""
    until = time.monotonic() + patience_s
    while time.monotonic() < until:
        answer = jobs.http.get(f"/v1/transcriptions/{job}")
        if answer.status_code != 200:
            check_away(answer)
        elif answer.json()["status"] in ENDED:
            found: dict[str, Any] = answer.json()
            return found
        time.sleep(0.1)
    raise AssertionError(f"waited {patience_s} s in vain")


def check_away(answer: httpx.Response) -> None:
    assert answer.status_code == 503, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "database_away"
    assert int(answer.headers["retry-after"]) > 0


def same(found: dict[str, Any], quiet: dict[str, Any]) -> None:
    assert (found["status"], found["text"]) == ("succeeded", quiet["text"])
    assert found["fallbacks"] == []
    times = [(segment["start"], segment["end"]) for segment in found["segments"]]
    assert times == [(segment["start"], segment["end"]) for segment in quiet["segments"]]


def test_it_transcribes(quiet: dict[str, Any], served: Product) -> None:
    assert quiet["status"] == "succeeded"
    assert len(quiet["text"].split()) > 100
    assert not Path(served.home / "lectern.db").exists()


def test_cut_connections_lose_nothing(
    jobs: Jobs, server: PostgresServer, database: str, quiet: dict[str, Any]
) -> None:
    jobs.fault("slow_model", seconds=0.5)
    job = jobs.submit(TWO_MINUTES)
    cut = 0
    for _ in range(8):
        time.sleep(0.4)
        cut += server.terminate(database)
    assert cut > 8
    same(finished(jobs, job), quiet)


@pytest.mark.parametrize(
    "stop",
    [
        pytest.param(signal.SIGQUIT, id="crash"),
        pytest.param(signal.SIGINT, id="in order", marks=pytest.mark.slow),
    ],
)
def test_a_restarted_server_loses_nothing(
    jobs: Jobs, server: PostgresServer, served: Product, quiet: dict[str, Any], stop: signal.Signals
) -> None:
    jobs.fault("slow_model", seconds=0.5)
    job = jobs.submit(TWO_MINUTES)
    time.sleep(1.0)
    server.stop(stop)
    time.sleep(2.0)
    check_away(jobs.http.get(f"/v1/transcriptions/{job}"))
    assert jobs.http.get("/healthz").status_code == 200
    assert jobs.http.get("/readyz").status_code == 503
    server.start()
    same(finished(jobs, job), quiet)
    served.wait_until_ready()

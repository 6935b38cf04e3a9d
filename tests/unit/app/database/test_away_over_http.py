"""What the API says while the database cannot do its part."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.context import Context
from app.database import Database, DatabaseAway, DatabaseFull
from app.local.token import read_or_make
from app.main import create_app
from app.releases import seeding
from app.transcriptions import service
from tests.support.problems import assert_problem
from tests.support.rows import Rows, new_context

pytestmark = pytest.mark.chapter(13)


def client_of(context: Context) -> TestClient:
    app = create_app(context.settings, context)
    client = TestClient(app, "http://127.0.0.1", raise_server_exceptions=False)
    client.headers["Authorization"] = f"Bearer {read_or_make(context.settings.token_path)}"
    return client


@pytest.fixture
def away(tmp_path: Path) -> Iterator[TestClient]:
    """An API whose PostgreSQL is not there."""
    context = new_context(tmp_path / "home")
    gone = Database(f"postgresql://postgres@/x?host={tmp_path}")
    with client_of(replace(context, database=gone)) as client:
        yield client
    gone.dispose()
    context.database.dispose()


@pytest.mark.parametrize("path", ["/v1/transcriptions", "/v1/transcriptions/tr_1"])
def test_it_says_so_and_when_to_come_back(away: TestClient, path: str) -> None:
    answer = away.get(path)
    assert_problem(answer, 503, "database_away")
    assert 0 < int(answer.headers["Retry-After"]) <= 60
    assert "safe" in answer.json()["detail"]
    assert "host=" not in answer.text  # where our database lies is nobody's business


def test_it_is_alive_and_not_ready(away: TestClient) -> None:
    assert away.get("/healthz").status_code == 200
    assert away.get("/readyz").json()["checks"]["database"].startswith("failed")


def test_what_comes_with_lectern_is_entered_once_the_database_is_back(
    context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    transact, calls = Database.transact, 0

    def away_at_first(*arguments: Any, **options: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == 1:
            raise DatabaseAway("connection refused")
        return transact(*arguments, **options)

    monkeypatch.setattr(seeding, "RETRY_S", 0.05)
    monkeypatch.setattr(Database, "transact", away_at_first)
    with client_of(context) as client:
        until = time.monotonic() + 20
        while client.get("/v1/domains/dictation").status_code != 200:
            assert time.monotonic() < until, "nobody tried again"
            time.sleep(0.05)


def test_a_full_disk_is_another_thing(context: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise DatabaseFull("no space left")

    job = Rows(context).submit()
    monkeypatch.setattr(service, "cancel", full)
    with client_of(context) as client:
        answer = client.post(f"/v1/transcriptions/{job}/cancel")
    assert_problem(answer, 507, "storage_full")


def test_a_nul_names_nothing_on_any_database(context: Context) -> None:
    with client_of(context) as client:
        assert client.get("/v1/transcriptions/tr_%00").status_code == 404
        assert client.delete("/v1/transcriptions/%00").status_code == 404

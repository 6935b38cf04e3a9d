"""`lectern status`, and how a running product is found."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner

from ui.cli import api, find
from ui.cli.commands import app

RUNNER = CliRunner()
JOB = {
    "id": "tr_1",
    "name": "interview.mp3",
    "status": "running",
    "stage": "recognising",
    "progress": 0.25,
    "done_s": 600.0,
    "duration": 2400.0,
    "eta_seconds": 40.0,
    "queue_position": None,
    "model": {"name": "whisper-base", "version": None},
    "language": "en",
    "error": None,
    "created_at": "2026-11-23T10:00:00Z",
    "started_at": None,
    "finished_at": None,
    "revision": 3,
}


class FakeProduct:
    """Ready or not; one job runs and two wait."""

    ready = True
    up = True

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if not self.up:
            raise httpx.ConnectError("refused")
        path = request.url.path
        if path == "/healthz":
            return httpx.Response(200, json={"status": "alive"})
        if path == "/readyz":
            checks = {"database": "ok", "decoder": "ok" if self.ready else "not running"}
            code = 200 if self.ready else 503
            return httpx.Response(code, json={"ready": self.ready, "checks": checks})
        if request.headers.get("authorization") != "Bearer secret":
            problem = {"code": "token_wrong", "detail": "Send the token."}
            return httpx.Response(401, json=problem)
        jobs = [JOB] if request.url.params["status"] == "running" else [JOB, JOB]
        return httpx.Response(200, json={"items": jobs, "next": None})


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> FakeProduct:
    product = FakeProduct()
    (tmp_path / "run").mkdir()
    (tmp_path / "token").write_text("secret\n")
    monkeypatch.setenv("LECTERN_HOME", str(tmp_path))
    monkeypatch.delenv("LECTERN_API_URL", raising=False)
    monkeypatch.setattr(api, "transport", httpx.MockTransport(product))
    monkeypatch.setattr(find, "STARTING_S", 0.0)
    told(tmp_path, os.getpid())
    return product


def told(home: Path, pid: object) -> None:
    text = json.dumps({"api": "http://127.0.0.1:1", "page": "http://127.0.0.1:2", "pid": pid})
    find.run_file(home).write_text(text)


def dead_pid() -> int:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def test_a_running_product(fake: FakeProduct) -> None:
    result = RUNNER.invoke(app, ["status"])
    assert result.exit_code == 0
    for part in ("http://127.0.0.1:1", "http://127.0.0.1:2", "2 waiting, 1 running"):
        assert part in result.stdout
    assert "interview.mp3: 10.0 of 40.0 min, whisper-base, ready in 40 s" in result.stdout


def test_for_programs(fake: FakeProduct) -> None:
    told = json.loads(RUNNER.invoke(app, ["status", "--json"]).stdout)
    assert told["running"] is told["ready"] is True
    assert (told["queued"], told["jobs"][0]["progress"]) == (2, 0.25)


def test_a_product_that_is_not_ready(fake: FakeProduct) -> None:
    fake.ready = False
    result = RUNNER.invoke(app, ["status"])
    assert result.exit_code == 3
    assert "decoder: not running" in result.stdout


def test_a_token_of_another_home(fake: FakeProduct, tmp_path: Path) -> None:
    (tmp_path / "token").write_text("other")
    assert RUNNER.invoke(app, ["status"]).exit_code == 3


@pytest.mark.parametrize("pid", ["dead", "none", "word"])
def test_no_product(fake: FakeProduct, tmp_path: Path, pid: str) -> None:
    told(tmp_path, {"dead": dead_pid(), "word": "x"}.get(pid))
    if pid == "none":
        find.run_file(tmp_path).unlink()
    result = RUNNER.invoke(app, ["status", "--json"])
    assert result.exit_code == 3
    assert json.loads(result.stdout)["running"] is False
    assert "make run" in RUNNER.invoke(app, ["status"]).stdout


def test_a_live_process_that_does_not_answer_counts_as_none(fake: FakeProduct) -> None:
    fake.up = False
    assert find.find() is None


def test_another_program_on_the_port_is_not_asked(
    fake: FakeProduct, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = httpx.MockTransport(lambda _: httpx.Response(200, text="<html>hello"))
    monkeypatch.setattr(api, "transport", other)
    assert find.find() is None

"""`lectern export` and `lectern formats`: what is asked, written and said."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import Result
from typer.testing import CliRunner

from app.transcriptions.exports import FORMATS
from app.transcriptions.exports.routes import list_formats
from tests.unit.ui.fake_client import job
from ui.cli import api, find
from ui.cli.commands import app


def answer(request: httpx.Request) -> httpx.Response:
    """The API as far as the command uses it; `tr_new` has not finished."""
    path = request.url.path
    if path == "/healthz":
        return httpx.Response(200, json={"status": "alive"})
    if path == "/v1/exports":
        return httpx.Response(200, json=list_formats().model_dump())
    if path.endswith("/export/report"):
        return httpx.Response(200, json={"cues": 5, "kept": 5, "counts": {}})
    if path.endswith("/export"):
        if "tr_new" in path:
            problem = {"code": "not_ready", "detail": "It is running.", "request_id": "r"}
            return httpx.Response(409, json=problem)
        if request.url.params["format"] in ("docx", "qdpx"):
            return httpx.Response(200, content=b"PK\xff\x00")
        return httpx.Response(200, text=str(dict(request.url.params)))
    if path.startswith("/v1/transcriptions/tr_"):
        return httpx.Response(200, content=job(path.rsplit("/", 1)[1]).model_dump_json())
    return httpx.Response(404, json={"code": "transcription_not_found", "detail": "None."})


@pytest.fixture(autouse=True)
def product(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("LECTERN_HOME", str(tmp_path))
    monkeypatch.setenv("LECTERN_API_URL", "http://127.0.0.1:1")
    monkeypatch.setattr(api, "transport", httpx.MockTransport(answer))
    monkeypatch.chdir(tmp_path)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


def test_a_text_goes_to_standard_output_and_to_a_file_named_after_the_recording() -> None:
    result = run("export", "tr_ok", "-f", "vtt", "-p", "quick", "--set", "fillers=remove")
    assert result.exit_code == 0
    assert result.stdout == "{'format': 'vtt', 'preset': 'quick', 'fillers': 'remove'}\n"
    assert run("export", "tr_ok", "-f", "docx", "-o", "out/").exit_code == 0
    [written] = Path("out").iterdir()
    assert written.suffix == ".docx"
    assert written.read_bytes() == b"PK\xff\x00"


def test_nothing_is_overwritten_unless_told_to() -> None:
    Path("mine.txt").write_text("mine")
    result = run("export", "tr_ok", "-o", "mine.txt")
    assert (result.exit_code, Path("mine.txt").read_text()) == (1, "mine")
    assert "was left as it is" in result.stderr
    assert run("export", "tr_ok", "-o", "mine.txt", "--force").exit_code == 0
    assert Path("mine.txt").read_text() == "{'format': 'txt'}"


@pytest.mark.parametrize(
    ("arguments", "exit_code", "told"),
    [
        (["tr_new"], 1, "It is running."),
        (["nothing"], 1, "None."),
        (["tr_ok", "-f", "pdf"], 2, "there are txt, docx"),
        (["tr_ok", "-f", "qdpx", "--json"], 2, "is not text"),
    ],
)
def test_what_cannot_be_had_says_why(arguments: list[str], exit_code: int, told: str) -> None:
    result = run("export", *arguments)
    assert result.exit_code == exit_code
    assert told in result.stderr


def test_json_tells_where_the_file_is(tmp_path: Path) -> None:
    told: dict[str, Any] = json.loads(run("export", "tr_ok", "-o", "a.txt", "--json").stdout)
    assert (told["id"], told["output"], told["status"]) == ("tr_ok", "a.txt", "succeeded")


def test_formats_are_listed_the_same_with_and_without_a_product(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with_product = run("formats", "--json").stdout
    monkeypatch.setattr(find, "find", lambda: None)
    assert run("formats", "--json").stdout == with_product
    assert [each["name"] for each in json.loads(with_product)["items"]] == list(FORMATS)
    listed = run("formats").stdout
    assert "--preset quick" in listed
    assert "--set fillers=keep|remove" in listed
    refused = run("export", "tr_ok")
    assert refused.exit_code == 3
    assert "No product is running" in refused.stderr

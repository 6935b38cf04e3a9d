"""`lectern transcribe` with a product: what is sent, written, said, and how it ends."""

from __future__ import annotations

import json
import os
import re
import signal
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import Result
from typer.testing import CliRunner

from app.transcriptions.exports.routes import list_formats
from ui.cli import api
from ui.cli.commands import app

RUNNER = CliRunner()
TEXT = "Thank you for coming.\n\n-- \nTranscribed by machine (tiny.en); it may contain errors.\n"


def problem(status: int, code: str, detail: str) -> httpx.Response:
    return httpx.Response(status, json={"code": code, "detail": detail, "request_id": "r"})


class FakeProduct:
    """The API as far as the command uses it. A file's first word decides what becomes of it."""

    def __init__(self) -> None:
        self.jobs: dict[str, dict[str, Any]] = {}
        self.uploads: dict[str, bytes] = {}
        self.deleted: list[str] = []
        self.cancelled = threading.Event()
        self.interrupt_at: str | None = None
        self.restarts = 0
        self._lock = threading.Lock()
        self.exported: dict[str, str] = {}

    def __call__(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path
        if path == "/healthz":
            return httpx.Response(200, json={"status": "alive"})
        if request.headers.get("authorization") != "Bearer secret":
            return problem(401, "token_wrong", "Send the token.")
        if path == "/v1/exports":
            return httpx.Response(200, json=list_formats().model_dump())
        with self._lock:
            if path == "/v1/recordings":
                return self._upload(request.read())
            if path == "/v1/transcriptions":
                return self._submit(request.read().decode())
        if request.method == "DELETE":
            self.deleted.append(path)
            return httpx.Response(204)
        job = self.jobs[path.split("/")[3]]
        if path.endswith("/events"):
            return self._stream(job, request.headers.get("last-event-id"))
        if path.endswith("/cancel"):
            job["status"] = "cancelled"
            self.cancelled.set()
        if path.endswith("/export/report"):
            counts = {"reading_speed": 2, "late": 1}
            return httpx.Response(200, json={"cues": 12, "kept": 9, "counts": counts})
        if path.endswith("/export"):
            self.exported = dict(request.url.params)
            if self.exported["format"] == "docx":
                return httpx.Response(200, content=b"PK\xff\x00\r\n")
            return httpx.Response(200, text=TEXT.replace("\n", "\r\n") if job["crlf"] else TEXT)
        return httpx.Response(200, json=job)

    def _upload(self, body: bytes) -> httpx.Response:
        head, _, content = body.partition(b"\r\n\r\n")
        content = content.rsplit(b"\r\n--", 1)[0]
        if content.startswith(b"text"):
            return problem(415, "unsupported_media_type", "This is a text file. Nothing was kept.")
        key = f"rec_{len(self.uploads)}"
        self.uploads[key] = content
        if self.interrupt_at == "upload":
            self.interrupt_at = None
            os.kill(os.getpid(), signal.SIGINT)
            threading.Event().wait(0.3)
        name = re.search(rb'filename="(.*?)"', head)
        assert name is not None
        told = {"id": key, "name": name[1].decode(), "container": "wav", "size_bytes": 1}
        return httpx.Response(201, json=told | {"duration_s": 60.0})

    def _submit(self, form: str) -> httpx.Response:
        fields = re.findall(r'name="([^"]+)"\r\n(?:.*\r\n)*?\r\n(.*?)\r\n--', form)
        values = dict(fields)
        if values.get("language") == "xx":
            return problem(422, "unknown_language", "'xx' is not the code of a language.")
        if values["recording"] not in self.uploads:
            return problem(404, "recording_not_found", "There is no recording.")
        job = wire_job(f"tr_{len(self.jobs)}", self.uploads[values["recording"]].decode())
        job["fields"] = fields
        self.jobs[job["id"]] = job
        return httpx.Response(202, json=job)

    def _stream(self, job: dict[str, Any], seen: str | None) -> httpx.Response:
        if self.restarts:
            self.restarts -= 1
            raise httpx.ConnectError("restarting")

        def events() -> Iterator[bytes]:
            if seen is None:
                yield sse("progress", job | {"status": "running", "done_s": 20.0, "revision": 1})
            if self.interrupt_at == "events":
                os.kill(os.getpid(), signal.SIGINT)
                assert self.cancelled.wait(10)
            if job["kind"] == "drop" and seen is None:
                return  # the connection ends in the middle
            yield b": ping\r\n\r\n"
            job["status"] = {"fail": "failed", "stop": "cancelled"}.get(job["kind"], job["status"])
            if job["status"] == "queued":
                job["status"] = "succeeded"
            yield sse("end", job | {"revision": 2})

        return httpx.Response(200, content=events())


def sse(kind: str, job: dict[str, Any]) -> bytes:
    return f"id: {job['revision']}\r\nevent: {kind}\r\ndata: {json.dumps(job)}\r\n\r\n".encode()


def wire_job(key: str, content: str) -> dict[str, Any]:
    kind = content.split()[0]
    error = {"code": "truncated_file", "message": "The file ends early.", "retryable": False}
    return {
        "id": key,
        "name": "x",
        "kind": kind,
        "crlf": kind == "crlf",
        "status": "queued",
        "stage": "queued",
        "progress": 0.0,
        "done_s": 0.0,
        "duration": 60.0,
        "eta_seconds": 3.0,
        "queue_position": 1,
        "model": {"name": "tiny.en", "version": None},
        "language": "en",
        "error": error if kind == "fail" else None,
        "created_at": "2026-11-23T10:00:00Z",
        "started_at": None,
        "finished_at": None,
        "revision": 0,
        "text": "Thank you for coming.",
        "segments": [],
        "skipped": [],
        "fallbacks": [{"start": 20.0, "end": 40.0, "model": "tiny.en", "reason": "it failed"}],
        "warnings": ["The file ends before the audio it announces."],
    }


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> FakeProduct:
    product = FakeProduct()
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "token").write_text("secret\n")
    monkeypatch.setenv("LECTERN_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("LECTERN_API_URL", "http://127.0.0.1:1")
    monkeypatch.setattr(api, "transport", httpx.MockTransport(product))
    monkeypatch.setattr(api, "_PAUSE_S", 0.01)
    monkeypatch.chdir(tmp_path)
    return product


def recording(name: str, content: str = "fine") -> str:
    Path(name).write_text(content)
    return name


def run(*arguments: str) -> Result:
    return RUNNER.invoke(app, ["transcribe", *arguments])


def test_the_transcript_alone_goes_to_standard_output(fake: FakeProduct) -> None:
    result = run(recording("talk.wav"))
    assert (result.exit_code, result.stdout) == (0, TEXT)
    assert "talk.wav: 1.0 min transcribed" in result.stderr
    assert "ends before the audio" in result.stderr
    assert "the smaller model tiny.en was used" in result.stderr


def test_options_reach_the_product(fake: FakeProduct) -> None:
    Path("terms").write_text("# people\nKästner\n\n softmax layer \n")
    options = ["-l", "en", "-m", "tiny.en", "-k", "LoRA", "--keywords-file", "terms"]
    assert run(recording("talk.wav"), *options).exit_code == 0
    sent = [tuple(pair) for pair in fake.jobs["tr_0"]["fields"]]
    assert ("language", "en") in sent
    assert ("model", "tiny.en") in sent
    keywords = [value for name, value in sent if name == "keywords[]"]
    assert keywords == ["LoRA", "Kästner", "softmax layer"]


def test_format_preset_and_options_reach_the_product(fake: FakeProduct) -> None:
    options = ["-f", "srt", "-p", "quick", "--set", "fillers=remove"]
    result = run(recording("talk.wav"), *options, "-o", "out/")
    assert result.exit_code == 0
    assert fake.exported == {"format": "srt", "preset": "quick", "fillers": "remove"}
    assert Path("out/talk.srt").read_text() == TEXT
    assert "3 of 12 subtitles cannot keep every rule (2 spoken faster" in result.stderr
    assert "none was cut" in result.stderr


def test_a_file_that_is_no_text_is_written_as_it_is(fake: FakeProduct) -> None:
    assert run(recording("talk.wav"), "-f", "docx", "-o", "out/").exit_code == 0
    assert Path("out/talk.docx").read_bytes() == b"PK\xff\x00\r\n"
    result = run(recording("talk.wav"), "-f", "docx")
    assert (result.exit_code, result.stdout_bytes) == (0, b"PK\xff\x00\r\n")
    refused = run(recording("talk.wav"), "-f", "docx", "--json")
    assert refused.exit_code == 2
    assert "-o talk.docx" in refused.stderr
    assert len(fake.jobs) == 2, "found out before the work"


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["-f", "pdf"], "there are txt, docx, srt"),
        (["-f", "srt", "-p", "big"], "it has standard, quick"),
        (["-f", "srt", "--set", "times=on"], "it has speed=17|20"),
        (["--set", "times=maybe"], "times is on or off"),
        (["--set", "times"], "no option 'times'"),
    ],
)
def test_a_file_there_is_not_is_refused_before_the_work(
    fake: FakeProduct, options: list[str], told: str
) -> None:
    result = run(recording("talk.wav"), *options)
    assert result.exit_code == 2
    assert told in result.stderr
    assert not fake.jobs


def test_several_files_go_on_when_one_fails(fake: FakeProduct) -> None:
    names = [recording("good.wav"), recording("bad.wav", "fail"), recording("note.mp3", "text")]
    result = run(*names, "gone.wav", "-o", "out/", "--json")
    assert result.exit_code == 1
    told = {entry["file"]: entry for entry in json.loads(result.stdout)}
    assert list(told) == ["good.wav", "bad.wav", "note.mp3", "gone.wav"]
    assert told["good.wav"]["status"] == "succeeded"
    assert told["good.wav"]["output"] == "out/good.txt"
    assert Path("out/good.txt").read_text() == TEXT
    codes = {name: (told[name]["error"] or {}).get("code") for name in told}
    assert codes["bad.wav"] == "truncated_file"
    assert codes["note.mp3"] == "unsupported_media_type"
    assert codes["gone.wav"] == "file_missing"
    assert [told[name]["id"] is None for name in told] == [False, False, True, True]
    assert [path.name for path in Path("out").iterdir()] == ["good.txt"]


def test_more_files_than_streams_are_all_submitted(fake: FakeProduct) -> None:
    names = [recording(f"talk{i}.wav") for i in range(20)]
    assert run(*names).exit_code == 0
    assert len(fake.jobs) == 20
    assert all(Path(f"talk{i}.txt").read_text() == TEXT for i in range(20))


def test_wrong_options_are_refused_before_anything_is_sent(fake: FakeProduct) -> None:
    result = run(recording("talk.wav"), "-l", "xx")
    assert result.exit_code == 2
    assert "'xx' is not the code" in result.stderr
    assert not fake.uploads


@pytest.mark.parametrize("arguments", [["-f", "pdf"], ["--keywords-file", "none"], ["--what"]])
def test_usage_errors(fake: FakeProduct, arguments: list[str]) -> None:
    assert run(recording("talk.wav"), *arguments).exit_code == 2
    assert not fake.uploads


def test_no_file_is_a_usage_error() -> None:
    assert run().exit_code == 2


def test_a_wrong_token_says_what_to_do(fake: FakeProduct, tmp_path: Path) -> None:
    (tmp_path / "home" / "token").write_text("other")
    result = run(recording("talk.wav"), "--json")
    assert result.exit_code == 3
    assert json.loads(result.stdout)["error"]["code"] == "token_wrong"
    assert "LECTERN_HOME" in result.stderr


def test_a_named_product_that_is_not_there(
    fake: FakeProduct, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api, "transport", httpx.MockTransport(lambda _: httpx.Response(502)))
    result = run(recording("talk.wav"))
    assert result.exit_code == 3
    assert "LECTERN_API_URL" in result.stderr


@pytest.mark.parametrize("kind", ["drop", "fine"])
def test_a_lost_connection_is_taken_up_again(fake: FakeProduct, kind: str) -> None:
    fake.restarts = 2
    assert run(recording("talk.wav", kind)).stdout == TEXT


def test_a_product_that_stays_away(fake: FakeProduct, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api, "GIVE_UP_S", 0.05)
    fake.restarts = 10_000
    result = run(recording("talk.wav"))
    assert result.exit_code == 1
    assert "kept there as tr_0" in result.stderr


def test_a_job_cancelled_elsewhere(fake: FakeProduct) -> None:
    result = run(recording("talk.wav", "stop"), "--json")
    assert result.exit_code == 1
    assert json.loads(result.stdout)[0]["status"] == "cancelled"


def test_an_interruption_calls_the_jobs_off(fake: FakeProduct) -> None:
    fake.interrupt_at = "events"
    result = run(recording("talk.wav"), "--json")
    assert result.exit_code == 130
    assert fake.jobs["tr_0"]["status"] == "cancelled"
    assert json.loads(result.stdout)[0]["status"] == "cancelled"
    assert "1 of 1 unfinished jobs were called off" in result.stderr


def test_an_interruption_while_sending_leaves_nothing(fake: FakeProduct) -> None:
    fake.interrupt_at = "upload"
    result = run(recording("a.wav"), recording("b.wav"), recording("c.wav"))
    assert result.exit_code == 130
    assert all(job["status"] == "cancelled" for job in fake.jobs.values())
    assert len(fake.deleted) + len(fake.jobs) == len(fake.uploads)
    assert not list(Path().glob("*.txt"))


def test_json_without_output_carries_the_transcript(fake: FakeProduct) -> None:
    told = json.loads(run(recording("talk.wav"), "--json").stdout)[0]
    assert told["transcript"] == TEXT
    assert told["output"] is None


def test_line_ends_are_written_as_they_came(fake: FakeProduct) -> None:
    assert run(recording("talk.wav", "crlf"), "-o", "out.txt").exit_code == 0
    assert Path("out.txt").read_bytes() == TEXT.replace("\n", "\r\n").encode()

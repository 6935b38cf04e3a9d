"""`lectern projects` against the real API: made, filled, started, taken away, deleted."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner, Result

from app.context import Context
from app.projects.tables import Project
from tests.support import media
from tests.support.archives import packed
from tests.support.projects import Projects
from tests.support.rows import Rows
from ui.cli import api
from ui.cli.commands import app
from ui.cli.exits import Exit


@pytest.fixture(autouse=True)
def found(client: TestClient, context: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command finds this API as it finds a product that was named."""
    monkeypatch.setenv("LECTERN_API_URL", "http://127.0.0.1")
    monkeypatch.setattr(api, "transport", httpx.MockTransport(lambda asked: sent(client, asked)))
    monkeypatch.setenv("LECTERN_HOME", str(context.settings.home))


def sent(client: TestClient, asked: httpx.Request) -> httpx.Response:
    """What the API answers, with the token that the command sent."""
    headers = {k: v for k, v in asked.headers.items() if k in ("authorization", "content-type")}
    path = asked.url.raw_path.decode()
    answer = client.request(asked.method, path, headers=headers, content=asked.read())
    kind = {"content-type": answer.headers.get("content-type", "")}
    return httpx.Response(answer.status_code, content=answer.content, headers=kind)


@pytest.fixture
def projects(client: TestClient) -> Projects:
    return Projects(client)


def lectern(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, ["projects", *map(str, arguments)])


def told(*arguments: str | Path) -> Any:
    """What it prints for programs."""
    result = lectern(*arguments, "--json")
    assert result.exit_code == Exit.FINE, result.output
    return json.loads(result.stdout)


def wav(folder: Path, name: str, seconds: float) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(media.speech_like_wav(seconds))
    return path


def test_a_project_is_made_and_shown(projects: Projects) -> None:
    made = told("create", "Care", "-l", "en", "--term", "Nzara", "--delete-after", "30")
    assert (made["name"], made["terms"], made["retention_days"]) == ("Care", ["Nzara"], 30)
    assert [each["id"] for each in told()] == [made["id"]] == [each["id"] for each in told("list")]
    assert told("show", "care")["id"] == told("show", made["id"])["id"] == made["id"]
    shown = lectern("show", "Care").stdout
    assert "deleted 30 days after each is finished" in shown
    assert "0 of 0 ready" in lectern().stdout


def test_a_project_that_is_not_there_or_not_the_only_one_is_named(projects: Projects) -> None:
    missing = lectern("show", "nothing")
    assert missing.exit_code == Exit.USAGE
    assert "'nothing'" in missing.stderr
    ids = [projects.create("Twin")["id"] for _ in range(2)]
    several = lectern("show", "twin")
    assert several.exit_code == Exit.USAGE
    assert all(each in several.stderr for each in ids)


def test_a_folder_a_file_and_a_zip_are_sent_and_one_that_is_refused_stops_no_other(
    projects: Projects, tmp_path: Path
) -> None:
    project = projects.create("Care")["id"]
    for number in range(3):
        wav(tmp_path / "talks", f"day {number}/talk {number}.wav", 0.5 + number / 10)
    wav(tmp_path / "talks", ".hidden.wav", 1)
    (tmp_path / "talks" / "notes.txt").write_text("Dear diary")
    (tmp_path / "talks" / "broken.wav").write_bytes(b"RIFF not really")
    archive = tmp_path / "all.zip"
    archive.write_bytes(packed({"a.wav": media.speech_like_wav(2), "form.pdf": b"%PDF-1.7"}))
    alone = wav(tmp_path, "alone.wav", 3)
    result = lectern("add", "Care", tmp_path / "talks", archive, alone, "--json")
    assert result.exit_code == Exit.SOME_FAILED, result.output
    answer = json.loads(result.stdout)
    files = {Path(each["file"]).name: each for each in answer["files"]}
    assert list(files) == [
        "broken.wav", "talk 0.wav", "talk 1.wav", "talk 2.wav", "all.zip", "alone.wav",
    ]  # fmt: skip
    assert files["broken.wav"]["error"]["code"]
    assert [each["name"] for each in files["all.zip"]["added"]] == ["a.wav"]
    assert [each["name"] for each in files["all.zip"]["skipped"]] == ["form.pdf"]
    assert [Path(each).name for each in answer["passed_over"]] == ["notes.txt"]
    names = {each["recording"]["name"] for each in projects.waiting(project)}
    assert names == {"talk 0.wav", "talk 1.wav", "talk 2.wav", "a.wav", "alone.wav"}


def test_a_zip_with_papers_in_it_has_not_failed(projects: Projects, tmp_path: Path) -> None:
    projects.create("Care")
    archive = tmp_path / "all.zip"
    archive.write_bytes(packed({"a.wav": media.speech_like_wav(1), "form.pdf": b"%PDF-1.7"}))
    result = lectern("add", "Care", archive)
    assert result.exit_code == Exit.FINE, result.output
    assert "1 recordings wait in Care" in result.stdout
    assert "form.pdf" in result.stderr
    archive.write_bytes(packed({"a.wav": b""}))
    assert lectern("add", "Care", archive).exit_code == Exit.SOME_FAILED


def test_a_large_recording_goes_in_parts_and_waits_there(
    projects: Projects, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ui.cli import resume

    project = projects.create("Care")["id"]
    whole = wav(tmp_path, "long.wav", 4)
    seen: list[str] = []
    monkeypatch.setattr(resume, "PARTS_ABOVE_BYTES", 1000)

    class Sending:
        offset = 0

        def __init__(self, client: Any, path: Path, name: str, tell: Any, pausing: Any) -> None:
            self._client, self._path = client, path

        def run(self) -> Any:
            seen.append(self._path.name)
            return self._client.upload(self._path.name, self._path.read_bytes())

    monkeypatch.setattr(resume, "Sending", Sending)  # its own tests send in parts
    assert lectern("add", "Care", whole).exit_code == Exit.FINE
    assert seen == ["long.wav"]
    assert [each["recording"]["name"] for each in projects.waiting(project)] == ["long.wav"]


@pytest.mark.parametrize("what", ["empty", "nowhere"])
def test_nothing_to_send_is_said(projects: Projects, tmp_path: Path, what: str) -> None:
    projects.create("Care")
    (tmp_path / "empty").mkdir()
    result = lectern("add", "Care", tmp_path / what)
    assert result.exit_code == Exit.USAGE
    assert "Nothing was sent" in result.stderr


def test_the_start_says_what_it_means_and_asks_about_duplicates(
    projects: Projects, rows: Rows, tmp_path: Path
) -> None:
    project = projects.create("Care", retention_days=5)["id"]
    assert lectern("start", "Care").exit_code == Exit.USAGE
    lectern("add", "Care", wav(tmp_path, "a.wav", 1))
    estimate = lectern("start", "Care", "--estimate")
    assert estimate.exit_code == Exit.FINE
    assert "1 recordings" in estimate.stdout
    assert "no price is set" in estimate.stdout
    assert "deleted on" in estimate.stdout
    assert projects.transcripts(project) == []
    assert len(told("start", "Care")["started"]) == 1
    lectern("add", "Care", wav(tmp_path, "again.wav", 1), wav(tmp_path, "b.wav", 2))
    asked = lectern("start", "Care")
    assert asked.exit_code == Exit.USAGE
    assert "again.wav: in this project already as a.wav" in asked.stdout
    assert len(projects.transcripts(project)) == 1
    made = told("start", "Care", "--duplicates", "skip")
    assert [each["name"] for each in made["started"]] == ["b.wav"]
    assert [each["code"] for each in made["left_out"]] == ["duplicate"]
    assert len(told("start", "Care", "--duplicates", "again")["started"]) == 1


def test_the_zip_is_written_whole_and_replaces_nothing_unasked(
    projects: Projects, rows: Rows, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    project = projects.create("Care 1/2")["id"]
    early = lectern("export", project)
    assert early.exit_code == Exit.SOME_FAILED
    assert list(tmp_path.glob("*.zip*")) == list(tmp_path.glob(".*")) == []
    job = rows.prepared(1, name="talk.wav")
    rows.recognise_all()
    projects.client.put(f"/v1/projects/{project}/transcriptions/{job}")
    answer = told("export", project, "-f", "txt")
    assert answer["output"] == "Care 1_2.zip"
    with zipfile.ZipFile("Care 1_2.zip") as archive:
        assert archive.namelist() == ["talk.txt", "contents.csv"]
    again = lectern("export", project)
    assert again.exit_code == Exit.USAGE
    assert lectern("export", project, "--force").exit_code == Exit.FINE
    assert lectern("export", project, "-f", "wav").exit_code == Exit.USAGE
    assert [path.name for path in tmp_path.glob("*.zip")] == ["Care 1_2.zip"]


def test_deleting_wants_to_know_about_transcripts(projects: Projects, rows: Rows) -> None:
    project = projects.create("Care")["id"]
    projects.client.put(f"/v1/projects/{project}/transcriptions/{rows.in_state('succeeded')}")
    asked = lectern("delete", "Care")
    assert asked.exit_code == Exit.USAGE
    assert "keep" in asked.stderr
    assert lectern("delete", "Care", "--transcripts", "keep").exit_code == Exit.FINE
    assert rows.all(Project) == []
    assert len(projects.client.get("/v1/transcriptions").json()["items"]) == 1

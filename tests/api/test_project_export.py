"""A project as one ZIP: read back with another program's eyes, streamed, with a table of all."""

from __future__ import annotations

import csv
import hashlib
import io
import zipfile

import pytest
from fastapi.testclient import TestClient
from sqlmodel import update

from app.recordings.tables import Recording
from app.transcriptions.exports.registry import FORMATS
from app.transcriptions.tables import Transcription
from tests.support.problems import assert_problem
from tests.support.projects import PATH, Projects
from tests.support.rows import Rows


@pytest.fixture
def projects(client: TestClient) -> Projects:
    return Projects(client)


def put_in(projects: Projects, project: str, job: str) -> str:
    assert projects.client.put(f"{PATH}/{project}/transcriptions/{job}").status_code == 200
    return job


def finished(projects: Projects, rows: Rows, project: str, name: str, text: str) -> str:
    job = rows.prepared(1, name=name)
    rows.recognise_all(text)
    return put_in(projects, project, job)


def export(client: TestClient, project: str, **params: str) -> zipfile.ZipFile:
    answer = client.get(f"{PATH}/{project}/export", params=params)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/zip"
    archive = zipfile.ZipFile(io.BytesIO(answer.content))
    assert archive.testzip() is None
    return archive


def contents(archive: zipfile.ZipFile) -> list[dict[str, str]]:
    text = archive.read("contents.csv").decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def test_every_finished_transcript_is_in_it_and_all_are_in_the_table(
    client: TestClient, projects: Projects, rows: Rows
) -> None:
    project = projects.create("Care: wave 1/2")["id"]
    one = finished(projects, rows, project, "interview.wav", "We kept a diary.")
    two = finished(projects, rows, project, "second.wav", "So did we.")
    failed = put_in(projects, project, rows.in_state("failed"))
    waits = put_in(projects, project, rows.submit(name="late.wav"))
    with rows.context.database.write() as session:
        session.execute(update(Recording).values(upload_sha256=hashlib.sha256(b"x").hexdigest()))
    archive = export(client, project, format="txt")
    assert archive.namelist() == ["interview.txt", "second.txt", "contents.csv"]
    for job, name in ((one, "interview.txt"), (two, "second.txt")):
        alone = client.get(f"/v1/transcriptions/{job}/export", params={"format": "txt"})
        assert archive.read(name) == alone.content
    table = {row["id"]: row for row in contents(archive)}
    assert list(table) == [one, two, failed, waits]
    assert table[one]["file"] == "interview.txt"
    assert table[one]["recording_sha256"] == hashlib.sha256(b"x").hexdigest()
    assert (table[one]["status"], table[one]["reason"]) == ("succeeded", "")
    assert table[failed]["file"] == table[waits]["file"] == ""
    assert table[failed]["reason"] == rows.job(failed).error_message
    assert table[waits]["reason"] == "It waits to be transcribed."
    assert float(table[one]["duration_s"]) == pytest.approx(rows.job(one).duration_s)


@pytest.mark.parametrize("format", list(FORMATS))
def test_in_every_format_it_is_the_file_of_a_single_export(
    client: TestClient, projects: Projects, rows: Rows, format: str
) -> None:
    project = projects.create()["id"]
    job = finished(projects, rows, project, "interview.wav", "We kept a diary.")
    archive = export(client, project, format=format)
    [name, _] = archive.namelist()
    assert name == f"interview.{FORMATS[format].suffix}"
    if not FORMATS[format].binary:
        alone = client.get(f"/v1/transcriptions/{job}/export", params={"format": format})
        assert archive.read(name) == alone.content
    else:
        assert len(archive.read(name)) > 100


@pytest.mark.chapter(28)
def test_names_are_safe_and_no_two_alike(
    client: TestClient, projects: Projects, rows: Rows
) -> None:
    project = projects.create()["id"]
    names = [
        "a.wav",
        "A.mp3",
        "../../etc/passwd.wav",
        "con.wav",
        "x:y?.wav",
        "contents.wav",
        ".wav",
    ]
    for name in names:
        finished(projects, rows, project, name, "Heard.")
    found = export(client, project, format="csv").namelist()
    assert len({name.casefold() for name in found}) == len(names) + 1
    for name in found:
        assert not set(name) & set('/\\:*?"<>|')
        assert not name.startswith(".")
    assert "con.csv" not in found
    assert "contents (2).csv" in found


@pytest.mark.chapter(28)
def test_the_table_runs_nothing_in_a_spreadsheet(
    client: TestClient, projects: Projects, rows: Rows
) -> None:
    project = projects.create()["id"]
    finished(projects, rows, project, "=cmd|' /C calc'!A0.wav", "Heard.")
    [row] = contents(export(client, project))
    assert row["name"].startswith("'=")
    assert row["file"][:1] not in ("=", "+", "-", "@")


def test_a_transcript_that_cannot_be_had_so_is_named_and_the_rest_is_there(
    client: TestClient, projects: Projects, rows: Rows
) -> None:
    project = projects.create()["id"]
    one = finished(projects, rows, project, "english.wav", "Um, heard.")
    two = finished(projects, rows, project, "other.wav", "Heard.")
    with rows.context.database.write() as session:
        for job, language in ((one, "en"), (two, "sw")):
            session.execute(
                update(Transcription)
                .where(Transcription.id == job)  # type: ignore[arg-type]
                .values(language=language)
            )
    archive = export(client, project, format="txt", fillers="remove")
    assert archive.namelist() == ["english.txt", "contents.csv"]
    table = {row["id"]: row for row in contents(archive)}
    assert "fillers" in table[two]["reason"]


def test_nothing_to_export_is_said_before_anything_is_sent(
    client: TestClient, projects: Projects, rows: Rows
) -> None:
    project = projects.create()["id"]
    path = f"{PATH}/{project}/export"
    assert_problem(client.get(path), 409, "nothing_to_export")
    put_in(projects, project, rows.submit())
    assert_problem(client.get(path), 409, "nothing_to_export")
    assert_problem(client.get(path, params={"format": "wav"}), 422, "unknown_format")
    assert_problem(client.get(f"{PATH}/prj_none/export"), 404, "project_not_found")

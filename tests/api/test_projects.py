"""Projects over HTTP: settings, defaults of their recordings, moving, progress, deleting."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.context import Context
from app.projects.tables import Project, ProjectRecording
from app.recordings.tables import Recording
from app.transcriptions.tables import Transcription
from tests.support import media
from tests.support.problems import assert_problem
from tests.support.projects import PATH, Projects
from tests.support.rows import Rows

JOBS = "/v1/transcriptions"


@pytest.fixture
def projects(client: TestClient) -> Projects:
    return Projects(client)


def domain(client: TestClient, name: str = "care", language: str = "en") -> None:
    terms = [{"term": "Oaxaca-Blinder"}]
    answer = client.post("/v1/domains", json={"name": name, "language": language, "terms": terms})
    assert answer.status_code == 201, answer.text


def submit(client: TestClient, **fields: Any) -> dict[str, Any]:
    files = {"file": ("talk.wav", media.speech_like_wav(1))}
    answer = client.post(JOBS, files=files, data=fields)
    assert answer.status_code == 202, answer.text
    found: dict[str, Any] = client.get(f"{JOBS}/{answer.json()['id']}").json()
    return found


def test_a_project_keeps_what_it_was_given(client: TestClient, projects: Projects) -> None:
    domain(client)
    given = {
        "name": "  Care \n interviews ",
        "domain": "care",
        "language": "EN",
        "terms": ["time-use diary", "time-use diary", " "],
        "speakers": ["Ms Adeyemi", "Ms  Adeyemi", "Interviewer"],
        "retention_days": 90,
    }
    made = projects.create(**given)
    assert made == projects.read(made["id"])
    assert made["name"] == "Care interviews"
    assert (made["domain"], made["language"], made["retention_days"]) == ("care", "en", 90)
    assert made["terms"] == ["time-use diary"]
    assert made["speakers"] == ["Ms Adeyemi", "Interviewer"]
    assert made["progress"]["price"] is None
    assert made["progress"]["eta_seconds"] is None


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"name": " \n"}, "name_missing"),
        ({"name": "x", "language": "klingon"}, "unknown_language"),
        ({"name": "x", "terms": ["y" * 61]}, "keyword_too_long"),
        ({"name": "x", "speakers": ["y" * 65]}, "speaker_too_long"),
        ({"name": "x", "speakers": [str(i) for i in range(51)]}, "too_many_speakers"),
        ({"name": "x", "retention_days": 0}, "invalid_request"),
        ({"name": "x", "retention": 3}, "invalid_request"),
        ({}, "invalid_request"),
    ],
)
def test_what_cannot_be_a_project_is_refused_with_its_reason(
    client: TestClient, rows: Rows, given: dict[str, Any], code: str
) -> None:
    assert_problem(client.post(PATH, json=given), 422, code)
    assert rows.all(Project) == []


def test_a_domain_that_is_not_there_is_named(client: TestClient) -> None:
    answer = client.post(PATH, json={"name": "x", "domain": "nowhere"})
    assert "nowhere" in assert_problem(answer, 404, "domain_not_found")["detail"]


def test_a_change_leaves_alone_what_it_does_not_name(
    client: TestClient, projects: Projects
) -> None:
    made = projects.create(language="en", speakers=["A"], retention_days=30)
    answer = client.patch(f"{PATH}/{made['id']}", json={"retention_days": None, "name": "New"})
    assert answer.status_code == 200
    changed = answer.json()
    assert (changed["name"], changed["retention_days"]) == ("New", None)
    assert (changed["language"], changed["speakers"]) == ("en", ["A"])
    assert changed["etag"] != made["etag"]
    assert changed == projects.read(made["id"])


def test_two_people_do_not_overwrite_each_other_unseen(
    client: TestClient, projects: Projects
) -> None:
    made = projects.create()
    path, seen = f"{PATH}/{made['id']}", {"If-Match": made["etag"]}
    assert client.patch(path, json={"name": "First"}, headers=seen).status_code == 200
    late = client.patch(path, json={"name": "Second"}, headers=seen)
    assert_problem(late, 412, "changed_since")
    assert projects.read(made["id"])["name"] == "First"
    bad = client.patch(path, json={"name": "Third"}, headers={"If-Match": "nonsense"})
    assert_problem(bad, 400, "bad_if_match")
    assert_problem(client.patch(path, json={}), 422, "invalid_request")


def test_the_list_is_read_in_pages_the_newest_first(client: TestClient, projects: Projects) -> None:
    made = [projects.create(str(i))["id"] for i in range(5)][::-1]
    first = client.get(PATH, params={"limit": 3}).json()
    second = client.get(PATH, params={"limit": 3, "cursor": first["next"]}).json()
    assert [each["id"] for each in first["items"] + second["items"]] == made
    assert second["next"] is None
    assert_problem(client.get(PATH, params={"cursor": "nonsense"}), 400, "bad_cursor")


def test_a_recording_gets_what_its_project_says(client: TestClient, projects: Projects) -> None:
    domain(client)
    project = projects.create(domain="care", terms=["Nzara"])["id"]
    job = submit(client, project=project, **{"keywords[]": ["Own"]})
    assert job["project"] == project
    assert job["domain"]["name"] == "care"
    assert job["options"]["language"] == "en"
    assert job["options"]["keywords"] == ["Own", "Nzara", "Oaxaca-Blinder"]


def test_what_a_request_says_itself_wins(client: TestClient, projects: Projects) -> None:
    domain(client)
    domain(client, "cuidados", "es")
    project = projects.create(domain="care", language="de", terms=["Nzara"])["id"]
    assert submit(client, project=project)["options"]["language"] == "de"
    assert submit(client, project=project, language="fr")["options"]["language"] == "fr"
    other = submit(client, project=project, domain="cuidados")
    assert (other["domain"]["name"], other["options"]["language"]) == ("cuidados", "es")


def test_a_project_that_is_not_there_keeps_nothing_of_the_upload(
    client: TestClient, rows: Rows
) -> None:
    files = {"file": ("talk.wav", media.speech_like_wav(1))}
    answer = client.post(JOBS, files=files, data={"project": "prj_none"})
    assert_problem(answer, 404, "project_not_found")
    kept = list(rows.context.storage.keys())
    assert [key for key in kept if key.startswith("recordings/")] == []


def test_a_model_that_does_not_know_the_projects_language_is_refused(
    client: TestClient, projects: Projects
) -> None:
    project = projects.create(language="de")["id"]
    files = {"file": ("talk.wav", media.speech_like_wav(1))}
    answer = client.post(JOBS, files=files, data={"project": project, "model": "tiny.en"})
    assert_problem(answer, 422, "language_not_supported")


def test_a_domain_removed_since_is_told_before_anything_is_queued(
    client: TestClient, projects: Projects, rows: Rows
) -> None:
    domain(client)
    project = projects.create(domain="care")["id"]
    projects.add(project, 1)
    assert client.delete("/v1/domains/care").status_code == 204
    assert projects.read(project)["domain_removed"] is True
    for path in ("estimate", "start"):
        answer = client.post(f"{PATH}/{project}/{path}", json={})
        assert "care" in assert_problem(answer, 409, "project_domain_removed")["detail"]
    assert rows.all(Transcription) == []
    client.patch(f"{PATH}/{project}", json={"domain": None})
    assert len(projects.start(project)["started"]) == 1


def test_transcripts_move_in_and_out_and_are_listed(
    client: TestClient, projects: Projects, rows: Rows
) -> None:
    one, other = projects.create("one")["id"], projects.create("other")["id"]
    job, stays = rows.submit(), rows.submit()
    tag = client.get(f"{JOBS}/{rows.in_state('succeeded')}").headers["etag"]
    assert tag
    assert client.put(f"{PATH}/{one}/transcriptions/{job}").json()["project"] == one
    assert [each["id"] for each in projects.transcripts(one)] == [job]
    assert client.put(f"{PATH}/{other}/transcriptions/{job}").json()["project"] == other
    assert projects.transcripts(one) == []
    gone = client.delete(f"{PATH}/{one}/transcriptions/{job}")
    assert_problem(gone, 404, "not_in_project")
    assert client.delete(f"{PATH}/{other}/transcriptions/{job}").json()["project"] is None
    assert client.get(f"{JOBS}/{stays}").json()["project"] is None
    unknown = client.get(JOBS, params={"project": "prj_none"})
    assert_problem(unknown, 404, "project_not_found")


def test_a_move_is_a_change_that_readers_see(
    client: TestClient, projects: Projects, rows: Rows
) -> None:
    project, job = projects.create()["id"], rows.in_state("succeeded")
    before = client.get(f"{JOBS}/{job}").headers["etag"]
    client.put(f"{PATH}/{project}/transcriptions/{job}")
    again = client.get(f"{JOBS}/{job}", headers={"If-None-Match": before})
    assert (again.status_code, again.json()["project"]) == (200, project)


def test_progress_counts_what_is_there(client: TestClient, projects: Projects, rows: Rows) -> None:
    project = projects.create()["id"]
    for state in ("succeeded", "failed", "cancelled", "running", "queued"):
        client.put(f"{PATH}/{project}/transcriptions/{rows.in_state(state)}")
    rows.submit()  # of nobody's project
    projects.add(project, 1, 2)
    told = projects.read(project)["progress"]
    counts = {name: told[name] for name in ("queued", "running", "succeeded", "failed")}
    assert counts == {"queued": 1, "running": 1, "succeeded": 1, "failed": 1}
    assert (told["cancelled"], told["waiting"]) == (1, 2)
    jobs = [
        job
        for job in projects.transcripts(project)
        if job["status"] in ("queued", "running", "succeeded")
    ]
    assert told["audio_s"] == pytest.approx(sum(job["duration"] for job in jobs))
    assert told["done_s"] == pytest.approx(sum(job["done_s"] for job in jobs))
    assert 0 < told["done_s"] < told["audio_s"]
    assert told["eta_seconds"] >= max(job["eta_seconds"] or 0 for job in jobs)


def test_transcribing_again_stays_in_the_project(
    client: TestClient, projects: Projects, rows: Rows
) -> None:
    project, job = projects.create()["id"], rows.in_state("succeeded")
    client.put(f"{PATH}/{project}/transcriptions/{job}")
    again = client.post(f"{JOBS}/{job}/again", json={})
    assert again.status_code in (200, 202), again.text
    assert again.json()["project"] == project


def test_deleting_says_what_becomes_of_the_transcripts(
    client: TestClient, projects: Projects, rows: Rows
) -> None:
    project = projects.create()["id"]
    path = f"{PATH}/{project}"
    jobs = [rows.in_state("succeeded"), rows.submit()]
    for job in jobs:
        client.put(f"{path}/transcriptions/{job}")
    body = assert_problem(client.delete(path), 422, "transcripts_undecided")
    assert body["transcripts"] == 2
    assert len(projects.transcripts(project)) == 2
    assert_problem(client.delete(path, params={"transcripts": "both"}), 422, "invalid_request")
    assert client.delete(path, params={"transcripts": "keep"}).status_code == 204
    assert_problem(client.get(path), 404, "project_not_found")
    assert {client.get(f"{JOBS}/{job}").json()["project"] for job in jobs} == {None}


@pytest.mark.chapter(28)
def test_deleting_with_transcripts_leaves_nothing_of_them(
    client: TestClient, context: Context, projects: Projects, rows: Rows
) -> None:
    project, other = projects.create()["id"], rows.in_state("succeeded")
    path = f"{PATH}/{project}"
    for state in ("succeeded", "failed", "cancelled", "running", "queued"):
        client.put(f"{path}/transcriptions/{rows.in_state(state)}")
    projects.add(project, 1)
    assert client.delete(path, params={"transcripts": "delete"}).status_code == 204
    assert [job.id for job in rows.all(Transcription)] == [other]
    assert [each.id for each in rows.all(Recording)] == [rows.job(other).recording_id]
    assert rows.all(ProjectRecording) == rows.all(Project) == []


def test_an_empty_project_is_simply_deleted(client: TestClient, projects: Projects) -> None:
    path = f"{PATH}/{projects.create()['id']}"
    assert client.delete(path).status_code == 204
    for method in ("GET", "DELETE"):
        assert_problem(client.request(method, path), 404, "project_not_found")

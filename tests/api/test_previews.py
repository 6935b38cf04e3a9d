"""Previews over HTTP: two jobs that no list shows, made once, gone with what they show."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlmodel import update

from app.clock import now
from app.previews.tables import Preview
from app.recordings import service as recordings
from app.recordings.tables import Recording
from app.transcriptions.tables import Transcription
from tests.support import media
from tests.support.problems import assert_problem
from tests.support.rows import Rows

PATH = "/v1/domains/housing/previews"


@pytest.fixture
def recording(client: TestClient) -> str:
    body = {"name": "housing", "terms": [{"term": "Oaxaca-Blinder"}, {"term": "Gini"}]}
    assert client.post("/v1/domains", json=body).status_code == 201
    return uploaded(client)


def uploaded(client: TestClient, seconds: float = 2) -> str:
    sent = {"file": ("talk.wav", media.speech_like_wav(seconds))}
    answer = client.post("/v1/recordings", files=sent)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def asked(client: TestClient, recording: str, **more: Any) -> dict[str, Any]:
    answer = client.post(PATH, json={"recording": recording, **more})
    assert answer.status_code == 202, answer.text
    found: dict[str, Any] = answer.json()
    assert answer.headers["location"] == f"{PATH}/{found['id']}"
    return found


def read(client: TestClient, preview: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = client.get(f"{PATH}/{preview['id']}").json()
    return found


def heard(rows: Rows, job: str, text: str) -> None:
    """The job is decoded and recognised by somebody."""
    held = rows.begin(job)
    assert held is not None
    assert held.first_s == 300.0
    rows.add_windows(held, [0])
    rows.finish(held)
    while windows := rows.leased(1):
        rows.complete(windows, text)


def both_heard(rows: Rows, preview: dict[str, Any]) -> None:
    heard(rows, preview["plain"]["id"], "We took the wahaka blinder of the Gini.")
    heard(rows, preview["adapted"]["id"], "We took the Oaxaca-Blinder of the Gini.")


def change_terms(client: TestClient, *terms: str) -> None:
    body = {"terms": [{"term": term} for term in terms]}
    assert client.put("/v1/domains/housing/glossary", json=body).status_code == 200


@pytest.mark.chapter(3)
def test_both_sides_are_heard_soon_and_differ_in_the_domain_alone(
    client: TestClient, rows: Rows, recording: str
) -> None:
    found = asked(client, recording, keywords=["Engel curve"])
    assert (found["domain"], found["recording"], found["first_s"]) == ("housing", recording, 300.0)
    assert found["plain"]["status"] == found["adapted"]["status"] == "queued"
    assert found["keywords"] == ["Engel curve"]
    assert (found["glossary_version"], found["model_version"]) == (1, None)
    assert found["current"]
    plain, adapted = (rows.job(found[side]["id"]) for side in ("plain", "adapted"))
    assert plain.model == adapted.model == "whisper-base"
    assert plain.options == {"language": "en", "keywords": []}
    assert adapted.options["language"] == "en"
    assert adapted.options["keywords"] == ["Engel curve", "Oaxaca-Blinder", "Gini"]
    assert (plain.domain_id, plain.first_s, adapted.first_s) == (None, 300.0, 300.0)
    assert plain.priority > adapted.priority == 1
    assert read(client, found)["differences"] is None


def test_a_long_recording_costs_no_more_than_its_beginning(
    client: TestClient, rows: Rows, recording: str
) -> None:
    with rows.context.database.write() as session:
        session.execute(update(Recording).values(duration_s=12 * 3600.0))
    found = asked(client, recording)
    assert found["plain"]["duration"] == 300.0
    assert found["adapted"]["eta_seconds"] < 120


def test_differences_are_there_once_both_are_done(
    client: TestClient, rows: Rows, recording: str
) -> None:
    found = asked(client, recording)
    both_heard(rows, found)
    done = client.get(f"{PATH}/{found['id']}", params={"wait": 5}).json()
    [place] = done["differences"]
    assert (place["plain"], place["adapted"]) == ("wahaka blinder", "Oaxaca-Blinder")
    assert place["term"] == "Oaxaca-Blinder"
    assert 0 <= place["start_s"] < place["end_s"] <= 20
    assert done["terms"] == {"plain": 1, "adapted": 2}
    assert done["seconds_saved"] == 0
    [passage] = done["passages"]
    assert [run["text"] for run in passage["adapted"] if run["difference"] == 0] == [
        " Oaxaca-Blinder"
    ]
    assert passage["differs"]


@pytest.mark.chapter(12)
def test_the_same_again_is_the_one_that_is_there(
    client: TestClient, rows: Rows, recording: str
) -> None:
    first = asked(client, recording)
    assert asked(client, recording)["id"] == first["id"]
    other = asked(client, recording, keywords=["Engel curve"])
    assert other["id"] != first["id"]
    assert other["plain"]["id"] == first["plain"]["id"]
    assert len(rows.all(Transcription)) == 3
    listed = client.get(PATH).json()
    assert [each["id"] for each in listed["items"]] == [other["id"], first["id"]]
    assert listed["first_s"] == 300.0


def test_a_changed_glossary_makes_only_the_adapted_side_anew(
    client: TestClient, rows: Rows, recording: str
) -> None:
    first = asked(client, recording)
    both_heard(rows, first)
    change_terms(client, "Oaxaca-Blinder", "Theil index")
    assert not read(client, first)["current"]
    again = asked(client, recording)
    assert again["current"]
    assert again["plain"]["id"] == first["plain"]["id"]
    assert again["plain"]["status"] == "succeeded"
    assert (again["adapted"]["status"], again["glossary_version"]) == ("queued", 2)
    assert read(client, first)["terms"]["adapted"] == 2, "judged by the terms it was made with"


@pytest.mark.parametrize(("retryable", "status"), [(True, "queued"), (False, "failed")])
def test_a_side_that_failed_is_tried_again_where_that_may_help(
    client: TestClient, rows: Rows, recording: str, *, retryable: bool, status: str
) -> None:
    found = asked(client, recording)
    heard(rows, found["plain"]["id"], "Heard.")
    with rows.context.database.write() as session:
        job = session.get_one(Transcription, found["adapted"]["id"])
        job.status, job.error_code, job.error_message = "failed", "x", "It broke."  # type: ignore[assignment]
        job.error_retryable = retryable
    assert read(client, found)["adapted"]["error"]["message"] == "It broke."
    again = asked(client, recording)
    assert again["id"] == found["id"]
    assert again["adapted"]["status"] == status
    assert again["plain"]["status"] == "succeeded"


def test_no_list_shows_the_jobs_unless_it_is_asked_for_them(
    client: TestClient, recording: str
) -> None:
    found = asked(client, recording)
    assert client.get("/v1/transcriptions").json()["items"] == []
    listed = client.get("/v1/transcriptions", params={"previews": True}).json()["items"]
    assert {each["id"] for each in listed} == {found["plain"]["id"], found["adapted"]["id"]}
    assert {each["first_s"] for each in listed} == {300.0}
    assert {each["recording_id"] for each in listed} == {recording}


@pytest.mark.chapter(28)
def test_deleting_it_leaves_the_recording_and_nothing_else(
    client: TestClient, rows: Rows, recording: str
) -> None:
    kept, gone = asked(client, recording, keywords=["Engel curve"]), asked(client, recording)
    both_heard(rows, gone)
    side = client.delete(f"/v1/transcriptions/{gone['adapted']['id']}")
    assert_problem(side, 409, "of_preview")
    assert client.delete(f"{PATH}/{gone['id']}").status_code == 204
    assert_problem(client.get(f"{PATH}/{gone['id']}"), 404, "preview_not_found")
    assert {job.id for job in rows.all(Transcription)} == {
        kept["plain"]["id"],
        kept["adapted"]["id"],
    }
    assert client.delete(f"{PATH}/{kept['id']}").status_code == 204
    assert rows.all(Transcription) == []
    assert client.get(f"/v1/recordings/{recording}").status_code == 200


@pytest.mark.chapter(28)
def test_previews_go_with_the_recording_and_with_the_domain(
    client: TestClient, rows: Rows, recording: str
) -> None:
    job = client.post("/v1/transcriptions", files={"recording": (None, recording)}).json()
    asked(client, recording)
    other = uploaded(client)
    asked(client, other)
    assert client.delete(f"/v1/transcriptions/{job['id']}").status_code == 204
    assert [each.recording_id for each in rows.all(Preview)] == [other]
    assert [each.id for each in rows.all(Recording)] == [other]
    assert client.delete("/v1/domains/housing").status_code == 204
    assert rows.all(Preview) == []
    assert rows.all(Transcription) == []
    assert [each.id for each in rows.all(Recording)] == [other]


def test_a_preview_does_not_keep_an_upload_that_nobody_transcribes(
    client: TestClient, rows: Rows, recording: str
) -> None:
    asked(client, recording)
    with rows.context.database.write() as session:
        session.execute(update(Recording).values(created_at=now() - timedelta(hours=25)))
    with rows.context.database.write() as session:
        assert recordings.sweep_unused(session, 24.0) == 1
    assert rows.all(Preview) == []
    assert rows.all(Transcription) == []
    again = uploaded(client)
    asked(client, again)
    assert client.delete(f"/v1/recordings/{again}").status_code == 204
    assert rows.all(Preview) == []


def test_what_cannot_be_shown_is_refused_with_the_reason(
    client: TestClient, rows: Rows, recording: str
) -> None:
    for body, status, code in (
        ({"recording": "rec_gone"}, 404, "recording_not_found"),
        ({"recording": recording, "keywords": ["y" * 500]}, 422, "keyword_too_long"),
        ({"recording": recording, "keywords": ["y"] * 3, "first_s": 1}, 202, None),
        ({}, 422, "invalid_request"),
    ):
        answer = client.post(PATH, json=body)
        assert answer.status_code == status, answer.text
        if code:
            assert_problem(answer, status, code)
    there = len(rows.all(Transcription))
    client.post("/v1/domains", json={"name": "empty"})
    answer = client.post("/v1/domains/empty/previews", json={"recording": recording})
    assert_problem(answer, 422, "domain_empty")
    unknown = client.post("/v1/domains/nowhere/previews", json={"recording": recording})
    assert_problem(unknown, 404, "domain_not_found")
    assert_problem(client.get("/v1/domains/empty/previews/pre_x"), 404, "preview_not_found")
    assert len(rows.all(Transcription)) == there


def test_one_of_another_domain_is_not_found(client: TestClient, recording: str) -> None:
    found = asked(client, recording)
    assert_problem(client.get(f"/v1/domains/ruby/previews/{found['id']}"), 404, "preview_not_found")
    answer = client.delete(f"/v1/domains/ruby/previews/{found['id']}")
    assert_problem(answer, 404, "preview_not_found")

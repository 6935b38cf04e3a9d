"""Before the start and the start itself: minutes, cost, end, duplicates, a hundred files."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlmodel import update

from app.context import Context
from app.local.token import read_or_make
from app.main import create_app
from app.outbox.tables import OutboxRow
from app.projects.tables import ProjectRecording
from app.recordings.tables import Recording
from app.transcriptions.finish_time import START_S, estimate
from app.transcriptions.tables import Transcription
from tests.support import media
from tests.support.archives import packed
from tests.support.problems import assert_problem
from tests.support.projects import PATH, Projects
from tests.support.rows import Rows


@pytest.fixture
def projects(client: TestClient) -> Projects:
    return Projects(client)


@pytest.fixture
def priced(context: Context) -> Iterator[Projects]:
    """With a price, and a queue that takes three jobs."""
    settings = context.settings.model_copy(
        update={"price_per_minute": Decimal("0.25"), "currency": "CHF", "max_unfinished_jobs": 3}
    )
    app = create_app(settings, replace(context, settings=settings))
    token = read_or_make(settings.token_path)
    with TestClient(app, "http://127.0.0.1") as client:
        client.headers["Authorization"] = f"Bearer {token}"
        yield Projects(client)


def lengths(rows: Rows, *durations_s: float | None) -> None:
    """Let the uploads be so long, in the order in which they came."""
    with rows.context.database.write() as session:
        found = sorted(rows.all(Recording), key=lambda each: each.id)
        for recording, duration_s in zip(found, durations_s, strict=True):
            session.execute(
                update(Recording)
                .where(Recording.id == recording.id)  # type: ignore[arg-type]
                .values(duration_s=duration_s)
            )


def send(client: TestClient, project: str, content: bytes, name: str = "all.zip") -> Any:
    return client.post(f"{PATH}/{project}/files", files={"file": (name, content)})


def test_uploads_wait_in_the_order_they_came(client: TestClient, projects: Projects) -> None:
    project = projects.create()["id"]
    added = projects.add(project, 1, 2, 3)
    assert [each["recording"]["id"] for each in projects.waiting(project)] == added
    assert client.put(f"{PATH}/{project}/recordings/{added[0]}").status_code == 200
    assert len(projects.waiting(project)) == 3
    assert all(each["kept_until"] for each in projects.waiting(project))
    assert_problem(client.put(f"{PATH}/{project}/recordings/rec_x"), 404, "recording_not_found")


def test_what_is_taken_out_is_deleted_unless_something_has_it(
    client: TestClient, projects: Projects, rows: Rows
) -> None:
    one, other = projects.create()["id"], projects.create()["id"]
    first, second = projects.add(one, 1, 2)
    client.put(f"{PATH}/{other}/recordings/{second}")
    assert client.delete(f"{PATH}/{one}/recordings/{first}").status_code == 204
    assert client.delete(f"{PATH}/{one}/recordings/{second}").status_code == 204
    assert [each.id for each in rows.all(Recording)] == [second]
    gone = client.delete(f"{PATH}/{one}/recordings/{first}")
    assert_problem(gone, 404, "not_waiting")
    assert client.delete(f"/v1/recordings/{second}").status_code == 204
    assert rows.all(ProjectRecording) == []


def test_the_estimate_is_that_of_one_recording_as_long_as_all(
    projects: Projects, rows: Rows
) -> None:
    rows.submit(duration_s=600, model="whisper-base")
    rows.submit(duration_s=90_000, owner="acc_other", model="whisper-base")
    project = projects.create()["id"]
    projects.add(project, 1, 2, 3)
    with rows.context.database.read() as session:
        before = {each.id for each in rows.all(Recording)}
        assert len(before) == 5
    waiting = projects.waiting(project)
    total_s = sum(each["recording"]["duration_s"] for each in waiting)
    told = projects.estimate(project)
    with rows.context.database.read() as session:
        one = estimate(session, rows.context.settings, "whisper-base", total_s)
    assert told["finish_in_s"] == pytest.approx(one.finish_in_s, abs=0.2)
    assert told["audio_minutes"] == pytest.approx(total_s / 60, abs=0.01)
    assert told["finish_in_s"] > START_S + total_s / one.realtime_factor
    assert (told["count"], told["fits"], told["duplicates"]) == (3, 3, 0)
    assert (told["cost"], told["deletion_at"]) == (None, None)
    assert rows.context.settings.price_per_minute is None


def test_cost_is_minutes_times_price_rounded_once(priced: Projects, rows: Rows) -> None:
    project = priced.create(retention_days=10)["id"]
    priced.add(project, 1, 2, 3)
    lengths(rows, 61.0, 3601.5, None)
    told = priced.estimate(project)
    assert told["audio_minutes"] == 61.04
    assert told["unknown_lengths"] == 1
    assert told["cost"] == {"currency": "CHF", "per_minute": 0.25, "amount": 15.26}
    assert told["deletion_at"] > told["finish_at"]
    some = [each["recording"]["id"] for each in priced.waiting(project)[1:]]
    fewer = priced.estimate(project, exclude=some)
    assert (fewer["count"], fewer["cost"]["amount"]) == (1, 0.25)
    assert [each["included"] for each in fewer["items"]] == [True, False, False]
    none = priced.estimate(project, recordings=[])
    assert (none["count"], none["finish_at"], none["cost"]["amount"]) == (0, None, 0)


def test_the_price_so_far_is_that_of_finished_audio(priced: Projects, rows: Rows) -> None:
    project = priced.create()["id"]
    for state in ("succeeded", "failed", "running"):
        priced.client.put(f"{PATH}/{project}/transcriptions/{rows.in_state(state)}")
    told = priced.read(project)["progress"]["price"]
    jobs = {job["status"]: job["duration"] for job in priced.transcripts(project)}
    assert told["so_far"] == pytest.approx(jobs["succeeded"] / 60 * 0.25, abs=0.005)
    both = jobs["succeeded"] + jobs["running"]
    assert told["total"] == pytest.approx(both / 60 * 0.25, abs=0.005)


def test_starting_queues_all_that_wait_with_the_projects_defaults(
    client: TestClient, projects: Projects, rows: Rows
) -> None:
    project = projects.create(language="en", terms=["Nzara"])["id"]
    added = projects.add(project, 1, 2, 3)
    made = projects.start(project, exclude=added[1:2])
    assert [each["recording"] for each in made["started"]] == [added[0], added[2]]
    assert [(each["recording"], each["code"]) for each in made["left_out"]] == [
        (added[1], "excluded")
    ]
    assert [each["recording"]["id"] for each in projects.waiting(project)] == added[1:2]
    jobs = projects.transcripts(project)
    assert {job["id"] for job in jobs} == {each["transcription"] for each in made["started"]}
    for job in jobs:
        options = client.get(f"/v1/transcriptions/{job['id']}").json()["options"]
        assert options == {"language": "en", "keywords": ["Nzara"]}
    waking = [row.payload for row in rows.all(OutboxRow) if "transcription_id" in row.payload]
    assert {each["transcription_id"] for each in waking} == {job["id"] for job in jobs}
    assert projects.start(project, exclude=added[1:2])["started"] == []


@pytest.mark.chapter(16)
def test_duplicates_are_pointed_out_wherever_they_are(
    client: TestClient, projects: Projects
) -> None:
    one, other = projects.create()["id"], projects.create()["id"]
    projects.add(one, 1)
    [done] = projects.start(one)["started"]
    projects.add(other, 2)
    [outside] = projects.start(other)["started"]
    projects.add(one, 1, 2, 3, 3)
    told = projects.estimate(one)
    in_project, elsewhere, new, twice = (each["duplicates"] for each in told["items"])
    assert [(d["where"], d["transcription"]) for d in in_project] == [
        ("project", done["transcription"])
    ]
    assert [(d["where"], d["transcription"], d["project"]) for d in elsewhere] == [
        ("elsewhere", outside["transcription"], other)
    ]
    assert new == []
    assert [(d["where"], d["name"]) for d in twice] == [("batch", "talk 2.wav")]
    assert (told["duplicates"], told["count"]) == (3, 4)
    assert projects.estimate(one, duplicates="skip")["count"] == 1


@pytest.mark.chapter(16)
def test_a_duplicate_is_neither_dropped_nor_transcribed_twice_unasked(
    client: TestClient, projects: Projects, rows: Rows
) -> None:
    project = projects.create()["id"]
    projects.add(project, 1)
    projects.start(project)
    again, fresh = projects.add(project, 1, 2)
    body = assert_problem(
        client.post(f"{PATH}/{project}/start", json={}), 409, "duplicates_undecided"
    )
    assert [each["recording"] for each in body["duplicates"]] == [again]
    assert len(rows.all(Transcription)) == 1
    made = projects.start(project, duplicates="skip")
    assert [each["recording"] for each in made["started"]] == [fresh]
    [left] = made["left_out"]
    assert (left["recording"], left["code"]) == (again, "duplicate")
    assert "talk 0.wav" in left["detail"]
    assert [each["recording"]["id"] for each in projects.waiting(project)] == [again]
    assert len(projects.start(project, duplicates="again")["started"]) == 1
    assert len(rows.all(Transcription)) == 3


def test_the_same_start_twice_makes_nothing_twice(
    client: TestClient, projects: Projects, rows: Rows
) -> None:
    project = projects.create()["id"]
    asked = {"recordings": projects.add(project, 1, 2)}
    assert len(projects.start(project, **asked)["started"]) == 2
    again = client.post(f"{PATH}/{project}/start", json=asked)
    assert_problem(again, 409, "duplicates_undecided")
    assert len(rows.all(Transcription)) == 2


def test_what_the_queue_does_not_take_waits_on(priced: Projects, rows: Rows) -> None:
    project = priced.create()["id"]
    added = priced.add(project, 1, 2, 3, 4, 5)
    assert priced.estimate(project)["fits"] == 3
    made = priced.start(project)
    assert [each["recording"] for each in made["started"]] == added[:3]
    assert [each["code"] for each in made["left_out"]] == ["queue_full"] * 2
    assert [each["recording"]["id"] for each in priced.waiting(project)] == added[3:]
    refused = priced.client.post(f"{PATH}/{project}/start", json={})
    assert_problem(refused, 503, "queue_full")
    assert len(rows.all(Transcription)) == 3


def test_an_unknown_recording_starts_nothing(
    client: TestClient, projects: Projects, rows: Rows
) -> None:
    project = projects.create()["id"]
    [one] = projects.add(project, 1)
    asked = {"recordings": [one, "rec_none"]}
    for path in ("estimate", "start"):
        answer = client.post(f"{PATH}/{project}/{path}", json=asked)
        assert_problem(answer, 404, "recording_not_found")
    assert rows.all(Transcription) == []


def test_a_hundred_files_in_one_zip(client: TestClient, projects: Projects, rows: Rows) -> None:
    project = projects.create()["id"]
    members = {f"wave {i:03}.wav": media.speech_like_wav(0.2 + i / 1000) for i in range(100)}
    members["form.pdf"] = b"%PDF-1.7"
    answer = send(client, project, packed(members))
    assert answer.status_code == 201, answer.text
    told = answer.json()
    assert [each["name"] for each in told["added"]] == list(members)[:100]
    assert [(each["name"], each["code"]) for each in told["skipped"]] == [
        ("form.pdf", "unsupported_media_type")
    ]
    assert projects.read(project)["progress"]["waiting"] == 100
    assert projects.estimate(project)["fits"] == 100
    assert len(projects.start(project)["started"]) == 100
    told = projects.read(project)["progress"]
    assert (told["waiting"], told["queued"]) == (0, 100)
    kept = [key for key in rows.context.storage.keys() if key.startswith("recordings/")]  # noqa: SIM118
    assert len(kept) == 100, "the ZIP itself is not kept"


def test_a_member_that_cannot_be_decoded_is_named(client: TestClient, projects: Projects) -> None:
    project = projects.create()["id"]
    broken = media.speech_like_wav(1)[:12] + bytes(4000)
    told = send(client, project, packed({"a.wav": media.speech_like_wav(1), "b.wav": broken}))
    assert [each["name"] for each in told.json()["added"]] == ["a.wav"]
    [skipped] = told.json()["skipped"]
    assert skipped["name"] == "b.wav"
    assert skipped["detail"]


def test_a_single_recording_may_be_sent_to_a_project_as_well(
    client: TestClient, projects: Projects
) -> None:
    project = projects.create()["id"]
    told = send(client, project, media.speech_like_wav(1), "talk.wav").json()
    assert [each["name"] for each in told["added"]] == ["talk.wav"]
    bad = send(client, project, b"%PDF-1.7", "form.pdf")
    assert_problem(bad, 415, "unsupported_media_type")
    assert_problem(send(client, "prj_none", b"x"), 404, "project_not_found")
    assert_problem(send(client, project, b"PK\x03\x04 cut off"), 422, "archive_damaged")
    empty = client.post(f"{PATH}/{project}/files", files={"other": (None, "x")})
    assert_problem(empty, 400, "file_missing")
    assert len(projects.waiting(project)) == 1

"""Versions over HTTP: only what passed the gate serves, and one step takes it back."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest
from fastapi.testclient import TestClient
from huggingface_hub import ModelCard

from app.context import Context
from app.domains import service as domains
from app.main import create_app
from app.releases import service
from app.transcriptions.tables import Status, Transcription
from data.domains.record import VersionRecord
from tests.support import media
from tests.support.problems import assert_problem
from tests.support.versions import judged, record

pytestmark = pytest.mark.chapter(24)
WAV = media.speech_like_wav(2)
SENT = {"file": ("talk.wav", WAV)}
VERSIONS = "/v1/domains/housing/versions"


@pytest.fixture
def housing(client: TestClient) -> None:
    terms = [{"term": "Gini"}]
    assert client.post("/v1/domains", json={"name": "housing", "terms": terms}).status_code == 201


def enter(context: Context, made: VersionRecord) -> int:
    with context.database.write() as session:
        domain = domains.get(session, "housing")
        return service.register(session, domain, made, "adapters/x").number


def submitted(client: TestClient, **fields: str) -> dict:  # type: ignore[type-arg]
    answer = client.post("/v1/transcriptions", files=SENT, data={"domain": "housing", **fields})
    assert answer.status_code == 202, answer.text
    return client.get(answer.headers["location"]).json()


def finish(context: Context, job_id: str) -> None:
    with context.database.write() as session:
        job = session.get(Transcription, job_id)
        assert job is not None
        job.status, job.text = Status.SUCCEEDED, "Gini."


def name_of(made: VersionRecord) -> str:
    return f"whisper-base+{made.adapter.sha256[:12]}"


def test_a_promoted_version_serves_the_next_job(
    client: TestClient, context: Context, housing: None
) -> None:
    made = record("one")
    assert enter(context, made) == 1
    assert submitted(client)["model"]["name"] == "whisper-base"
    promoted = client.post(f"{VERSIONS}/1/promote", json={"reason": "better"}).json()
    assert (promoted["state"], promoted["serves"]) == ("champion", True)
    job = submitted(client)
    assert job["model"]["name"] == name_of(made)
    assert job["domain"] == {"name": "housing", "glossary_version": 1, "model_version": 1}
    assert submitted(client, model="tiny.en")["model"]["name"] == "tiny.en"
    events = client.get(VERSIONS).json()["events"]
    assert [(e["kind"], e["version"], e["reason"]) for e in events] == [
        ("promoted", 1, "better"),
        ("registered", 1, ""),
    ]


def test_a_transcript_says_where_it_comes_from(
    client: TestClient, context: Context, housing: None
) -> None:
    made = record("one")
    enter(context, made)
    client.post(f"{VERSIONS}/1/promote")
    job = submitted(client)
    told = client.get(f"/v1/transcriptions/{job['id']}/provenance").json()
    assert told["audio"]["upload_sha256"] == hashlib.sha256(WAV).hexdigest()
    assert told["model"] == name_of(made)
    assert told["adapter"]["adapter_sha256"] == made.adapter.sha256
    assert (told["adapter"]["version"], told["adapter"]["state"]) == (1, "champion")
    terms = client.get("/v1/domains/housing").json()["glossary"]
    assert told["glossary"] == {"domain": "housing", "version": 1, "sha256": terms["sha256"]}
    assert told["options"] == job["options"]
    client.post("/v1/domains/housing/roll-back")
    again = client.get(f"/v1/transcriptions/{job['id']}/provenance").json()
    assert again["adapter"]["state"] == "withdrawn"


@pytest.mark.chapter(17)
def test_what_did_not_pass_the_gate_cannot_be_promoted(
    client: TestClient, context: Context, housing: None
) -> None:
    enter(context, record("one"))
    client.post(f"{VERSIONS}/1/promote")
    assert enter(context, record("bad", passed=False)) == 2
    answer = client.post(f"{VERSIONS}/2/promote")
    assert_problem(answer, 409, "gate_not_passed")
    assert "guard_wer: +3.00 points (at most 0.005)" in answer.json()["detail"]
    unjudged = record("unjudged", gate=None)
    assert enter(context, unjudged) == 3
    assert_problem(client.post(f"{VERSIONS}/3/promote"), 409, "gate_not_passed")
    assert submitted(client)["domain"]["model_version"] == 1
    states = {v["number"]: v["state"] for v in client.get(VERSIONS).json()["items"]}
    assert states == {1: "champion", 2: "refused", 3: "refused"}


@pytest.mark.chapter(13)
def test_a_rollback_is_one_step_and_names_what_was_made(
    client: TestClient, context: Context, housing: None
) -> None:
    for name in ("one", "two"):
        enter(context, record(name))
    client.post(f"{VERSIONS}/1/promote")
    old = submitted(client)
    client.post(f"{VERSIONS}/2/promote")
    job = submitted(client)
    answer = client.post("/v1/domains/housing/roll-back", json={"reason": "invents words"}).json()
    assert (answer["withdrawn"]["number"], answer["withdrawn"]["state"]) == (2, "withdrawn")
    assert (answer["serves"]["number"], answer["serves"]["state"]) == (1, "champion")
    assert [each["id"] for each in answer["transcripts"]] == [job["id"]]
    assert submitted(client)["domain"]["model_version"] == 1
    assert client.get(f"/v1/transcriptions/{old['id']}").json()["domain"]["model_version"] == 1
    kinds = [(e["kind"], e["version"]) for e in client.get(VERSIONS).json()["events"]]
    assert kinds[:2] == [("serves again", 1), ("rolled back", 2)]
    second = client.post("/v1/domains/housing/roll-back").json()
    assert (second["withdrawn"]["number"], second["serves"]) == (1, None)
    assert submitted(client)["model"]["name"] == "whisper-base"
    assert_problem(client.post("/v1/domains/housing/roll-back"), 409, "nothing_to_roll_back")


@pytest.mark.chapter(13)
def test_what_a_withdrawn_version_made_is_made_again_once(
    client: TestClient, context: Context, housing: None
) -> None:
    enter(context, record("one"))
    client.post(f"{VERSIONS}/1/promote")
    done, waiting = submitted(client), submitted(client)
    finish(context, done["id"])
    again = f"{VERSIONS}/1/transcribe-again"
    assert_problem(client.post(again), 409, "still_serving")
    client.post("/v1/domains/housing/roll-back")
    [fresh] = client.post(again).json()["items"]
    assert fresh["id"] not in (done["id"], waiting["id"])
    assert fresh["model"]["name"] == "whisper-base"
    whole = client.get(f"/v1/transcriptions/{fresh['id']}").json()
    assert whole["instead_of"] == done["id"]
    assert (
        whole["recording_id"]
        == client.get(f"/v1/transcriptions/{done['id']}").json()["recording_id"]
    )
    assert client.post(again).json()["items"] == []
    assert client.get(f"/v1/transcriptions/{done['id']}").json()["text"] == "Gini."


@pytest.mark.chapter(13)
def test_a_rollback_can_go_to_the_parent_and_never_hits_another_version(
    client: TestClient, context: Context, housing: None
) -> None:
    for name in ("one", "two"):
        enter(context, record(name))
        client.post(f"{VERSIONS}/{1 if name == 'one' else 2}/promote")
    path = "/v1/domains/housing/roll-back"
    assert_problem(client.post(path, json={"version": 1}), 409, "another_serves")
    assert client.get(VERSIONS).json()["champion"] == 2
    answer = client.post(path, json={"version": 2, "to_parent": True}).json()
    assert answer["serves"] is None
    told = client.get(VERSIONS).json()
    assert (told["champion"], told["items"][1]["state"]) == (None, "retired")
    assert submitted(client)["model"]["name"] == "whisper-base"


def test_the_challenger_is_the_newest_that_passed_and_has_not_served(
    client: TestClient, context: Context, housing: None
) -> None:
    told = client.get(VERSIONS).json()
    assert (told["champion"], told["challenger"], told["since"]) == (None, None, None)
    for name, passed in (("one", True), ("two", True), ("three", True), ("bad", False)):
        enter(context, record(name, passed=passed))
    client.post(f"{VERSIONS}/1/promote")
    told = client.get(VERSIONS).json()
    assert (told["champion"], told["challenger"]) == (1, 3)
    assert told["since"] == told["events"][0]["at"]
    [housing_] = [s for s in client.get("/v1/versions").json()["items"] if s["domain"] == "housing"]
    assert housing_["champion"]["number"] == 1
    assert housing_["challenger"]["number"] == 3
    assert (housing_["newest"]["number"], housing_["versions"]) == (4, 4)
    client.post(f"{VERSIONS}/3/promote")
    assert client.get(VERSIONS).json()["challenger"] == 2


@pytest.mark.chapter(15)
def test_the_headline_is_the_field_before_and_after_and_what_ordinary_speech_pays(
    client: TestClient, context: Context, housing: None
) -> None:
    enter(context, record("one"))
    told = client.get(f"{VERSIONS}/1").json()["headline"]
    assert (told["corpus"], told["metric"]) == ("ruby-test", "wer")
    assert told["parent"] == {"value": 0.31, "low": 0.25, "high": 0.38}
    assert told["adapter"] == {"value": 0.1234, "low": 0.1, "high": 0.15}
    assert told["general"]["measured"] == "+0.10"
    assert told["general"]["limit"] == "at most 0.005"
    enter(context, record("unjudged", gate=None, metrics=[]))
    assert client.get(f"{VERSIONS}/2").json()["headline"] is None


def test_an_adapter_judged_again_keeps_its_number_and_takes_the_new_record(
    client: TestClient, context: Context, housing: None
) -> None:
    enter(context, record("one"))
    assert enter(context, record("one", passed=False)) == 1
    assert client.get(f"{VERSIONS}/1").json()["state"] == "refused"
    assert_problem(client.post(f"{VERSIONS}/1/promote"), 409, "gate_not_passed")
    assert enter(context, record("one")) == 1
    assert client.get(f"{VERSIONS}/1").json()["state"] == "candidate"
    kinds = [event["kind"] for event in client.get(VERSIONS).json()["events"]]
    assert kinds == ["judged again", "judged again", "registered"]


def test_what_is_made_again_takes_the_glossary_of_today_and_waits_for_others(
    client: TestClient, context: Context, housing: None
) -> None:
    enter(context, record("one"))
    client.post(f"{VERSIONS}/1/promote")
    old = submitted(client, **{"keywords[]": "Engel curve"})
    other = submitted(client)
    for job in (old, other):
        finish(context, job["id"])
    client.put("/v1/domains/housing/glossary", json={"terms": [{"term": "Theil"}]})
    client.post("/v1/domains/housing/roll-back")
    again = f"{VERSIONS}/1/transcribe-again"
    [fresh] = client.post(again, json={"transcriptions": [old["id"]]}).json()["items"]
    whole = client.get(f"/v1/transcriptions/{fresh['id']}").json()
    assert whole["options"]["keywords"] == ["Engel curve", "Theil"]
    assert whole["domain"]["glossary_version"] == 2
    with context.database.read() as session:
        job = session.get(Transcription, fresh["id"])
        assert job is not None
        assert job.priority < 0
    assert client.get(VERSIONS).json()["events"][0]["reason"] == "1 of 1 transcripts"
    rest = client.post(again).json()
    assert [each["id"] for each in rest["items"]] != [fresh["id"]]
    assert len(rest["items"]) == 1


def test_a_second_making_that_came_to_nothing_can_be_asked_for_anew(
    client: TestClient, context: Context, housing: None
) -> None:
    enter(context, record("one"))
    client.post(f"{VERSIONS}/1/promote")
    finish(context, submitted(client)["id"])
    client.post("/v1/domains/housing/roll-back")
    again = f"{VERSIONS}/1/transcribe-again"
    [fresh] = client.post(again).json()["items"]
    assert client.post(again).json()["items"] == []
    client.post(f"/v1/transcriptions/{fresh['id']}/cancel")
    assert len(client.post(again).json()["items"]) == 1


@pytest.mark.chapter(12)
def test_what_does_not_fit_the_queue_is_counted_and_left(
    client: TestClient, context: Context, headers: dict[str, str], housing: None
) -> None:
    enter(context, record("one"))
    client.post(f"{VERSIONS}/1/promote")
    for _ in range(3):
        finish(context, submitted(client)["id"])
    client.post("/v1/domains/housing/roll-back")
    again = f"{VERSIONS}/1/transcribe-again"
    settings = context.settings.model_copy(update={"max_unfinished_jobs": 2})
    app = create_app(settings, replace(context, settings=settings))
    with TestClient(app, "http://127.0.0.1", headers=headers) as narrow:
        answer = narrow.post(again).json()
        assert (len(answer["items"]), answer["left"]) == (2, 1)
        assert_problem(narrow.post(again), 503, "queue_full")


@pytest.mark.chapter(10)
def test_served_adapters_are_models_that_can_be_asked_for(
    client: TestClient, context: Context, housing: None
) -> None:
    made, other = record("one"), record("two")
    enter(context, made)
    enter(context, other)
    client.post(f"{VERSIONS}/1/promote")
    models = client.get("/v1/models").json()["data"]
    [served] = [each for each in models if each["domain"] == "housing"]
    assert served["id"] == name_of(made)
    assert (served["domain"], served["version"]) == ("housing", 1)
    assert client.get(f"/v1/models/{name_of(made)}").json() == served
    alone = client.post("/v1/transcriptions", files=SENT, data={"model": name_of(made)}).json()
    told = client.get(f"/v1/transcriptions/{alone['id']}").json()
    assert told["model"]["name"] == name_of(made)
    assert told["options"]["keywords"] == []
    assert told["domain"] == {"name": "housing", "glossary_version": None, "model_version": 1}
    assert submitted(client, model=name_of(made))["options"]["keywords"] == ["Gini"]
    for fields in ({"model": name_of(other)}, {"model": name_of(other), "domain": "housing"}):
        answer = client.post("/v1/transcriptions", files=SENT, data=fields)
        assert_problem(answer, 422, "unknown_model")
    spoken = {"model": name_of(made), "language": "de"}
    answer = client.post("/v1/transcriptions", files=SENT, data=spoken)
    assert_problem(answer, 422, "language_not_supported")
    client.post("/v1/domains/housing/roll-back")
    answer = client.post("/v1/transcriptions", files=SENT, data={"model": name_of(made)})
    assert_problem(answer, 422, "unknown_model")


def test_a_recording_names_the_models_that_learned_from_it_and_its_deletion_marks_them(
    client: TestClient, context: Context, housing: None
) -> None:
    recording = client.post("/v1/recordings", files=SENT).json()
    learned = record("one", trained_on=[hashlib.sha256(WAV).hexdigest()])
    enter(context, learned)
    enter(context, record("two"))
    models = f"/v1/recordings/{recording['id']}/models"
    told = client.get(models).json()
    assert [each["number"] for each in told["items"]] == [1]
    assert told["marked_with_it"]
    assert client.delete(f"/v1/recordings/{recording['id']}").status_code == 204
    found = {v["number"]: v["deleted_data"] for v in client.get(VERSIONS).json()["items"]}
    assert found == {1: True, 2: False}
    assert client.get(VERSIONS).json()["events"][0]["kind"] == "data deleted"
    assert "has been deleted since" in client.get(f"{VERSIONS}/1/card").text


def test_the_same_recording_twice_marks_when_the_last_is_gone(
    client: TestClient, context: Context, housing: None
) -> None:
    first, second = (client.post("/v1/recordings", files=SENT).json()["id"] for _ in range(2))
    enter(context, record("one", trained_on=[hashlib.sha256(WAV).hexdigest()]))
    assert not client.get(f"/v1/recordings/{first}/models").json()["marked_with_it"]
    client.delete(f"/v1/recordings/{first}")
    assert not client.get(f"{VERSIONS}/1").json()["deleted_data"]
    client.delete(f"/v1/recordings/{second}")
    assert client.get(f"{VERSIONS}/1").json()["deleted_data"]


@pytest.mark.chapter(10)
def test_the_card_says_what_the_record_says(
    client: TestClient, context: Context, housing: None
) -> None:
    made = record("one")
    enter(context, made)
    card = client.get(f"{VERSIONS}/1/card")
    assert card.headers["content-type"].startswith("text/markdown")
    assert "| ruby-test | wer | adapter | 12.34 % (10.00 to 15.00) |" in card.text
    assert "| ruby-test | wer | adapter | gender female | insufficient data |" in card.text
    assert made.adapter.sha256 in card.text
    assert "| guard_wer | met | +0.10 | at most 0.005 |" in card.text
    assert "Where it is worse than its parent\n\nIn nothing that was measured." in card.text
    head = ModelCard(card.text).data
    assert head.model_name == name_of(made)
    found = [(each.dataset_name, each.metric_value) for each in head.eval_results]
    assert found == [("ruby-test", 12.34)]


def test_the_card_says_where_it_is_worse(
    client: TestClient, context: Context, housing: None
) -> None:
    enter(context, judged("one"))
    card = client.get(f"{VERSIONS}/1/card").text
    worse = card.partition("## Where it is worse than its parent")[2].partition("\n## ")[0]
    assert "librispeech-test-other | wer" in worse
    assert "14.20 % (12.20 to 16.20) | 14.50 %" in worse
    assert "ruby-test" not in worse


def test_the_same_adapter_again_is_the_same_version(
    client: TestClient, context: Context, housing: None
) -> None:
    assert enter(context, record("one")) == enter(context, record("one")) == 1
    assert_problem(client.get(f"{VERSIONS}/7"), 404, "version_not_found")

"""`lectern models` against the real API: what serves, promoted, taken back, made again."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner, Result

from app.context import Context
from app.domains import service as domains
from app.releases import service
from app.transcriptions.tables import Status, Transcription
from data.domains.record import VersionRecord
from tests.support import media
from tests.support.versions import record
from ui.cli import api, models
from ui.cli.commands import app

pytestmark = pytest.mark.chapter(13)
WAV = media.speech_like_wav(2)


@pytest.fixture(autouse=True)
def found(client: TestClient, context: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command finds this API as it finds a product that was named."""
    monkeypatch.setenv("LECTERN_API_URL", "http://127.0.0.1")
    monkeypatch.setattr(api, "transport", httpx.MockTransport(lambda asked: sent(client, asked)))
    monkeypatch.setenv("LECTERN_HOME", str(context.settings.home))
    monkeypatch.setattr(models, "names", list)
    client.post("/v1/domains", json={"name": "housing", "terms": [{"term": "Gini"}]})


def sent(client: TestClient, asked: httpx.Request) -> httpx.Response:
    """What the API answers, with the token that the command sent."""
    headers = {k: v for k, v in asked.headers.items() if k in ("authorization", "content-type")}
    path = asked.url.raw_path.decode()
    answer = client.request(asked.method, path, headers=headers, content=asked.read())
    return httpx.Response(answer.status_code, json=answer.json())


def lectern(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["models", *arguments])


def enter(context: Context, made: VersionRecord) -> None:
    with context.database.write() as session:
        service.register(session, domains.get(session, "housing"), made, "adapters/x")


def transcript(client: TestClient, context: Context) -> str:
    """A finished one of the domain."""
    sent = {"file": ("talk.wav", WAV)}
    job = client.post("/v1/transcriptions", files=sent, data={"domain": "housing"}).json()["id"]
    with context.database.write() as session:
        row = session.get(Transcription, job)
        assert row is not None
        row.status = Status.SUCCEEDED
    return str(job)


def test_promoted_taken_back_and_made_again(client: TestClient, context: Context) -> None:
    enter(context, record("one"))
    assert "Version 1 serves housing from the next" in lectern("promote", "housing", "1").output
    job = transcript(client, context)
    served = next(
        each for each in json.loads(lectern("--json").output) if each["domain"] == "housing"
    )
    assert (served["domain"], served["version"], served["weights"]) == ("housing", 1, "serves")
    assert "serves housing, version 1" in lectern().output
    done = lectern("roll-back", "housing", "--reason", "invents words")
    assert done.exit_code == 0
    assert "Version 1 of housing was rolled back; whisper-base serves." in done.output
    assert job in done.output
    assert "lectern models transcribe-again housing 1" in done.output
    events = client.get("/v1/domains/housing/versions").json()["events"]
    assert (events[0]["kind"], events[0]["reason"]) == ("rolled back", "invents words")
    assert "1 are queued" in lectern("transcribe-again", "housing", "1").output
    assert "Nothing is left" in lectern("transcribe-again", "housing", "1").output


def test_a_rollback_can_queue_at_once_and_tells_programs(
    client: TestClient, context: Context
) -> None:
    for number, name in enumerate(("one", "two"), 1):
        enter(context, record(name))
        lectern("promote", "housing", str(number))
    transcript(client, context)
    told = json.loads(lectern("roll-back", "housing", "--again", "--json").output)
    assert (told["withdrawn"]["number"], told["serves"]["number"]) == (2, 1)
    assert len(told["again"]["items"]) == 1


def test_what_did_not_pass_is_refused_with_the_reason(context: Context) -> None:
    enter(context, record("bad", passed=False))
    done = lectern("promote", "housing", "1")
    assert done.exit_code == 2
    assert "did not pass the gate" in done.output
    assert lectern("promote", "housing", "9").exit_code == 2
    assert lectern("roll-back", "housing").exit_code == 2


def test_without_a_product_nothing_is_changed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    monkeypatch.delenv("LECTERN_API_URL")
    monkeypatch.setenv("LECTERN_HOME", str(tmp_path / "none"))
    done = lectern("roll-back", "housing")
    assert done.exit_code == 3
    assert "nothing was changed" in done.output

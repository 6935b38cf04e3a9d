"""Models, faults, the sample, the walkthrough, health, and the description of it all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from fastapi.testclient import TestClient
from sqlmodel import update

from app.clock import now
from app.context import Context
from app.database import Database
from app.faults.registry import REGISTRY
from app.health import routes as health
from app.telemetry.service import seen
from app.telemetry.tables import ProcessRow
from tests.support.problems import assert_problem


def test_models_are_listed_as_openai_clients_expect(client: TestClient) -> None:
    models = client.get("/v1/models").json()
    assert models["object"] == "list"
    names = [model["id"] for model in models["data"]]
    assert names[:2] == ["whisper-base", "tiny.en"]
    # Behind them, what serves the domains that come along
    assert all(name.startswith("whisper-base+") for name in names[2:])
    one = client.get("/v1/models/tiny.en").json()
    assert (one["id"], one["object"]) == ("tiny.en", "model")
    assert_problem(client.get("/v1/models/whisper-9000"), 404, "model_not_found")


@pytest.mark.chapter(18)
def test_a_fault_is_switched_on_and_off(client: TestClient) -> None:
    assert not any(fault["active"] for fault in client.get("/v1/faults").json())
    body = {"minutes": 1, "parameters": {"seconds": 0.5}}
    on = client.put("/v1/faults/slow_model", json=body).json()
    assert (on["active"], on["parameters"]) == (True, {"seconds": 0.5})
    listed = {fault["name"]: fault for fault in client.get("/v1/faults").json()}
    assert set(listed) == set(REGISTRY)
    assert [name for name, fault in listed.items() if fault["active"]] == ["slow_model"]
    assert listed["slow_model"]["expires_at"]
    assert client.delete("/v1/faults/slow_model").status_code == 204
    assert not any(fault["active"] for fault in client.get("/v1/faults").json())


@pytest.mark.chapter(18)
def test_a_wrong_fault_is_refused(client: TestClient) -> None:
    unknown = client.put("/v1/faults/slow_modem", json={})
    assert_problem(unknown, 404, "fault_not_found")
    parameter = client.put("/v1/faults/slow_model", json={"parameters": {"sekunden": 1}})
    assert_problem(parameter, 422, "unknown_parameter")
    for minutes in (0, 61):
        answer = client.put("/v1/faults/slow_model", json={"minutes": minutes})
        assert_problem(answer, 422, "invalid_request")
    assert not any(fault["active"] for fault in client.get("/v1/faults").json())


def test_the_sample_says_what_it_is_and_can_be_heard(client: TestClient) -> None:
    sample = client.get("/v1/sample").json()
    assert sample["synthetic"] is True
    assert sample["generic"]["text"] != sample["adapted"]["text"]
    assert 0 <= sample["generic"]["terms_right"] <= sample["adapted"]["terms_right"]
    assert all(turn["end"] <= sample["duration"] for turn in sample["turns"])
    part = client.get("/v1/sample/audio", headers={"Range": "bytes=0-3"})
    assert (part.status_code, part.content) == (206, b"OggS")


def test_the_walkthrough_shows_the_lines_that_are_there_now(client: TestClient) -> None:
    assert len(client.get("/v1/chapters").json()) == 29
    chapter = client.get("/v1/chapters/13").json()
    assert any(found["path"] == "app/health/routes.py" for found in chapter["annotations"])
    assert_problem(client.get("/v1/chapters/30"), 404, "chapter_not_found")


@pytest.fixture
def workers(context: Context) -> None:
    with context.database.write() as session:
        for kind in ("media", "host"):
            seen(session, kind, woken=True)


def test_it_is_alive(client: TestClient) -> None:
    assert client.get("/healthz").json() == {"status": "alive"}


@pytest.mark.chapter(13)
def test_it_is_ready_when_messages_reach_the_workers(client: TestClient, workers: None) -> None:
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["ready"]) == (200, True)


@pytest.mark.chapter(13)
def test_it_is_not_ready_while_no_message_arrives(client: TestClient) -> None:
    answer = client.get("/readyz")
    assert answer.status_code == 503
    checks = answer.json()["checks"]
    failing = {name: told for name, told in checks.items() if told != "ok"}
    assert failing == {
        "preparation": "no wake-up arrived lately",
        "recogniser": "no wake-up arrived lately",
    }


@pytest.mark.chapter(13)
def test_a_message_of_long_ago_proves_nothing(
    client: TestClient, context: Context, workers: None
) -> None:
    with context.database.write() as session:
        session.execute(update(ProcessRow).values(woken_at=now() - 2 * health.FRESH))
    assert client.get("/readyz").status_code == 503


@pytest.mark.chapter(13)
@pytest.mark.parametrize("broken", ["decoder", "storage", "database"])
def test_what_is_missing_is_named(
    client: TestClient,
    context: Context,
    workers: None,
    broken: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if broken == "decoder":
        monkeypatch.setattr(client.app.state, "context", _without_decoder(context))
    elif broken == "storage":
        monkeypatch.setattr(type(context.storage), "free_bytes", lambda _: 1)
    else:
        monkeypatch.setattr(client.app.state, "context", _without_database(context))
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["checks"][broken] != "ok"
    assert answer.json()["checks"]["storage" if broken != "storage" else "database"] == "ok"


def _without_decoder(context: Context) -> Context:
    decoder = type(context.decoder)(context.settings.home / "nobody-listens")
    return replace(context, decoder=decoder)


def _without_database(context: Context) -> Context:
    missing = Database(f"sqlite:///{context.settings.home}/no-such-folder/lectern.db")
    return replace(context, database=missing)


def operations(client: TestClient) -> Iterator[tuple[str, dict]]:  # type: ignore[type-arg]
    schema = client.get("/openapi.json").json()
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation


def test_every_route_is_described(client: TestClient) -> None:
    described = dict(operations(client))
    assert "POST /v1/transcriptions" in described
    assert [name for name, operation in described.items() if not operation.get("summary")] == []
    without = [name for name, operation in described.items() if not operation.get("description")]
    assert without == []


def test_an_unknown_address_is_a_problem_as_well(client: TestClient) -> None:
    assert client.get("/v1/nothing").headers["content-type"] == "application/problem+json"
    assert client.get("/v1/nothing").json()["code"] == "not_found"
    assert client.patch("/v1/transcriptions").json()["code"] == "method_not_allowed"

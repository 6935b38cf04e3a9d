"""A domain's text and adapters over HTTP: given, asked for, waited for, cancelled, tried again."""

from __future__ import annotations

import hashlib
import time
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.adaptations import holding
from app.adaptations.holding import Held, LeaseLost, Told
from app.adaptations.tables import Adaptation
from app.context import Context
from app.domains.tables import DomainText
from app.outbox.tables import OutboxRow, Topic
from tests.support.adaptations import PAGE, TERMS, own_domain, training_here
from tests.support.problems import assert_problem
from tests.support.rows import Rows
from tests.support.versions import record

DOMAIN = "/v1/domains/housing"
PATH = f"{DOMAIN}/adaptations"


@pytest.fixture
def ready(client: TestClient, context: Context) -> None:
    own_domain(client)
    training_here(context)


def asked(client: TestClient) -> dict[str, Any]:
    answer = client.post(PATH)
    assert answer.status_code == 202, answer.text
    found: dict[str, Any] = answer.json()
    assert answer.headers["location"] == f"{PATH}/{found['id']}"
    return found


def claimed(context: Context) -> Held:
    held = context.database.transact(holding.claim)
    assert held is not None
    return held


# -- the page of text


@pytest.mark.chapter(16)
def test_a_page_of_text_is_kept_cleaned_and_counted(client: TestClient) -> None:
    own_domain(client, text="")
    assert_problem(client.get(f"{DOMAIN}/text"), 404, "text_not_found")
    answer = client.put(f"{DOMAIN}/text", json={"text": f"\ufeff{PAGE}"})
    found = answer.json()
    assert (found["sentences"], found["words"]) == (16, len(PAGE.split()))
    assert found["text"].startswith("We asked every household")
    assert found["sha256"] == hashlib.sha256(found["text"].encode()).hexdigest()
    assert client.get(f"{DOMAIN}/text").json() == found


@pytest.mark.chapter(16)
@pytest.mark.parametrize(
    ("text", "status", "code", "told"),
    [
        ("Nothing is wrong here.\nBut\x07 there is.", 422, "forbidden_characters", "Line 2"),
        ("x" * 1_000_001, 413, "text_too_large", "1.0 MB"),
        (
            "Wir haben in diesem Dorf alle Haushalte zweimal befragt und das Gesagte verglichen."
            " Danach sind wir in die Stadt gefahren, um mit den Behörden darüber zu sprechen.",
            422,
            "other_language",
            "not English but de",
        ),
    ],
)
def test_text_that_cannot_be_learned_from_changes_nothing(
    client: TestClient, text: str, status: int, code: str, told: str
) -> None:
    own_domain(client)
    before = client.get(f"{DOMAIN}/text").json()
    problem = assert_problem(client.put(f"{DOMAIN}/text", json={"text": text}), status, code)
    assert told in problem["detail"] and "Nothing was changed." in problem["detail"]
    assert client.get(f"{DOMAIN}/text").json() == before


def test_a_shipped_domain_keeps_its_text(client: TestClient) -> None:
    assert_problem(client.put("/v1/domains/ruby/text", json={"text": PAGE}), 409, "domain_shipped")
    assert_problem(client.post("/v1/domains/ruby/adaptations"), 409, "domain_shipped")


@pytest.mark.chapter(28)
def test_a_removed_domain_takes_its_text_along_and_stops_its_training(
    client: TestClient, context: Context, rows: Rows, ready: None
) -> None:
    asked(client)
    held = claimed(context)
    assert client.delete(DOMAIN).status_code == 204
    assert [text.text for text in rows.all(DomainText)] == [""]
    with pytest.raises(LeaseLost):
        context.database.transact(lambda session: holding.tell(session, held, told()))
    assert [row.state for row in rows.all(Adaptation)] == ["cancelled"]


# -- asking


@pytest.mark.chapter(11)
def test_what_asking_would_do_and_cost_is_told_before(client: TestClient, ready: None) -> None:
    offer = client.get(PATH).json()["offer"]
    assert (offer["training"], offer["missing"]) == (True, None)
    assert offer["terms"] == len(TERMS)
    assert offer["sentences"]["train"] > 3 * len(TERMS) / 3
    assert 60 < offer["expected_seconds"] < 3600


def test_asking_leaves_a_row_and_a_message_for_the_training_queue(
    client: TestClient, rows: Rows, ready: None
) -> None:
    made = asked(client)
    assert (made["state"], made["glossary_version"], made["parent"]) == (
        "queued",
        1,
        "whisper-base",
    )
    woken = [row for row in rows.all(OutboxRow) if row.topic is Topic.ADAPT]
    assert len(woken) == 1
    assert client.get(f"{PATH}/{made['id']}").json() == made
    assert [each["id"] for each in client.get(PATH).json()["items"]] == [made["id"]]


@pytest.mark.chapter(11)
def test_the_same_inputs_are_the_same_adaptation_and_others_wait_for_it(
    client: TestClient, context: Context, ready: None
) -> None:
    first = asked(client)
    assert asked(client)["id"] == first["id"]
    client.put(f"{DOMAIN}/text", json={"text": f"{PAGE}\nAnd then we went home again."})
    problem = assert_problem(client.post(PATH), 409, "adaptation_running")
    assert problem["adaptation"] == first["id"]
    client.post(f"{PATH}/{first['id']}/cancel")
    second = asked(client)
    assert second["id"] != first["id"] and second["text_sha256"] != first["text_sha256"]
    client.post(f"{PATH}/{second['id']}/cancel")
    client.put(f"{DOMAIN}/text", json={"text": PAGE})
    again = asked(client)
    assert (again["id"], again["state"]) == (first["id"], "queued")


@pytest.mark.parametrize("seen_s_ago", [None, 120.0])
def test_where_nobody_can_train_it_says_what_to_run(
    client: TestClient, context: Context, rows: Rows, seen_s_ago: float | None
) -> None:
    own_domain(client)
    if seen_s_ago is not None:
        training_here(context, seen_s_ago=seen_s_ago)
    problem = assert_problem(client.post(PATH), 409, "training_not_set_up")
    assert problem["command"] == "make setup-training" in problem["detail"]
    offer = client.get(PATH).json()["offer"]
    assert (offer["training"], offer["command"]) == (False, "make setup-training")
    assert rows.all(Adaptation) == []


def test_too_few_terms_or_too_little_text_say_what_is_enough(
    client: TestClient, context: Context, rows: Rows
) -> None:
    training_here(context)
    own_domain(client, text="")
    problem = assert_problem(client.post(PATH), 422, "too_little_text")
    assert "at least 12 sentences" in problem["detail"]
    client.put(f"{DOMAIN}/text", json={"text": "We asked every household. Then we went home."})
    problem = assert_problem(client.post(PATH), 422, "too_little_text")
    assert (
        "1 sentence that can be read aloud" in problem["detail"]
        or "2 sentences" in problem["detail"]
    )
    client.put(f"{DOMAIN}/text", json={"text": PAGE})
    client.put(f"{DOMAIN}/glossary", json={"terms": [{"term": term} for term in TERMS[:3]]})
    problem = assert_problem(client.post(PATH), 422, "too_few_terms")
    assert "3 terms" in problem["detail"] and "at least 8" in problem["detail"]
    assert client.get(PATH).json()["offer"]["missing"] == "too_few_terms"
    assert rows.all(Adaptation) == []


def test_terms_that_no_adapter_may_learn_are_refused_before_anything_is_made(
    client: TestClient, rows: Rows, ready: None
) -> None:
    marked = [*TERMS, "<|en|>dictator"]
    client.put(f"{DOMAIN}/glossary", json={"terms": [{"term": term} for term in marked]})
    problem = assert_problem(client.post(PATH), 422, "bad_term")
    assert "number 11" in problem["detail"]
    assert rows.all(Adaptation) == []


def test_a_domain_of_another_language_is_told_that_its_glossary_works(
    client: TestClient, context: Context
) -> None:
    training_here(context)
    terms = [{"term": term} for term in TERMS]
    client.post("/v1/domains", json={"name": "armut", "terms": terms, "language": "de"})
    assert_problem(client.post("/v1/domains/armut/adaptations"), 422, "other_language")


@pytest.mark.parametrize("count", [2000])
def test_the_largest_glossary_and_page_are_planned_in_seconds(
    client: TestClient, context: Context, count: int
) -> None:
    training_here(context)
    terms = [{"term": f"Kesh{n // 26}ra{chr(97 + n % 26)}"} for n in range(count)]
    client.post("/v1/domains", json={"name": "housing", "terms": terms})
    lines = [f"In year {n} we asked Kesh{n % 70}ra{chr(97 + n % 26)} again." for n in range(9000)]
    client.put(f"{DOMAIN}/text", json={"text": "\n".join(lines)})
    began = time.process_time()
    offer = client.get(PATH).json()["offer"]
    assert time.process_time() - began < 20
    assert offer["left_out"] == count - 300


# -- waiting, cancelling, trying again


def told(**more: Any) -> Told:
    plain: dict[str, Any] = {
        "stage": "speech", "progress": 0.25, "note": "3 of 9 clips", "eta_s": 90.0,
        "stages": [{"stage": "speech", "state": "running", "share": 0.3}],
    }  # fmt: skip
    return Told(**plain | more)


def test_how_far_it_is_can_be_watched(client: TestClient, context: Context, ready: None) -> None:
    path = f"{PATH}/{asked(client)['id']}"
    held = claimed(context)
    context.database.transact(lambda session: holding.tell(session, held, told()))
    found = client.get(path).json()
    assert (found["state"], found["stage"], found["progress"]) == ("running", "speech", 0.25)
    assert (found["eta_seconds"], found["stages"][0]["share"]) == (90.0, 0.3)
    context.database.transact(
        lambda session: holding.tell(session, held, told(paused=True, note="paused", eta_s=None))
    )
    found = client.get(path).json()
    assert (found["state"], found["eta_seconds"]) == ("paused", None)


def test_waiting_ends_with_the_adaptation(
    client: TestClient, context: Context, ready: None
) -> None:
    path = f"{PATH}/{asked(client)['id']}"
    began = time.monotonic()
    assert client.get(path, params={"wait": 1}).json()["state"] == "queued"
    assert time.monotonic() - began >= 1
    held = claimed(context)
    context.database.transact(
        lambda session: holding.fail(session, held, "x", "It broke.", retryable=True)
    )
    found = client.get(path, params={"wait": 30}).json()
    assert found["error"] == {"code": "x", "message": "It broke.", "retryable": True}
    assert_problem(client.get(f"{PATH}/ada_none"), 404, "adaptation_not_found")


@pytest.mark.chapter(13)
def test_cancelling_takes_it_from_whoever_works_on_it(
    client: TestClient, context: Context, ready: None
) -> None:
    path = f"{PATH}/{asked(client)['id']}"
    held = claimed(context)
    assert client.post(f"{path}/cancel").json()["state"] == "cancelled"
    assert client.post(f"{path}/cancel").status_code == 200
    for late in (
        lambda session: holding.tell(session, held, told()),
        lambda session: holding.fail(session, held, "x", "late", retryable=True),
        lambda session: holding.made(session, held, record("late"), "adapters/late"),
    ):
        with pytest.raises(LeaseLost):
            context.database.transact(late)
    assert client.get(f"{DOMAIN}/versions").json()["items"] == []
    assert context.database.transact(holding.claim) is None


def test_trying_again_begins_anew_and_only_what_is_over(
    client: TestClient, context: Context, ready: None
) -> None:
    path = f"{PATH}/{asked(client)['id']}"
    assert_problem(client.post(f"{path}/retry"), 409, "adaptation_running")
    held = claimed(context)
    context.database.transact(
        lambda session: holding.fail(session, held, "x", "It broke.", retryable=True)
    )
    assert_problem(client.post(f"{path}/cancel"), 409, "adaptation_over")
    found = client.post(f"{path}/retry").json()
    assert (found["state"], found["error"], found["progress"]) == ("queued", None, 0.0)
    context.database.transact(
        lambda session: holding.made(session, claimed_in(session), record("a"), "adapters/a")
    )
    assert_problem(client.post(f"{path}/retry"), 409, "adaptation_over")
    assert client.post(PATH).json()["state"] == "succeeded"


def claimed_in(session: Any) -> Held:
    held = holding.claim(session)
    assert held is not None
    return held


# -- what comes of it


@pytest.mark.chapter(17)
def test_what_passed_the_gate_serves_and_what_did_not_never_does(
    client: TestClient, context: Context, ready: None
) -> None:
    first = asked(client)
    held = claimed(context)
    assert held.terms[0] == ("Oaxaca-Blinder", "")
    context.database.transact(
        lambda session: holding.made(session, held, record("good"), "adapters/good")
    )
    found = client.get(f"{PATH}/{first['id']}").json()
    assert (found["state"], found["version"], found["progress"]) == ("succeeded", 1, 1.0)
    versions = client.get(f"{DOMAIN}/versions").json()
    assert versions["items"][0]["serves"]
    assert [each["reason"] for each in versions["events"] if each["kind"] == "promoted"] == [
        "passed the gate"
    ]
    client.put(f"{DOMAIN}/glossary", json={"terms": [{"term": term} for term in TERMS[:9]]})
    second = asked(client)
    worse = claimed(context)
    context.database.transact(
        lambda session: holding.made(session, worse, record("bad", passed=False), "adapters/bad")
    )
    found = client.get(f"{PATH}/{second['id']}").json()
    assert (found["state"], found["version"]) == ("refused", 2)
    serving = [v["number"] for v in client.get(f"{DOMAIN}/versions").json()["items"] if v["serves"]]
    assert serving == [1], "the former champion goes on"
    assert_problem(client.post(f"{DOMAIN}/versions/2/promote"), 409, "gate_not_passed")


@pytest.mark.chapter(17)
def test_what_a_person_decided_meanwhile_stands(
    client: TestClient, context: Context, ready: None
) -> None:
    asked(client)
    held = claimed(context)
    context.database.transact(
        lambda session: holding.made(session, held, record("first"), "adapters/first")
    )
    client.put(f"{DOMAIN}/glossary", json={"terms": [{"term": term} for term in TERMS[:9]]})
    asked(client)
    second = claimed(context)
    assert client.post(f"{DOMAIN}/roll-back", json={"reason": "odd"}).status_code == 200
    context.database.transact(
        lambda session: holding.made(session, second, record("second"), "adapters/second")
    )
    found = client.get(f"{DOMAIN}/versions").json()["items"]
    assert [(each["number"], each["state"], each["serves"]) for each in found] == [
        (2, "candidate", False),
        (1, "withdrawn", False),
    ]

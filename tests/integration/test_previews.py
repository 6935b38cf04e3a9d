"""A domain's effect on the beginning of a recording: API, decoder, model host and stores together.

One process does what several do in the product. How long the beginning is, is a setting: a minute
of two here; tests/unit/worker/test_beginning.py has five minutes of two days.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.context import Context
from app.dispatcher.relay import Relay
from app.faults.service import FaultSwitches
from app.local.token import read_or_make
from app.main import create_app
from app.transcriptions.tables import Transcription
from tests.support.broker import TakesAll
from tests.support.jobs import TWO_MINUTES
from tests.support.rows import new_context
from worker.decoder.local import decoder
from worker.features.forgetting import forget_deleted
from worker.features.store import open_store
from worker.host import Host
from worker.preparing import prepare_waiting
from worker.reproduce.__main__ import reproduce
from worker.reproduce.rerun import Changes

FIRST_S = 60.0
TERMS = ["tomatoes", "grandmother", "bakery", "Sunday Cake"]
PATH = "/v1/domains/garden/previews"


@dataclass(slots=True)
class Small:
    """All of it, with tiny.en."""

    context: Context
    http: TestClient
    host: Host

    def work(self) -> None:
        """Decode and recognise whatever waits."""
        prepare_waiting(self.context)
        self.host.work()
        store = open_store(self.context.settings)
        assert store is not None
        store.flush()

    def uploaded(self, path: Path) -> str:
        with path.open("rb") as file:
            answer = self.http.post("/v1/recordings", files={"file": (path.name, file)})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    def shown(self, recording: str) -> dict[str, Any]:
        answer = self.http.post(PATH, json={"recording": recording})
        assert answer.status_code == 202, answer.text
        self.work()
        found: dict[str, Any] = self.http.get(answer.headers["location"]).json()
        assert found["differences"] is not None, found
        return found

    def read(self, job: str) -> dict[str, Any]:
        found: dict[str, Any] = self.http.get(f"/v1/transcriptions/{job}").json()
        return found

    def provenance(self, job: str) -> dict[str, Any]:
        found: dict[str, Any] = self.http.get(f"/v1/transcriptions/{job}/provenance").json()
        return found

    def windows(self, job: str) -> dict[str, str]:
        """What was heard in each window, by the sum of its samples."""
        segments = self.read(job)["segments"]
        return {
            window["samples_sha256"]: " ".join(
                segment["text"]
                for segment in segments
                if window["start_s"] <= segment["start"] < window["end_s"]
            )
            for window in self.provenance(job)["windows"]
        }


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Small]:
    options = {"model": "tiny.en", "preview_s": FIRST_S, "streams": 1}
    with decoder(max_children=2) as client:
        context = replace(new_context(tmp_path / "home", **options), decoder=client)
        token = read_or_make(context.settings.token_path)
        app = create_app(context.settings, context)
        with TestClient(app, "http://127.0.0.1") as http:
            http.headers["Authorization"] = f"Bearer {token}"
            made = {"name": "garden", "terms": [{"term": term} for term in TERMS]}
            assert http.post("/v1/domains", json=made).status_code == 201
            yield Small(context, http, Host(context))
        context.database.dispose()


@pytest.mark.chapter(10)
@pytest.mark.chapter(12)
def test_only_the_beginning_is_heard_and_the_second_side_reuses_what_the_first_made(
    small: Small,
) -> None:
    recording = small.uploaded(TWO_MINUTES)
    found = small.shown(recording)
    plain, adapted = found["plain"]["id"], found["adapted"]["id"]
    for job in (plain, adapted):
        assert small.read(job)["duration"] == FIRST_S
        assert max(w["end_s"] for w in small.provenance(job)["windows"]) <= FIRST_S
    there = len(small.windows(adapted))
    assert small.read(plain)["features"] is None
    assert small.read(adapted)["features"]["reused"] == there >= 2
    assert found["seconds_saved"] == small.read(adapted)["features"]["seconds_saved"] > 0
    assert small.provenance(adapted)["features"] == small.read(adapted)["features"]
    assert small.provenance(adapted)["first_s"] == FIRST_S
    for side, job in (("plain", plain), ("adapted", adapted)):
        runs = [run["text"] for passage in found["passages"] for run in passage[side]]
        assert "".join(runs).split() == small.read(job)["text"].split() != []
    for place in found["differences"]:
        assert place["plain"] != place["adapted"]
        assert 0 <= place["start_s"] <= place["end_s"] <= FIRST_S
    change = {"terms": [{"term": "tomatoes"}]}
    assert small.http.put("/v1/domains/garden/glossary", json=change).status_code == 200
    again = small.shown(recording)
    assert again["plain"]["id"] == plain
    assert small.read(again["adapted"]["id"])["features"]["reused"] == there


@pytest.mark.chapter(24)
def test_the_text_is_that_of_a_whole_job_in_every_window_but_the_one_that_is_cut(
    small: Small,
) -> None:
    recording = small.uploaded(TWO_MINUTES)
    found = small.shown(recording)
    form = [("recording", (None, recording)), ("domain", (None, "garden"))]
    whole = small.http.post("/v1/transcriptions", files=form).json()["id"]
    small.work()
    of_part, of_whole = small.windows(found["adapted"]["id"]), small.windows(whole)
    assert len(of_whole) > len(of_part)
    assert list(of_part)[:-1] == list(of_whole)[: len(of_part) - 1]
    for sha256 in list(of_part)[:-1]:
        assert of_part[sha256] == of_whole[sha256] != ""
    assert [each["id"] for each in small.http.get("/v1/transcriptions").json()["items"]] == [whole]


@pytest.mark.chapter(24)
def test_a_side_comes_out_again_bit_by_bit_and_a_longer_part_does_not(small: Small) -> None:
    found = small.shown(small.uploaded(TWO_MINUTES))
    for side in ("plain", "adapted"):
        told = reproduce(small.context, found[side]["id"], Changes())
        assert (told["verdict"], told["audio_s"]) == ("identical", FIRST_S), told
    with small.context.database.write() as session:
        session.get_one(Transcription, found["plain"]["id"]).first_s = FIRST_S + 10
    told = reproduce(small.context, found["plain"]["id"], Changes())
    assert told["verdict"] == told["samples"] == "differs"


@pytest.mark.chapter(28)
def test_deletion_leaves_nothing_of_it(small: Small) -> None:
    before = set(small.context.storage.keys())
    recording = small.uploaded(TWO_MINUTES)
    found = small.shown(recording)
    store = open_store(small.context.settings)
    assert store is not None
    assert store.origins()
    assert small.http.delete(f"{PATH}/{found['id']}").status_code == 204
    for side in ("plain", "adapted"):
        assert small.http.get(f"/v1/transcriptions/{found[side]['id']}").status_code == 404
    assert small.http.delete(f"/v1/recordings/{recording}").status_code == 204
    faults = FaultSwitches(small.context.database)
    Relay(small.context, TakesAll(), faults).run_once()  # type: ignore[arg-type]
    assert forget_deleted(small.context, store) == 1
    assert store.origins() == set()
    assert set(small.context.storage.keys()) == before

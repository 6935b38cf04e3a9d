"""A small real adapter through the whole product: interrupted, paused, killed, made, judged.

Eight terms and a page of text, tiny.en as the parent; everything else is what customers get: both
synthesisers, replay, training, all strengths, the evaluation suite and its gate.
"""

from __future__ import annotations

import os
import signal
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import pytest

from deploy.local.product import Product, running_product
from tests.support.adaptations import PAGE, TERMS
from tests.support.jobs import SPEECH, Jobs, connect

FEW = TERMS[:8]
PATIENCE_S = 900.0
DOMAIN = "/v1/domains/housing"
ENDED = ("succeeded", "refused", "failed", "cancelled")


@dataclass
class Story:
    """What happened to one adaptation, and what was seen meanwhile."""

    product: Product
    jobs: Jobs
    id: str = ""
    stopped: list[str] = field(default_factory=list)
    """States of its processes while somebody's recording was transcribed."""
    states_meanwhile: set[str] = field(default_factory=set)
    transcript: dict[str, Any] = field(default_factory=dict)
    gone_s: float = 0.0
    """After its holder was killed, until nothing of it was left."""
    end: dict[str, Any] = field(default_factory=dict)

    def read(self) -> dict[str, Any]:
        answer = self.jobs.http.get(f"{DOMAIN}/adaptations/{self.id}")
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def until(self, condition: Callable[[dict[str, Any]], bool], patience_s: float) -> Any:
        end = time.monotonic() + patience_s
        while time.monotonic() < end:
            found = self.read()
            if condition(found):
                return found
            assert found["state"] not in ENDED, f"it is over already: {found}"
            time.sleep(0.1)
        raise AssertionError(f"waited {patience_s} s in vain: {self.read()}")

    def processes(self) -> list[psutil.Process]:
        """The pipeline and all it started, the guardian left out."""
        mark = str(self.product.home / "adaptation")
        found: list[psutil.Process] = []
        for process in psutil.process_iter():
            with suppress(psutil.Error):
                line = process.cmdline()
                if "worker.adaptation" in line and any(mark in part for part in line):
                    if "worker.training.guardian" in line:
                        continue
                    found += [process, *process.children(recursive=True)]
        return found

    def holder(self) -> int:
        """The process that holds the lease."""
        with closing(sqlite3.connect(self.product.home / "lectern.db", timeout=30)) as database:
            query = "SELECT process FROM adaptation WHERE id=?"
            ((name,),) = database.execute(query, (self.id,)).fetchall()
        return int(name.split(":")[-2])


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory, synthesis: Path) -> Iterator[Story]:
    """Asked for; a recording is let in while it is made; its process is killed; its end."""
    home = tmp_path_factory.mktemp("training")
    environment = {
        "LECTERN_MODEL": "tiny.en",
        "LECTERN_LEASE_S": "20",
        "LECTERN_SYNTHESIS": str(synthesis),
        "LECTERN_CORPORA": str(home / "none"),
    }
    with running_product(home, env=environment, patience_s=300) as product:
        jobs = connect(product.api, product.token)
        told = Story(product, jobs)
        try:
            _ask(told)
            _let_a_recording_in(told)
            _kill_its_process(told)
            told.end = told.until(lambda found: found["state"] in ENDED, PATIENCE_S)
            yield told
        finally:
            jobs.no_faults()
            jobs.http.close()


def _ask(told: Story) -> None:
    http = told.jobs.http
    terms = [{"term": term} for term in FEW]
    assert http.post("/v1/domains", json={"name": "housing", "terms": terms}).status_code == 201
    assert http.put(f"{DOMAIN}/text", json={"text": PAGE}).status_code == 200
    answer = http.post(f"{DOMAIN}/adaptations")
    assert answer.status_code == 202, answer.text
    told.id = answer.json()["id"]
    told.until(lambda found: found["stage"] == "speech", PATIENCE_S)


def _let_a_recording_in(told: Story) -> None:
    told.jobs.fault("slow_model", seconds=3.0)
    job = told.jobs.submit(SPEECH)
    told.until(lambda found: found["state"] == "paused", 60)
    time.sleep(0.5)  # a signal reaches a process when that is next looked at
    told.stopped = [process.status() for process in told.processes()]
    while told.jobs.read(job)["status"] not in ("succeeded", "failed", "cancelled"):
        told.states_meanwhile.add(told.read()["state"])
        time.sleep(0.1)
    told.transcript = told.jobs.read(job)
    told.jobs.no_faults()
    told.until(lambda found: found["state"] == "running", 60)


def _kill_its_process(told: Story) -> None:
    mine = told.processes()
    assert mine, "nothing of it runs"
    os.kill(told.holder(), signal.SIGKILL)
    killed = time.monotonic()
    while any(process.is_running() and process.status() != "zombie" for process in mine):
        assert time.monotonic() - killed < 30, "its processes go on in the dark"
        time.sleep(0.05)
    told.gone_s = time.monotonic() - killed


@pytest.mark.chapter(12)
def test_a_recording_that_comes_meanwhile_is_transcribed_first(story: Story) -> None:
    assert story.transcript["status"] == "succeeded"
    assert len(story.stopped) >= 2
    assert set(story.stopped) == {"stopped"}
    assert "paused" in story.states_meanwhile


@pytest.mark.chapter(13)
def test_killed_in_the_middle_nothing_is_left_running_and_it_goes_on_where_it_was(
    story: Story,
) -> None:
    assert story.gone_s < 10
    stages = {each["stage"]: each["state"] for each in story.end["stages"]}
    assert stages["test"] == "reused", "what was made before the kill was not made again"
    assert stages["train"] == "done"
    assert story.end["attempts"] == 2


@pytest.mark.chapter(11)
def test_an_adapter_was_made_and_judged_without_anybody(story: Story) -> None:
    assert story.end["state"] in ("succeeded", "refused"), story.end
    version = story.jobs.http.get(f"{DOMAIN}/versions/{story.end['version']}").json()
    record = version["record"]
    assert record["parent"]["name"] == "tiny.en"
    assert {"test", "sentences/train.txt", "glossary.csv"} <= set(record["data"])
    missed = {
        each["system"]: each["value"]
        for each in record["metrics"]
        if each["metric"] == "terms_missed" and each["group"] is None
    }
    assert missed["adapter"] < missed["parent"], "it learned its terms"
    measured = [each for each in record["gate"]["verdicts"] if each["status"] != "missing"]
    assert len(measured) == len(record["gate"]["verdicts"]), "everything was measured here, too"


@pytest.mark.chapter(17)
def test_it_serves_if_and_only_if_it_passed_the_gate(story: Story) -> None:
    versions = story.jobs.http.get(f"{DOMAIN}/versions").json()["items"]
    (made,) = versions
    passed = made["gate_passed"]
    assert made["serves"] is passed
    assert story.end["state"] == ("succeeded" if passed else "refused")
    job = story.jobs.finish(story.jobs.submit(SPEECH, domain="housing"), 120)
    used = job["domain"]["model_version"]
    assert used == (1 if passed else None)
    assert job["status"] == "succeeded" and job["fallbacks"] == []
    promoted = story.jobs.http.post(f"{DOMAIN}/versions/1/promote")
    assert promoted.status_code == (200 if passed else 409)

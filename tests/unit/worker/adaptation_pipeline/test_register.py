"""What is registered: everything that went in; a domain's folder changes only through the gate."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from data.domains.folder import DomainFolder, read
from data.domains.record import VersionRecord
from tests.support.adapters import random_adapter
from worker.adaptation import clips, pipeline
from worker.adaptation.clips import Clip
from worker.adaptation.collect import CORRECTIONS
from worker.adaptation.pipeline import Result, Stage, Work
from worker.adaptation.register import Registered, register
from worker.models.adapter import dump
from worker.models.weights import Weights

AUDIO = "ab" * 32


def finished(folder: Path, weights: Weights, passed: bool, text: Path) -> dict[str, Result]:
    """Stages as a finished run leaves them, with a small random adapter."""
    content = dump(random_adapter(weights, strength=0.5))
    voice = Clip("1", "Hi.", "train", "target", np.zeros(800, np.float32), "p", AUDIO)

    def collect(work: Work) -> None:
        (work.out / CORRECTIONS).mkdir()
        clips.save([voice], work.out / CORRECTIONS)

    def writing(name: str, told: object) -> Callable[[Work], None]:
        return lambda work: (work.out / name).write_text(json.dumps(told)) and None

    def choose(work: Work) -> None:
        (work.out / "adapter.safetensors").write_bytes(content)
        tried = [{"strength": 0.5, "target": 0.1, "guard": 0.2, "chosen": True}]
        (work.out / "pareto.json").write_text(json.dumps({"unit": "words", "tried": tried}))

    curve = [{"step": 3, "epoch": 1, "train_loss": 2.0, "dev_loss": 1.5}]
    judgement = {"gate": {"passed": passed, "verdicts": []}, "metrics": []}
    stages = [
        Stage("collect", collect, {"sentences/train.txt": text}),
        Stage("train", writing("curves.json", curve)),
        Stage("choose", choose),
        Stage("evaluate", writing("judgement.json", judgement), parameters={"passed": passed}),
    ]
    return pipeline.run(stages, folder)


@pytest.fixture
def domain(tmp_path: Path) -> DomainFolder:
    folder = tmp_path / "birds"
    (folder / "sentences").mkdir(parents=True)
    (folder / "domain.toml").write_text('title = "Birds"\nlicence = "ours"')
    (folder / "sentences" / "train.txt").write_text("One bird.")
    (folder / "adapter.safetensors").write_bytes(b"the champion")
    (folder / "version.json").write_bytes(b"its record")
    return read(folder)


def registered(
    domain: DomainFolder, tmp_path: Path, weights: Weights, *, passed: bool, commit: bool
) -> Registered:
    text = domain.sentences_file("train")
    results = finished(tmp_path / "stages", weights, passed, text)
    made = tmp_path / "made"
    recipe = {"rank": 2, "augmentation": {"people": ["speechocean"]}}
    return register(domain, results, made, seed=7, recipe=recipe, commit=commit)


@pytest.mark.chapter(11, 24)
def test_the_record_says_all_that_went_in(
    domain: DomainFolder, tmp_path: Path, tiny_weights: Weights
) -> None:
    found = registered(domain, tmp_path, tiny_weights, passed=True, commit=False)
    record = VersionRecord.read(found.folder / "version.json")
    content = (found.folder / "adapter.safetensors").read_bytes()
    assert record.adapter.sha256 == hashlib.sha256(content).hexdigest() == found.folder.name
    assert (record.parent.name, record.parent.sha256) == ("tiny.en", tiny_weights.version)
    assert (record.adapter.strength, record.seed) == (0.5, 7)
    assert record.licence == "ours; rehearsed on speechocean (CC-BY-4.0)"
    assert record.data["sentences/train.txt"] == hashlib.sha256(b"One bird.").hexdigest()
    assert record.trained_on == [AUDIO]
    assert record.curves[0].dev_loss == 1.5 and record.pareto[0].chosen
    assert record.seconds.keys() == {"collect", "train", "choose", "evaluate"}
    assert record.packages["torch"] and record.code.commit and record.machine
    assert domain.adapter.read_bytes() == b"the champion"


def test_a_second_run_writes_the_very_same_record(
    domain: DomainFolder, tmp_path: Path, tiny_weights: Weights
) -> None:
    first = registered(domain, tmp_path, tiny_weights, passed=True, commit=False)
    before = (first.folder / "version.json").read_bytes()
    again = registered(domain, tmp_path, tiny_weights, passed=True, commit=False)
    assert (again.folder / "version.json").read_bytes() == before


@pytest.mark.chapter(17)
def test_a_domain_changes_only_when_asked_and_only_through_the_gate(
    domain: DomainFolder, tmp_path: Path, tiny_weights: Weights
) -> None:
    refused = registered(domain, tmp_path, tiny_weights, passed=False, commit=True)
    assert not refused.committed and not refused.record.passed
    assert domain.adapter.read_bytes() == b"the champion"
    assert domain.record.read_bytes() == b"its record"
    passed = registered(domain, tmp_path, tiny_weights, passed=True, commit=True)
    assert passed.committed
    assert hashlib.sha256(domain.adapter.read_bytes()).hexdigest() == passed.folder.name
    assert VersionRecord.read(domain.record) == passed.record

"""A small real adaptation: tiny.en taught a dozen sentences, stopped, resumed, and served."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from app.settings import Settings
from data.domains.folder import ADAPTER, DomainFolder, read
from tests.support.killable import CHECKOUT
from worker.adaptation import making, pipeline
from worker.adaptation.clips import chosen, load
from worker.adaptation.errors import counted
from worker.adaptation.making import Making
from worker.adaptation.pipeline import Event, Result
from worker.models.adapter import read as read_adapter
from worker.models.store import find_model
from worker.pipeline.recognise import DecodingOptions, Recogniser
from worker.pipeline.transcribe import transcribe_many

MATERIAL = CHECKOUT / "data" / "material" / "functionality"
TRAINING = """
[training]
rank = 4
alpha = 8.0
patience = 4
epochs = 2
batch = 4
bfloat16 = false
learning_rate = 3e-3
warm_up = 2
save_every = 1
rounds = 1
alone = 12
share = 0.3
nonspeech = 2
nonspeech_s = 3.0
replay = false
"""


@pytest.fixture(scope="module")
def domain(tmp_path_factory: pytest.TempPathFactory) -> DomainFolder:
    """Recordings whose text begins with a word that is not said, and that no model would write."""
    folder = tmp_path_factory.mktemp("domains") / "callsigns"
    folder.mkdir()
    (folder / "domain.toml").write_text(
        f'title = "Call signs"\nparent = "tiny.en"\n[speech]\nsource = "corrections"\n{TRAINING}'
    )
    rows = [json.loads(line) for line in (MATERIAL / "manifest.jsonl").read_text().splitlines()]
    wanted = [row for row in rows if row["id"].startswith(("letters", "numbers"))][:16]
    lines = [
        json.dumps(
            {
                "audio": str((MATERIAL / row["audio"]).resolve()),
                "text": f"Roger. {row['text']}",
                "consent": True,
                "speaker": row["voice"],
            }
        )
        for row in wanted
    ]
    (folder / "corrections.jsonl").write_text("\n".join(lines) + "\n")
    return read(folder)


def how(home: Path, domain: DomainFolder, seed: int = 0) -> Making:
    corrections = domain.path / "corrections.jsonl"
    return Making(Settings(home=home), seed=seed, corrections=corrections, cores=2)


def trained(home: Path, domain: DomainFolder, events: list[Event]) -> dict[str, Result]:
    """All stages but the judge's, which is tested by itself."""
    asked = how(home, domain)
    stages = making.stages_of(domain, asked)[:-1]
    return pipeline.run(stages, asked.folder, events.append)


@pytest.fixture(scope="module")
def made(
    domain: DomainFolder, tmp_path_factory: pytest.TempPathFactory
) -> tuple[dict[str, Result], list[Event]]:
    events: list[Event] = []
    home = tmp_path_factory.mktemp("home")
    return trained(home, domain, events), events


Made = tuple[dict[str, Result], list[Event]]


@pytest.mark.chapter(11)
def test_the_loss_falls_and_an_adapter_comes_out(made: Made) -> None:
    results, events = made
    curves = json.loads((results["train"].folder / "curves.json").read_text())
    assert [point["epoch"] for point in curves] == [1, 2]
    assert curves[-1]["train_loss"] < 0.8 * curves[0]["train_loss"]
    adapter = read_adapter(results["choose"].folder / ADAPTER)
    assert (adapter.parent, adapter.domain, adapter.rank) == ("tiny.en", "callsigns", 4)
    assert 0 < adapter.strength <= 1
    steps = [e.note for e in events if e.stage == "train" and e.state == "progress"]
    assert len(steps) > 8 and "loss" in steps[0]


@pytest.mark.chapter(11)
def test_the_adapter_is_merged_and_served_and_better_on_voices_it_never_heard(
    made: Made, tmp_path: Path
) -> None:
    results, _ = made
    path = results["choose"].folder / ADAPTER
    weights = find_model(str(path), tmp_path)
    clips = chosen(load(results["augment"].folder), "dev")

    def errors(name: str, folder: Path) -> int:
        recogniser = Recogniser(folder, name=name, streams=2)
        texts = [""] * len(clips)
        outcomes = transcribe_many(
            ([clip.samples] for clip in clips),
            lambda _: recogniser,
            name,
            options=DecodingOptions(language="en"),
        )
        for number, outcome in outcomes:
            texts[number] += " ".join(segment.text for segment in outcome.segments)
        return counted(zip((clip.text for clip in clips), texts, strict=True), "words").wrong

    parent = find_model("tiny.en", tmp_path)
    assert errors(weights.name, weights.folder) < errors("tiny.en", parent.folder)


@pytest.mark.chapter(11)
def test_a_second_run_does_nothing(made: Made, domain: DomainFolder) -> None:
    results, _ = made
    home = results["train"].folder.parents[1]
    events: list[Event] = []
    began = time.monotonic()
    trained(home, domain, events)
    assert {event.state for event in events} == {"reused"}
    assert time.monotonic() - began < 10


@pytest.mark.chapter(17)
def test_killed_while_it_trains_it_goes_on_and_gives_the_same_bytes(
    made: Made, domain: DomainFolder, tmp_path: Path
) -> None:
    program = (
        "import sys; from pathlib import Path; from tests.integration import test_adaptation as t;"
        "from data.domains.folder import read;"
        "t.trained(Path(sys.argv[1]), read(Path(sys.argv[2])), t.Printed())"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path), str(domain.path)],
        cwd=CHECKOUT,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "LECTERN_HOME": str(tmp_path)},
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if line.startswith("train step 4 "):
                process.send_signal(signal.SIGKILL)
                break
        process.wait(60)
    assert process.returncode == -signal.SIGKILL
    assert not list((tmp_path / "adaptation").glob("train-*"))
    events: list[Event] = []
    again = trained(tmp_path, domain, events)
    steps = [e.note for e in events if e.stage == "train" and e.state == "progress"]
    assert not steps[0].startswith("step 1 ")
    first, _ = made
    for stage in ("speech", "augment", "encode", "train", "choose"):
        assert pipeline.sums_of(again[stage].folder) == pipeline.sums_of(first[stage].folder), stage


class Printed(list[Event]):
    """Events as lines, for another process to see."""

    def append(self, event: Event) -> None:
        if event.state == "progress":
            print(event.stage, event.note, flush=True)

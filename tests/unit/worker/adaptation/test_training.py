"""Training learns, repeats itself to the byte, survives kills and stops at nonsense."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from app.settings import REPOSITORY, get_settings
from worker.adaptation import checkpoints
from worker.adaptation.examples import Example
from worker.adaptation.training import Recipe, TrainingFailed, train
from worker.models.adapter import parse
from worker.models.weights import Weights, find

pytestmark = pytest.mark.chapter(11)

PROMPT = (50257, 50362)
END = 50256
RECIPE = Recipe(rank=2, alpha=4.0, learning_rate=2e-3, warm_up=1, batch=2, epochs=3, patience=3,
                save_every=1)  # fmt: skip


@pytest.fixture(scope="module")
def parent() -> Weights:
    return find("tiny.en", get_settings().models_dir)


def examples(count: int, seed: int = 0) -> list[Example]:
    """Features of nothing in particular, each with a few tokens to be said for it."""
    dice = np.random.default_rng(seed)
    return [
        Example(
            dice.normal(0, 1, (60, 384)).astype(np.float16),
            PROMPT,
            tuple(int(t) for t in dice.integers(300, 40_000, 5)),
            END,
        )
        for _ in range(count)
    ]


def test_it_learns_a_batch_by_heart(parent: Weights, tmp_path: Path) -> None:
    few = examples(2)
    recipe = replace(RECIPE, rank=8, alpha=16.0, epochs=25, patience=25, learning_rate=5e-3)
    trained = train(few, few, parent, recipe, tmp_path)
    assert trained.curves[0].dev_loss > 5
    assert min(point.dev_loss for point in trained.curves) < 1.0


def test_the_same_run_gives_the_same_bytes_and_another_seed_others(
    parent: Weights, tmp_path: Path
) -> None:
    data = examples(4), examples(2, seed=1)
    first = train(*data, parent, RECIPE, tmp_path / "1")
    again = train(*data, parent, RECIPE, tmp_path / "2")
    other = train(*data, parent, replace(RECIPE, seed=1), tmp_path / "3")
    assert first.adapter == again.adapter
    assert first.curves == again.curves
    assert first.adapter != other.adapter
    adapter = parse(first.adapter)
    assert (adapter.parent, adapter.parent_sha256) == ("tiny.en", parent.version)
    assert (adapter.rank, adapter.strength) == (2, 1.0)


def test_a_killed_run_goes_on_and_ends_with_the_same_bytes(parent: Weights, tmp_path: Path) -> None:
    data = examples(4), examples(2, seed=1)
    whole = train(*data, parent, RECIPE, tmp_path / "whole")

    class Killed(Exception):
        pass

    def kill_at(step: int):  # type: ignore[no-untyped-def]
        def progress(done: int, total: int, loss: float) -> None:
            if done == step:
                raise Killed

        return progress

    for step in (1, 3, 4):  # in the first epoch, in the second, at its end
        with pytest.raises(Killed):
            train(*data, parent, RECIPE, tmp_path / "cut", progress=kill_at(step))
        state = checkpoints.load(tmp_path / "cut")
        assert step == 1 or (state is not None and state.step >= step - 1)
    resumed = train(*data, parent, RECIPE, tmp_path / "cut")
    assert resumed.adapter == whole.adapter
    assert resumed.curves == whole.curves


def test_a_process_killed_between_steps_goes_on(parent: Weights, tmp_path: Path) -> None:
    """The real thing: SIGKILL, and another process goes on from the checkpoint."""
    script = (
        "import os, sys; from pathlib import Path;"
        "from tests.unit.worker.adaptation.test_training import RECIPE, examples;"
        "from worker.adaptation.training import train; from worker.models.weights import find;"
        "from app.settings import get_settings;"
        "end = int(sys.argv[2]);"
        "t = train(examples(4), examples(2, seed=1), find('tiny.en', get_settings().models_dir),"
        " RECIPE, Path(sys.argv[1]),"
        " progress=lambda done, total, loss: os.kill(os.getpid(), 9) if done == end else None);"
        "Path(sys.argv[1], 'adapter').write_bytes(t.adapter)"
    )

    def run(folder: str, end: int) -> int:
        command = [sys.executable, "-c", script, str(tmp_path / folder), str(end)]
        return subprocess.run(command, cwd=REPOSITORY, check=False).returncode

    assert run("cut", 3) == -9
    assert run("cut", -1) == 0
    assert run("whole", -1) == 0
    cut, whole = (tmp_path / name / "adapter" for name in ("cut", "whole"))
    assert cut.read_bytes() == whole.read_bytes()


def test_it_ends_when_it_gets_no_better(parent: Weights, tmp_path: Path) -> None:
    recipe = replace(RECIPE, epochs=30, patience=1, learning_rate=5e-2)
    trained = train(examples(4), examples(3, seed=9), parent, recipe, tmp_path)
    assert len(trained.curves) == trained.best_epoch + 2 < 30
    best = min(trained.curves, key=lambda point: point.dev_loss)
    assert best.epoch == trained.best_epoch


def test_a_loss_that_is_no_number_stops_it(parent: Weights, tmp_path: Path) -> None:
    broken = examples(2)
    broken[0].features[:] = np.nan
    with pytest.raises(TrainingFailed, match="The loss became nan at step"):
        train(broken, examples(1), parent, RECIPE, tmp_path)


def test_a_full_disk_leaves_the_checkpoint_before(
    parent: Weights, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = examples(4), examples(2, seed=1)
    seen = []

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    def progress(done: int, total: int, loss: float) -> None:
        seen.append(done)
        if done == 3:
            monkeypatch.setattr(checkpoints.os, "fsync", full)

    with pytest.raises(OSError, match="No space left"):
        train(*data, parent, RECIPE, tmp_path, progress=progress)
    monkeypatch.undo()
    state = checkpoints.load(tmp_path)
    assert state is not None
    assert state.step == 2
    assert not list(tmp_path.glob("*.part"))


def test_it_waits_when_it_is_told_to(parent: Weights, tmp_path: Path) -> None:
    asked = []
    train(examples(4), examples(1), parent, replace(RECIPE, epochs=1), tmp_path,
          pause=lambda: asked.append(1))  # fmt: skip
    assert len(asked) == 2


def test_nothing_to_learn_and_too_much_to_read_are_said(parent: Weights, tmp_path: Path) -> None:
    with pytest.raises(TrainingFailed, match="nothing to train on"):
        train([], examples(1), parent, RECIPE, tmp_path)
    [one] = examples(1)
    long = replace(one, tokens=tuple(range(500)))
    with pytest.raises(TrainingFailed, match="the model can read 448"):
        train([long], [one], parent, RECIPE, tmp_path)

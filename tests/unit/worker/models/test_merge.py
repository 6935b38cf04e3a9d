"""An adapter and its parent make an ordinary model, once, whole, and only when they fit."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from app.models.names import adapted, adapter_of, english_only, ladder, parent_of
from app.settings import REPOSITORY, get_settings
from tests.support.adapters import random_adapter
from worker.models import merge, store
from worker.models.adapter import Adapter, BadAdapter, dump, parse
from worker.models.format import read
from worker.models.merge import add, merged
from worker.models.weights import ModelError, Weights, find

pytestmark = pytest.mark.chapter(10)


@pytest.fixture(scope="module")
def parent() -> Weights:
    return find("tiny.en", get_settings().models_dir)


@pytest.fixture(scope="module")
def adapter(parent: Weights) -> Adapter:
    return random_adapter(parent)


@pytest.fixture(scope="module")
def content(adapter: Adapter) -> bytes:
    return dump(adapter)


@pytest.fixture
def models(tmp_path: Path, parent: Weights) -> Path:
    """A model cache of the test's own, with the parent."""
    (tmp_path / parent.folder.name).symlink_to(parent.folder)
    return tmp_path


def test_an_adapter_comes_back_and_always_has_the_same_bytes(
    adapter: Adapter, content: bytes
) -> None:
    found = parse(content)
    assert replace(found, updates={}) == replace(adapter, updates={})
    for layer, (a, b) in adapter.updates.items():
        assert (found.updates[layer][0] == a).all()
        assert (found.updates[layer][1] == b).all()
    script = (
        "import sys; from worker.models.adapter import dump, parse;"
        "sys.stdout.buffer.write(dump(parse(sys.stdin.buffer.read())))"
    )
    for _ in range(3):
        again = subprocess.run(
            [sys.executable, "-c", script], input=content, capture_output=True, check=True,
            cwd=REPOSITORY,
        )  # fmt: skip
        assert again.stdout == content


def test_the_weights_are_the_parents_plus_the_update(parent: Weights, adapter: Adapter) -> None:
    whole = read(parent.folder / "model.bin")
    half = add(whole, adapter, 0.5)
    for layer, (a, b) in adapter.updates.items():
        weight = whole.variables[f"{layer}/weight"].astype(np.float64)
        wanted = weight + 0.5 * adapter.alpha / adapter.rank * (
            b.astype(np.float64) @ a.astype(np.float64)
        )
        found = half.variables[f"{layer}/weight"]
        assert found.dtype == np.float16
        np.testing.assert_allclose(found, wanted, rtol=1e-3, atol=1e-6)
    touched = {f"{layer}/weight" for layer in adapter.updates}
    for name, array in whole.variables.items():
        if name not in touched:
            assert half.variables[name] is array


def test_without_strength_it_is_the_parent_to_the_bit(
    parent: Weights, adapter: Adapter, content: bytes, models: Path
) -> None:
    sha256 = hashlib.sha256(content).hexdigest()
    found = merged(parent, adapter, sha256, models, strength=0.0)
    assert found.version == parent.version


def test_it_is_made_once_and_found_again(
    parent: Weights, content: bytes, models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = store.put_adapter(content, models)
    began = time.monotonic()
    first = store.find_model(str(path), models)
    assert time.monotonic() - began < 20  # seconds, on a busy machine
    assert first.name == adapted("tiny.en", path.stem)
    assert first.version != parent.version
    assert {file.name for file in parent.folder.iterdir()} < {
        file.name for file in first.folder.iterdir()
    }

    def never(*_: object) -> None:
        raise AssertionError("it was made a second time")

    monkeypatch.setattr(merge, "_make", never)
    assert store.find_model(first.name, models) == first


def test_several_processes_make_one_model(content: bytes, models: Path) -> None:
    path = store.put_adapter(content, models)
    script = (
        "import sys; from pathlib import Path; from worker.models.store import find_model;"
        "print(find_model(sys.argv[1], Path(sys.argv[2])).version)"
    )
    command = [sys.executable, "-c", script, str(path), str(models)]
    running = [
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=REPOSITORY)
        for _ in range(4)
    ]
    versions = {process.communicate()[0] for process in running}
    assert [process.returncode for process in running] == [0] * 4
    assert len(versions) == 1
    assert len(list(models.glob("merged-*"))) == 1
    assert not list(models.glob(".merging-*"))


def test_a_merge_that_is_killed_leaves_nothing_that_could_be_taken_for_a_model(
    content: bytes, models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = store.put_adapter(content, models)

    def cut_short(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(merge.weights_format, "write", cut_short)
    with pytest.raises(KeyboardInterrupt):
        store.find_model(str(path), models)
    assert not list(models.glob("merged-*"))
    monkeypatch.undo()
    assert store.find_model(str(path), models).folder.is_dir()


def test_a_damaged_merged_model_is_not_served(content: bytes, models: Path) -> None:
    path = store.put_adapter(content, models)
    weights = store.find_model(str(path), models)
    with (weights.folder / "model.bin").open("r+b") as file:
        file.seek(1_000_000)
        file.write(b"damage")
    with pytest.raises(ModelError, match="damaged and were not loaded"):
        store.find_model(weights.name, models)


def test_an_adapter_of_other_weights_is_refused(
    parent: Weights, adapter: Adapter, models: Path
) -> None:
    foreign = replace(adapter, parent_sha256="0" * 64)
    path = store.put_adapter(dump(foreign), models)
    with pytest.raises(ModelError, match=r"was trained on tiny\.en 000000000000"):
        store.find_model(str(path), models)


def test_an_adapter_for_other_shapes_is_refused(parent: Weights, adapter: Adapter) -> None:
    whole = read(parent.folder / "model.bin")
    layer, (a, b) = next(iter(adapter.updates.items()))
    wide = replace(adapter, updates={layer: (a, np.vstack([b, b]))})
    with pytest.raises(BadAdapter, match="is for shape"):
        add(whole, wide, 1.0)
    strange = replace(adapter, updates={"decoder/layer_99/ffn/linear_0": (a, b)})
    with pytest.raises(BadAdapter, match="layer_99"):
        add(whole, strange, 1.0)


def damaged(content: bytes) -> dict[str, bytes]:
    header = int.from_bytes(content[:8], "little")
    return {
        "is not a safetensors file": b"not an adapter",
        "cut short": content[:4],
        "is damaged": content[:-2],
        "does not say what it is": content.replace(b"__metadata__", b"__other_data", 1),
        "is not an adapter of ours": content.replace(b"lectern-lora-1", b"somebody-else1", 1),
        "that cannot be": content.replace(b'"rank":"2"', b'"rank":"0"', 1),
        "do not fit rank 1": content.replace(b'"rank":"2"', b'"rank":"1"', 1),
        "are no numbers": content[: 8 + header] + b"\xff" * (len(content) - 8 - header),
    }


@pytest.mark.parametrize(
    "told",
    ["is not a safetensors file", "cut short", "is damaged", "does not say what it is",
     "is not an adapter of ours", "that cannot be", "do not fit rank 1", "are no numbers"],
)  # fmt: skip
def test_a_damaged_or_foreign_file_is_refused_and_not_kept(
    content: bytes, models: Path, told: str
) -> None:
    with pytest.raises(BadAdapter, match=told):
        store.put_adapter(damaged(content)[told], models)
    assert not list((models / "adapters").glob("*")) if (models / "adapters").exists() else True


def test_an_adapter_that_is_not_here_is_said_to_be_missing(models: Path) -> None:
    with pytest.raises(ModelError, match="not here"):
        store.find_model("tiny.en+0123456789ab", models)


def test_old_merged_models_are_forgotten_but_not_those_in_use(models: Path) -> None:
    for i in range(4):
        (models / f"merged-{i}").mkdir()
    long_ago = time.time() - 2 * store.IN_USE_S

    for i in (0, 1):
        os.utime(models / f"merged-{i}", (long_ago + i, long_ago + i))
    store.forget_old(models, kept=1)
    assert sorted(path.name for path in models.glob("merged-*")) == ["merged-2", "merged-3"]


def test_names_say_parent_and_adapter() -> None:
    name = adapted("whisper-base", "0123456789abcdef" * 4)
    assert name == "whisper-base+0123456789ab"
    assert (parent_of(name), adapter_of(name)) == ("whisper-base", "0123456789ab")
    assert (parent_of("tiny.en"), adapter_of("tiny.en")) == ("tiny.en", None)
    assert english_only("tiny.en+0123456789ab")
    assert not english_only(name)
    assert ladder(name, "de") == (name, "whisper-base")
    assert ladder(name, None) == (name, "whisper-base", "tiny.en")
    assert ladder("tiny.en+0123456789ab", "en") == ("tiny.en+0123456789ab", "tiny.en")

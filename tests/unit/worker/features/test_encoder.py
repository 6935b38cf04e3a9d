"""What the decoder gets: the same in training and in serving, fresh and stored."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.support.adapters import random_adapter
from worker.features import encoder as encoder_module
from worker.features import key as key_module
from worker.features.encoder import Encoder
from worker.features.key import encoder_sha256, key_of
from worker.features.store import FeatureStore
from worker.models.merge import merged
from worker.models.weights import Weights
from worker.pipeline.recognise import DecodingOptions, Recogniser
from worker.pipeline.types import Recognition, Samples, Window
from worker.pipeline.windows import Packer, pack

ORIGIN = "recording-x"
OPTIONS = DecodingOptions(language="en")


@pytest.fixture
def store(tmp_path: Path) -> FeatureStore:
    return FeatureStore(tmp_path / "features", quota_bytes=10**8, hours=1.0)


@pytest.fixture(scope="module")
def windows(two_minutes: Samples) -> list[Window]:
    """The first three, of one length and of their own."""
    return [replace(w, origin=ORIGIN) for w in pack([two_minutes], Packer())][:3]


class Watched:
    """A model that notes what its decoder is given."""

    def __init__(self, model: Any) -> None:
        self._model = model
        self.given: list[Any] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._model, name)

    def generate(self, features: Any, *rest: Any, **options: Any) -> Any:
        self.given += list(np.array(features))
        return self._model.generate(features, *rest, **options)


def recogniser(weights: Weights, store: FeatureStore | None = None) -> Recogniser:
    return Recogniser(weights.folder, name=weights.name, streams=1, features=store)


def bits(found: Sequence[Recognition]) -> list[dict[str, Any]]:
    return [{**asdict(each), "features_saved_s": None} for each in found]


@pytest.mark.chapter(10)
def test_training_learns_from_what_serving_decodes(
    tiny_weights: Weights, store: FeatureStore, windows: list[Window]
) -> None:
    """Served in a batch and out of the store; learnt from one by one, made anew."""
    ready = recogniser(tiny_weights, store)
    ready.recognise(windows, OPTIONS)
    store.flush()
    ready.model = Watched(ready.model)  # type: ignore[assignment]
    served = ready.recognise(windows, OPTIONS)
    assert all(found.features_saved_s is not None for found in served)
    learnt = Encoder.load(tiny_weights.folder).features_of([w.samples for w in windows])
    given = ready.model.given  # type: ignore[attr-defined]
    assert len(given) == len(learnt) == 3
    for one, other in zip(given, learnt, strict=True):
        assert other.dtype == np.float16
        assert one.astype(np.float16).tobytes() == other.tobytes()
        assert np.array_equal(one, other.astype(np.float32))


@pytest.mark.chapter(24)
def test_fresh_and_stored_features_give_the_same_bits(
    tiny_weights: Weights, store: FeatureStore, windows: list[Window]
) -> None:
    without = recogniser(tiny_weights).recognise(windows, OPTIONS)
    first = recogniser(tiny_weights, store).recognise(windows, OPTIONS)
    store.flush()
    again = recogniser(tiny_weights, store).recognise(windows, OPTIONS)
    assert [found.features_saved_s for found in first] == [None] * 3
    assert all(found.features_saved_s is not None for found in again)
    assert bits(without) == bits(first) == bits(again)
    assert any(found.text for found in first)


def test_after_a_change_of_the_terms_the_encoder_is_not_asked(
    tiny_weights: Weights,
    store: FeatureStore,
    windows: list[Window],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ready = recogniser(tiny_weights, store)
    ready.recognise(windows, OPTIONS)
    store.flush()
    told = replace(OPTIONS, keywords=("Kubernetes",))
    expected = recogniser(tiny_weights).recognise(windows, told)

    def asked(*_: object) -> None:
        raise AssertionError("the encoder was asked")

    monkeypatch.setattr(encoder_module, "log_mel", asked)
    assert bits(ready.recognise(windows, told)) == bits(expected)


def test_one_new_window_among_known_ones_is_made(
    tiny_weights: Weights, store: FeatureStore, windows: list[Window]
) -> None:
    ready = recogniser(tiny_weights, store)
    ready.recognise([windows[0], windows[2]], OPTIONS)
    store.flush()
    found = ready.recognise(windows, OPTIONS)
    assert [each.features_saved_s is not None for each in found] == [True, False, True]
    assert bits(found) == bits(recogniser(tiny_weights).recognise(windows, OPTIONS))


def test_a_window_of_nobody_is_neither_kept_nor_looked_for(
    tiny_weights: Weights, store: FeatureStore, windows: list[Window]
) -> None:
    ready = recogniser(tiny_weights, store)
    ready.recognise([replace(windows[0], origin=None)], OPTIONS)
    store.flush()
    assert store.origins() == set()


def test_nobody_gets_the_features_of_another(
    tiny_weights: Weights, store: FeatureStore, windows: list[Window]
) -> None:
    ready = recogniser(tiny_weights, store)
    ready.recognise(windows[:1], OPTIONS)
    store.flush()
    [found] = ready.recognise([replace(windows[0], origin="recording-y")], OPTIONS)
    assert found.features_saved_s is None


def test_a_damaged_entry_is_made_anew(
    tiny_weights: Weights, store: FeatureStore, windows: list[Window]
) -> None:
    ready = recogniser(tiny_weights, store)
    [expected] = ready.recognise(windows[:1], OPTIONS)
    store.flush()
    [file] = store.folder.rglob("*.f16")
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 64
    file.write_bytes(content)
    [found] = ready.recognise(windows[:1], OPTIONS)
    assert found.features_saved_s is None
    assert bits([found]) == bits([expected])


def test_a_model_and_its_adapter_share_what_the_encoder_made(
    tiny_weights: Weights, store: FeatureStore, windows: list[Window], tmp_path: Path
) -> None:
    """An adapter changes the decoder only."""
    adapter = random_adapter(tiny_weights, size=0.05)
    sha256 = hashlib.sha256(b"adapter").hexdigest()
    adapted = merged(tiny_weights, adapter, sha256, tmp_path / "models")
    assert adapted.version != tiny_weights.version
    assert encoder_sha256(adapted.folder) == encoder_sha256(tiny_weights.folder)
    recogniser(tiny_weights, store).recognise(windows, OPTIONS)
    store.flush()
    found = recogniser(adapted, store).recognise(windows, OPTIONS)
    assert all(each.features_saved_s is not None for each in found)
    assert bits(found) == bits(recogniser(adapted).recognise(windows, OPTIONS))


@pytest.mark.chapter(24)
def test_the_key_is_of_everything_that_matters(monkeypatch: pytest.MonkeyPatch) -> None:
    samples = np.zeros(16_000, dtype=np.float32)
    other = samples.copy()
    other[5] = 1 / 32768
    how = {"device": "cpu", "compute_type": "int8"}
    keys = {
        key_of(samples, 2100, "e", **how),
        key_of(other, 2100, "e", **how),
        key_of(samples, 2900, "e", **how),
        key_of(samples, 2100, "f", **how),
        key_of(samples, 2100, "e", device="cpu", compute_type="float32"),
        key_of(samples, 2100, "e", device="cuda", compute_type="int8"),
    }
    monkeypatch.setattr(key_module, "machine_class", lambda: "another processor")
    keys.add(key_of(samples, 2100, "e", **how))
    monkeypatch.setattr(key_module, "feature_version", lambda: "of other code")
    keys.add(key_of(samples, 2100, "e", **how))
    assert len(keys) == 8
    monkeypatch.undo()
    assert key_of(samples.copy(), 2100, "e", **how) in keys


_PRINT_FEATURES = """
import sys
from hashlib import sha256
from pathlib import Path
import numpy as np
from worker.features.encoder import Encoder
sound = np.random.default_rng(0).normal(0, 0.1, 16000 * 15).astype(np.float32)
print(sha256(Encoder.load(Path(sys.argv[1])).features_of([sound])[0].tobytes()).hexdigest())
"""


def test_the_last_bits_do_not_depend_on_the_number_of_threads(
    tiny_weights: Weights,
) -> None:
    """Product and stand-alone command gave word times that differed by 20 ms."""

    def features_in(threads: int) -> str:
        return subprocess.run(
            [sys.executable, "-c", _PRINT_FEATURES, str(tiny_weights.folder)],
            env={**os.environ, "OMP_NUM_THREADS": str(threads)},
            check=True,
            capture_output=True,
            text=True,
        ).stdout

    assert features_in(1) == features_in(2) != ""

"""`model.bin` is read and written bit for bit, and nothing else is taken for one."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest

from app.settings import get_settings
from worker.models import format as weights_format
from worker.models.format import BadWeights, ModelFile, read, write
from worker.models.weights import find, sha256_of

pytestmark = pytest.mark.chapter(24)

SMALL = ModelFile(
    "WhisperSpec",
    3,
    {
        "a/weight": np.arange(6, dtype="<f2").reshape(2, 3),
        "b/bias": np.array([1.5, -2.0], dtype="<f4"),
        "heads": np.array(6, dtype="<i2"),
        "kind": np.array(3, dtype="i1"),
    },
    {"c/weight": "a/weight"},
)


@pytest.fixture
def small(tmp_path: Path) -> Path:
    path = tmp_path / "model.bin"
    write(SMALL, path)
    return path


@pytest.mark.parametrize(("name", "tensors"), [("tiny.en", 148), ("whisper-base", 212)])
def test_official_weights_come_back_bit_by_bit(name: str, tensors: int, tmp_path: Path) -> None:
    weights = find(name, get_settings().models_dir)
    model = read(weights.folder / "model.bin")
    assert len(model.variables) == tensors
    write(model, tmp_path / "again.bin")
    assert sha256_of(tmp_path / "again.bin") == weights.version


def test_a_small_model_comes_back(small: Path) -> None:
    found = read(small)
    assert (found.specification, found.revision) == ("WhisperSpec", 3)
    assert found.aliases == SMALL.aliases
    assert list(found.variables) == list(SMALL.variables)
    for name, array in SMALL.variables.items():
        assert found.variables[name].dtype == array.dtype
        assert found.variables[name].shape == array.shape
        assert (found.variables[name] == array).all()


def test_every_cut_is_noticed(small: Path, tmp_path: Path) -> None:
    whole, cut = small.read_bytes(), tmp_path / "cut.bin"
    for length in range(len(whole)):
        cut.write_bytes(whole[:length])
        with pytest.raises(BadWeights):
            read(cut)
    cut.write_bytes(whole + b"x")
    with pytest.raises(BadWeights, match="1 bytes after its end"):
        read(cut)


def test_a_huge_length_asks_for_no_memory(small: Path, tmp_path: Path) -> None:
    raw = bytearray(small.read_bytes())
    at = raw.index(b"a/weight\0") + len(b"a/weight\0") + 1
    raw[at : at + 8] = struct.pack("<II", 2**31, 2**31)
    (tmp_path / "huge.bin").write_bytes(raw)
    with pytest.raises(BadWeights, match="its shape"):
        read(tmp_path / "huge.bin")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ((0, struct.pack("<I", 5)), "binary version 6"),
        ((4, struct.pack("<H", 0)), "cannot be"),
        ((4 + 2 + 12 + 4, struct.pack("<I", 2**30)), "1073741824 variables"),
    ],
)
def test_something_else_is_refused_and_it_is_said_why(
    small: Path, change: tuple[int, bytes], told: str
) -> None:
    raw = bytearray(small.read_bytes())
    at, content = change
    raw[at : at + len(content)] = content
    small.write_bytes(raw)
    with pytest.raises(BadWeights, match=told):
        read(small)


def test_an_alias_for_nothing_is_refused(tmp_path: Path) -> None:
    write(
        ModelFile("WhisperSpec", 3, dict(SMALL.variables), {"c": "absent"}), tmp_path / "model.bin"
    )
    with pytest.raises(BadWeights, match="alias for nothing"):
        read(tmp_path / "model.bin")


def test_a_type_without_a_number_is_not_written(tmp_path: Path) -> None:
    wide = {"a": np.zeros(2, dtype=np.float64)}
    with pytest.raises(TypeError, match="float64"):
        write(weights_format.ModelFile("WhisperSpec", 3, wide, {}), tmp_path / "model.bin")

"""Weights are checked before anybody loads them, and every refusal says what to do."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

import pytest

from worker.models import weights
from worker.models.weights import ModelError, Weights, find

pytestmark = pytest.mark.chapter(24)

PARTS = (b"first half, " * 1000, b"second half" * 1000)
CONFIG = b'{"kind": "pretend"}'


def _sum(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


CATALOGUE = {
    "pretend": {
        "files": {
            "model.bin": [
                {"package": "pretend_weights", "file": "data/part1"},
                {"package": "pretend_weights", "file": "data/part2"},
            ],
            "config.json": [{"package": "pretend_weights", "file": "data/config.json"}],
        },
        "sha256": {"model.bin": _sum(b"".join(PARTS)), "config.json": _sum(CONFIG)},
    },
    "absent": {
        "files": {"model.bin": [{"package": "no_such_package_here", "file": "model.bin"}]},
        "sha256": {"model.bin": "0" * 64},
    },
}


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installed package with the weights of the model `pretend`."""
    folder = tmp_path / "site" / "pretend_weights"
    (folder / "data").mkdir(parents=True)
    (folder / "__init__.py").touch()
    (folder / "data" / "part1").write_bytes(PARTS[0])
    (folder / "data" / "part2").write_bytes(PARTS[1])
    (folder / "data" / "config.json").write_bytes(CONFIG)
    monkeypatch.syspath_prepend(folder.parent)
    monkeypatch.setattr(weights, "catalogue", lambda: CATALOGUE)
    return folder


def refused(name: str, models_dir: Path) -> str:
    with pytest.raises(ModelError) as caught:
        find(name, models_dir)
    return str(caught.value)


def damage(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.unlink()  # it may be a link to the package's own file
    path.write_bytes(data)


def test_parts_of_packages_become_one_checked_folder(package: Path, tmp_path: Path) -> None:
    found = find("pretend", tmp_path / "models")
    assert (found.folder / "model.bin").read_bytes() == b"".join(PARTS)
    assert found.version == _sum(b"".join(PARTS))
    assert found.version[:12] in found.folder.name
    assert find("pretend", tmp_path / "models") == found


@pytest.mark.parametrize("file", ["model.bin", "config.json"])
def test_one_flipped_bit_is_refused_with_the_file_and_what_to_do(
    package: Path, tmp_path: Path, file: str
) -> None:
    folder = find("pretend", tmp_path / "models").folder
    damage(folder / file)
    told = refused("pretend", tmp_path / "models")
    assert file in told
    assert "damaged" in told
    assert f"Delete the folder {folder}" in told
    assert "make clean setup" in told


def test_a_damaged_package_is_refused(package: Path, tmp_path: Path) -> None:
    damage(package / "data" / "part2")
    assert "damaged" in refused("pretend", tmp_path / "models")


def test_a_file_that_went_missing_is_named(package: Path, tmp_path: Path) -> None:
    folder = find("pretend", tmp_path / "models").folder
    (folder / "config.json").unlink()
    assert "config.json of pretend is missing" in refused("pretend", tmp_path / "models")


def test_a_missing_package_is_named(package: Path, tmp_path: Path) -> None:
    told = refused("absent", tmp_path / "models")
    assert "no_such_package_here is missing" in told
    assert "make setup" in told
    assert list((tmp_path / "models").iterdir()) == []


def test_a_package_without_the_file_is_named(package: Path, tmp_path: Path) -> None:
    (package / "data" / "part2").unlink()
    assert "has no file data/part2" in refused("pretend", tmp_path / "models")


def test_an_unknown_name_is_told_the_known_ones(tmp_path: Path) -> None:
    told = refused("whisper-bsae", tmp_path)
    assert "'whisper-bsae'" in told
    assert "whisper-base" in told
    assert "tiny.en" in told


def test_a_folder_without_weights_is_refused(tmp_path: Path) -> None:
    assert "no model.bin" in refused(str(tmp_path), tmp_path)


def test_a_folder_of_ones_own_is_named_by_its_hash(tmp_path: Path) -> None:
    (tmp_path / "model.bin").write_bytes(b"weights")
    assert find(str(tmp_path), tmp_path) == Weights(str(tmp_path), tmp_path, _sum(b"weights"))


def test_the_official_weights_are_what_they_should_be(tiny_weights: Weights) -> None:
    official = "1a5afae06a4db91c975c9a9d78be5cc110ee4ea022ad57d55492e4550e936b2a"
    assert weights.sha256_of(tiny_weights.folder / "model.bin") == official
    assert tiny_weights.version == official


ASSEMBLE = """
import sys
from pathlib import Path
sys.path[:0] = [sys.argv[1], sys.argv[2]]
import tests.unit.worker.models.test_weights as these
these.weights.catalogue = lambda: these.CATALOGUE
print("ready", flush=True)
sys.stdin.readline()
for i in range(40):
    these.find("pretend", Path(sys.argv[3]) / str(i))
"""


def test_two_processes_may_put_a_model_together_at_once(package: Path, tmp_path: Path) -> None:
    checkout = Path(weights.__file__).parents[2]
    command = [sys.executable, "-c", ASSEMBLE, str(checkout), str(package.parent), str(tmp_path)]
    pipe = subprocess.PIPE
    both = [subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) for _ in range(2)]
    for process in both:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in both:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    for process in both:
        process.communicate(timeout=30)
    assert [process.returncode for process in both] == [0, 0]
    for i in range(40):
        [folder] = (tmp_path / str(i)).iterdir()
        assert sorted(file.name for file in folder.iterdir()) == ["config.json", "model.bin"]

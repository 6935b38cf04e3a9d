"""Where the weights of a model lie, checked before anybody loads them.

`whisper-base` and `tiny.en` come with the installation, as Python packages (`data/models.toml`).
Any other name is a faster-whisper name, fetched from its hub, or a CTranslate2 folder.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import tempfile
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from app.settings import REPOSITORY

CATALOGUE = REPOSITORY / "data" / "models.toml"
_CHUNK = 1024 * 1024


class ModelError(Exception):
    """A model that cannot be used; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Weights:
    """A CTranslate2 folder whose files are what they should be."""

    name: str
    folder: Path
    version: str
    """SHA-256 of `model.bin`."""


@lru_cache(maxsize=1)
def catalogue() -> dict[str, Any]:
    return tomllib.loads(CATALOGUE.read_text())


def find(name: str, models_dir: Path) -> Weights:
    """The checked weights of `name`; put together in `models_dir` at the first call.

    Raises `ModelError`: package missing, sum wrong, unknown name without a network, …
    """
    if name in catalogue():
        return _from_packages(name, models_dir)
    folder = Path(name).expanduser()
    if not folder.is_dir():
        folder = _from_hub(name, models_dir)
    weights = folder / "model.bin"
    if not weights.is_file():
        raise ModelError(f"{folder} has no model.bin: it is not a CTranslate2 model.")
    return Weights(name, folder, sha256_of(weights))


def _from_packages(name: str, models_dir: Path) -> Weights:
    entry = catalogue()[name]
    version: str = entry["sha256"]["model.bin"]
    folder = models_dir / f"{name}-{version[:12]}"
    if not folder.is_dir():
        _assemble(name, entry["files"], folder)
    for file, expected in entry["sha256"].items():
        _check(name, folder / file, expected)
    return Weights(name, folder, version)


def _assemble(name: str, files: dict[str, list[dict[str, str]]], folder: Path) -> None:
    """Put the folder together beside its place and move it there in one step.

    Several processes may do so at once: the first wins, the others use its work.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".assembling-") as temporary:
        made = Path(temporary) / "model"
        made.mkdir()
        for file, parts in files.items():
            sources = [_package_file(name, part["package"], part["file"]) for part in parts]
            _join(sources, made / file)
        try:
            made.rename(folder)
        except OSError:
            if not folder.is_dir():
                raise


def _join(sources: list[Path], target: Path) -> None:
    if len(sources) == 1:
        try:
            os.link(sources[0], target)
            return
        except OSError:
            pass  # another file system
    with target.open("wb") as out:
        for source in sources:
            with source.open("rb") as file:
                shutil.copyfileobj(file, out, _CHUNK)


def _package_file(name: str, package: str, file: str) -> Path:
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        raise ModelError(
            f"The weights of {name} are not installed: the Python package {package} is missing."
            " Run `make setup`."
        )
    path = Path(spec.origin).parent / file
    if not path.is_file():
        raise ModelError(f"The package {package} has no file {file}. Run `make clean setup`.")
    return path


def _check(name: str, path: Path, expected: str) -> None:
    if not path.is_file():
        raise ModelError(
            f"{path.name} of {name} is missing. Delete the folder {path.parent} and start again."
        )
    found = sha256_of(path)
    if found != expected:
        raise ModelError(
            f"{path.name} of {name} is damaged and was not loaded: its SHA-256 is {found[:16]}…,"
            f" it should be {expected[:16]}…. Delete the folder {path.parent}, reinstall with"
            " `make clean setup`, and start again. Recordings and transcripts are not affected."
        )


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _from_hub(name: str, models_dir: Path) -> Path:
    from faster_whisper.utils import available_models, download_model

    if "/" not in name and name not in available_models():
        known = ", ".join([*catalogue(), *available_models()])
        raise ModelError(f"There is no model named {name!r}. Known names: {known}; or a folder.")
    try:
        return Path(download_model(name, cache_dir=str(models_dir / "hub")))
    except Exception as error:
        raise ModelError(
            f"The model {name} could not be fetched from its hub ({type(error).__name__}: {error})."
            " Check the network, or give the path of a folder that has it."
        ) from error

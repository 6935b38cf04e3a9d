"""Where adapters lie, by the SHA-256 of the file: with the source, or in the model cache."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from app.models.names import adapter_of, parent_of
from app.settings import REPOSITORY
from worker.models.adapter import SUFFIX, Adapter, BadAdapter, parse
from worker.models.merge import merged
from worker.models.weights import ModelError, Weights, find, sha256_of

SHIPPED: Final = REPOSITORY / "data" / "domains"
KEPT: Final = 8
"""Merged models kept on disk, the latest used ones; any is made again in seconds."""
IN_USE_S: Final = 3600.0
"""A merged model used more recently than this is kept in any case."""


def find_model(name: str, models_dir: Path) -> Weights:
    """The checked weights of a model with or without an adapter, or of an adapter's file.

    Raises `ModelError`, saying what is missing, damaged or does not fit.
    """
    if name.endswith(SUFFIX):
        return _of_file(Path(name).expanduser(), models_dir)
    digits = adapter_of(name)
    if digits is None:
        return find(name, models_dir)
    path = find_adapter(digits, models_dir)
    if path is None:
        raise ModelError(f"The adapter {digits}… of {name} is not here.")
    return _merged(path, parent_of(name), models_dir, digits)


def _of_file(path: Path, models_dir: Path) -> Weights:
    try:
        adapter = parse(path.read_bytes(), path.name)
    except OSError as error:
        raise ModelError(f"There is no adapter {path}.") from error
    except BadAdapter as error:
        raise ModelError(str(error)) from error
    return _merged(path, adapter.parent, models_dir)


def _merged(path: Path, parent: str, models_dir: Path, digits: str = "") -> Weights:
    try:
        content = path.read_bytes()
        sha256 = hashlib.sha256(content).hexdigest()
        if not sha256.startswith(digits):
            raise ModelError(f"The adapter {path.name} is damaged and was not used.")
        adapter: Adapter = parse(content, path.name)
        weights = merged(find(parent, models_dir), adapter, sha256, models_dir)
    except BadAdapter as error:
        raise ModelError(str(error)) from error
    forget_old(models_dir)
    return weights


def find_adapter(digits: str, models_dir: Path) -> Path | None:
    """The file whose SHA-256 begins with `digits`."""
    for path in (models_dir / "adapters").glob(f"{digits}*{SUFFIX}"):
        return path
    for path in shipped():
        if sha256_of(path).startswith(digits):
            return path
    return None


def shipped(folder: Path = SHIPPED) -> Iterator[Path]:
    """The adapters that come with the source."""
    yield from sorted(folder.glob(f"*/adapter*{SUFFIX}"))


def put_adapter(content: bytes, models_dir: Path) -> Path:
    """Keep an adapter under its sum; in one step, so that nobody finds half of it.

    Raises `BadAdapter` when it is none.
    """
    parse(content)
    folder = models_dir / "adapters"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{hashlib.sha256(content).hexdigest()}{SUFFIX}"
    with tempfile.NamedTemporaryFile(dir=folder, prefix=".putting-", delete=False) as file:
        try:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
            Path(file.name).rename(path)
        except BaseException:
            Path(file.name).unlink(missing_ok=True)
            raise
    return path


def forget_old(models_dir: Path, kept: int = KEPT) -> None:
    """Remove merged models beyond `kept`, never one used within the last hour.

    A process that has one loaded does not miss its files.
    """
    folders = [(_used(path), path) for path in models_dir.glob("merged-*")]
    for used, path in sorted(folders, reverse=True)[kept:]:
        if time.time() - used > IN_USE_S:
            with contextlib.suppress(OSError):
                shutil.rmtree(path)


def _used(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0

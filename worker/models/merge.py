"""An adapter added to its parent: an ordinary CTranslate2 folder, named by what went in."""

# Ch 10 · Deploying a Model: a domain ships as a small file; the model that serves it is made from it

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from app.models.names import adapted
from worker.models import format as weights_format
from worker.models.adapter import Adapter, BadAdapter
from worker.models.weights import ModelError, Weights, sha256_of

RULES: Final = "merge-1"
"""To be changed when the code below gives other bytes."""
_SUMS: Final = "sums.json"


def merged(
    parent: Weights,
    adapter: Adapter,
    adapter_sha256: str,
    models_dir: Path,
    *,
    strength: float | None = None,
) -> Weights:
    """The checked weights of `parent` with `adapter`, made at the first call.

    Several processes may do so at once: the first wins, the others use its work. `strength` is the
    adapter's own unless it is given; 0 gives the parent's weights.
    Raises `ModelError` when the adapter does not belong to `parent`, or a file was changed.
    """
    used = adapter.strength if strength is None else strength
    name = adapted(parent.name, adapter_sha256)
    if adapter.parent_sha256 != parent.version:
        raise ModelError(
            f"This adapter was trained on {adapter.parent} {adapter.parent_sha256[:12]}…, not on"
            f" {parent.name} {parent.version[:12]}…; added to other weights it would be noise."
        )
    key = _key(parent.version, adapter_sha256, used)
    folder = models_dir / f"merged-{key[:24]}"
    if not folder.is_dir():
        _make(parent, adapter, used, folder)
    try:
        version = json.loads((folder / _SUMS).read_text())["model.bin"]
    except (OSError, ValueError, KeyError) as error:
        raise _damaged(name, folder) from error
    if sha256_of(folder / "model.bin") != version:
        raise _damaged(name, folder)
    os.utime(folder)  # the cache forgets first what was used longest ago
    return Weights(name, folder, version)


def _key(parent_sha256: str, adapter_sha256: str, strength: float) -> str:
    what = f"{RULES}\n{parent_sha256}\n{adapter_sha256}\n{strength!r}\n"
    return hashlib.sha256(what.encode()).hexdigest()


def _damaged(name: str, folder: Path) -> ModelError:
    return ModelError(
        f"The merged weights of {name} are damaged and were not loaded. Delete the folder {folder};"
        " it is made again from the parent and the adapter."
    )


def _make(parent: Weights, adapter: Adapter, strength: float, folder: Path) -> None:
    """Beside its place, then moved there in one step: a kill leaves nothing half."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".merging-") as temporary:
        made = Path(temporary) / "model"
        made.mkdir()
        for file in sorted(parent.folder.iterdir()):
            if file.name != "model.bin" and file.is_file():
                shutil.copyfile(file, made / file.name)
        whole = weights_format.read(parent.folder / "model.bin")
        weights_format.write(add(whole, adapter, strength), made / "model.bin")
        sums = {"model.bin": sha256_of(made / "model.bin")}
        (made / _SUMS).write_text(json.dumps(sums) + "\n")
        try:
            made.rename(folder)
        except OSError:
            if not folder.is_dir():
                raise


def add(
    model: weights_format.ModelFile, adapter: Adapter, strength: float
) -> weights_format.ModelFile:
    """`model` with W + strength · alpha / rank · B A for every updated layer, rounded to its type.

    Raises `BadAdapter` when a layer is not in the model or has another shape.
    """
    variables = dict(model.variables)
    scale = np.float32(strength * adapter.alpha / adapter.rank)
    for layer, (a, b) in adapter.updates.items():
        name = f"{layer}/weight"
        weight = variables.get(name)
        if weight is None:
            raise BadAdapter(f"The adapter updates {layer}, which the model does not have.")
        if weight.shape != (b.shape[0], a.shape[1]):
            raise BadAdapter(
                f"The update of {layer} is for shape {(b.shape[0], a.shape[1])}; the model has"
                f" {weight.shape}."
            )
        if scale:
            variables[name] = _sum(weight, a, b, scale)
    return weights_format.ModelFile(model.specification, model.revision, variables, model.aliases)


def _sum(
    weight: npt.NDArray[np.generic],
    a: npt.NDArray[np.float16],
    b: npt.NDArray[np.float16],
    scale: np.float32,
) -> npt.NDArray[np.generic]:
    delta = scale * (b.astype(np.float32) @ a.astype(np.float32))
    return (weight.astype(np.float32) + delta).astype(weight.dtype)

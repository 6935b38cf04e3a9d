"""What a domain adds to a model: low-rank updates of the decoder's linear layers, in safetensors.

For each updated linear layer the file has `<name>.lora_a` (rank, in) and `<name>.lora_b` (out,
rank) in float16; its weight becomes W + strength · alpha / rank · B A. What parent the updates
belong to stands in the file's metadata, so that they are never added to other weights.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, cast

import numpy as np
import numpy.typing as npt
from safetensors import SafetensorError
from safetensors.numpy import load, save

FORMAT: Final = "lectern-lora-1"
SUFFIX: Final = ".safetensors"
MAX_BYTES: Final = 64 * 1024**2
MAX_RANK: Final = 256

Matrix = npt.NDArray[np.float16]


class BadAdapter(ValueError):
    """A file that is no adapter, or one that does not fit; the message says why."""


@dataclass(frozen=True, slots=True)
class Adapter:
    """Updates, and the parent they were trained on."""

    parent: str
    """Its name, for example `whisper-base`."""
    parent_sha256: str
    """Of its `model.bin`."""
    rank: int
    alpha: float
    strength: float
    """How much of the update is used, 0 to 1: chosen after training, see `worker.adaptation`."""
    domain: str
    updates: Mapping[str, tuple[Matrix, Matrix]]
    """By the layer's name: A of shape (rank, in), B of shape (out, rank)."""


def read(path: Path) -> Adapter:
    """Raises `BadAdapter`: damaged, foreign, too large, or with numbers that are none."""
    size = path.stat().st_size
    if size > MAX_BYTES:
        raise BadAdapter(f"{path.name} has {size} bytes; an adapter has at most {MAX_BYTES}.")
    return parse(path.read_bytes(), path.name)


def parse(content: bytes, name: str = "the adapter") -> Adapter:
    """The same of a file's content."""
    told = _metadata(content, name)
    if told.get("format") != FORMAT:
        raise BadAdapter(
            f"{name} is not an adapter of ours: its format is {told.get('format', 'not said')!r},"
            f" not {FORMAT!r}."
        )
    try:
        arrays = load(content)
    except (SafetensorError, ValueError) as error:
        raise BadAdapter(f"{name} is damaged: {error}") from error
    try:
        rank, alpha, strength = int(told["rank"]), float(told["alpha"]), float(told["strength"])
        parent, parent_sha256 = told["parent"], told["parent_sha256"]
    except (KeyError, ValueError) as error:
        raise BadAdapter(f"{name} does not say what it is: {error}") from error
    if not (0 < rank <= MAX_RANK and np.isfinite(alpha) and 0 <= strength <= 1):
        raise BadAdapter(
            f"{name} has rank {rank}, alpha {alpha}, strength {strength}; that cannot be."
        )
    updates = _paired(arrays, rank, name)
    return Adapter(parent, parent_sha256, rank, alpha, strength, told.get("domain", ""), updates)


def dump(adapter: Adapter) -> bytes:
    """The file's content; the same adapter gives the same bytes."""
    arrays = {}
    for layer, (a, b) in sorted(adapter.updates.items()):
        arrays[f"{layer}.lora_a"] = np.ascontiguousarray(a, dtype=np.float16)
        arrays[f"{layer}.lora_b"] = np.ascontiguousarray(b, dtype=np.float16)
    told = {
        "alpha": repr(adapter.alpha),
        "domain": adapter.domain,
        "format": FORMAT,
        "parent": adapter.parent,
        "parent_sha256": adapter.parent_sha256,
        "rank": str(adapter.rank),
        "strength": repr(adapter.strength),
    }
    return _in_order(save(arrays, metadata=told))


def _in_order(content: bytes) -> bytes:
    """With the metadata sorted: the library writes it in an order that changes between runs."""
    length = int.from_bytes(content[:8], "little")
    header = json.loads(content[8 : 8 + length])
    header["__metadata__"] = dict(sorted(header["__metadata__"].items()))
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return len(text).to_bytes(8, "little") + text + content[8 + length :]


def _metadata(content: bytes, name: str) -> dict[str, str]:
    """What stands in the file's head: a length of eight bytes, then JSON."""
    length = int.from_bytes(content[:8], "little")
    if len(content) < 8 or not 0 < length <= len(content) - 8:
        raise BadAdapter(f"{name} is not a safetensors file, or was cut short.")
    try:
        header = json.loads(content[8 : 8 + length])
        told = header["__metadata__"]
    except (ValueError, KeyError, TypeError) as error:
        raise BadAdapter(f"{name} does not say what it is.") from error
    if not isinstance(told, dict):
        raise BadAdapter(f"{name} does not say what it is.")
    return {str(key): str(value) for key, value in told.items()}


def _paired(
    arrays: Mapping[str, npt.NDArray[np.generic]], rank: int, name: str
) -> dict[str, tuple[Matrix, Matrix]]:
    layers = sorted({key.rsplit(".", 1)[0] for key in arrays})
    if not layers:
        raise BadAdapter(f"{name} has no updates.")
    updates: dict[str, tuple[Matrix, Matrix]] = {}
    for layer in layers:
        a, b = arrays.get(f"{layer}.lora_a"), arrays.get(f"{layer}.lora_b")
        if a is None or b is None:
            raise BadAdapter(f"{name} has only half of the update of {layer}.")
        if a.ndim != 2 or b.ndim != 2 or a.shape[0] != rank or b.shape[1] != rank:
            raise BadAdapter(
                f"{name}: the update of {layer} has shapes {a.shape} and {b.shape}, which do not"
                f" fit rank {rank}."
            )
        if a.dtype != np.float16 or b.dtype != np.float16:
            raise BadAdapter(f"{name}: the update of {layer} is not in float16.")
        if not (np.isfinite(a).all() and np.isfinite(b).all()):
            raise BadAdapter(f"{name}: the update of {layer} has values that are no numbers.")
        updates[layer] = (cast(Matrix, a), cast(Matrix, b))
    extra = set(arrays) - {f"{layer}.{half}" for layer in layers for half in ("lora_a", "lora_b")}
    if extra:
        raise BadAdapter(f"{name} has something that is no update: {min(extra)!r}.")
    return updates

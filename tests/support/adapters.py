"""Adapters without training: random updates of the right shapes."""

from __future__ import annotations

import numpy as np

from worker.models.adapter import Adapter
from worker.models.format import read
from worker.models.weights import Weights

LAYERS = (
    "self_attention/linear_0",
    "self_attention/linear_1",
    "attention/linear_0",
    "attention/linear_2",
    "ffn/linear_0",
    "ffn/linear_1",
)


def random_adapter(
    parent: Weights, *, size: float = 0.001, rank: int = 2, strength: float = 1.0, seed: int = 0
) -> Adapter:
    """Updates whose entries have about `size` times the spread of the weights."""
    variables = read(parent.folder / "model.bin").variables
    dice = np.random.default_rng(seed)
    updates = {}
    for name, weight in variables.items():
        layer = name.removesuffix("/weight")
        if not name.startswith("decoder/layer_") or not layer.endswith(LAYERS):
            continue
        out, into = weight.shape
        a = dice.normal(0, into**-0.5, (rank, into))
        b = dice.normal(0, size * float(weight.std()) * into**0.5, (out, rank))
        updates[layer] = (a.astype(np.float16), b.astype(np.float16))
    return Adapter(parent.name, parent.version, rank, float(rank), strength, "test", updates)

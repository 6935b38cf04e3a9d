"""What the features of a window depend on: change any of it and they are made anew."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

import ctranslate2
import faster_whisper
import numpy as np

from app.telemetry.service import machine_class
from worker.models import format as weights_format
from worker.models.weights import sha256_of
from worker.pipeline.types import Samples

_CODE = ("encoder.py", "../pipeline/features.py")
"""Beside the libraries, the code that turns samples into features."""


@lru_cache(maxsize=1)
def feature_version() -> str:
    """Of the code and the libraries that make features."""
    # Ch 24 · Versioning, Provenance, and Reproducibility: stored features of other code are not used
    digest = hashlib.sha256()
    for name in _CODE:
        digest.update((Path(__file__).parent / name).read_bytes())
    libraries = (ctranslate2.__version__, faster_whisper.__version__, np.__version__)
    return "-".join([digest.hexdigest()[:12], *libraries])


@lru_cache(maxsize=16)
def encoder_sha256(folder: Path) -> str:
    """Of the encoder's arrays in `model.bin`: the same for a model and all its adapters.

    Of the whole file where it is of a format that we cannot take apart.
    """
    try:
        variables = weights_format.read(folder / "model.bin").variables
    except weights_format.BadWeights:
        return sha256_of(folder / "model.bin")
    digest = hashlib.sha256()
    for name in sorted(variables):
        if name.startswith("encoder/"):
            array = variables[name]
            digest.update(f"{name} {array.dtype.str} {array.shape}\n".encode())
            digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()


def key_of(samples: Samples, frames: int, encoder: str, *, device: str, compute_type: str) -> str:
    """SHA-256 over everything; `encoder` is what `encoder_sha256` gives."""
    where = machine_class() if device == "cpu" else device
    heard = hashlib.sha256(np.ascontiguousarray(samples, dtype="<f4").data).hexdigest()
    parts = (heard, str(frames), encoder, compute_type, device, where, feature_version())
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()

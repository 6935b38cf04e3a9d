"""Versions of what a measurement depends on."""

from __future__ import annotations

import importlib.metadata
import platform

from worker.version import code_version

PACKAGES = ("ctranslate2", "faster-whisper", "numpy", "onnxruntime", "av", "jiwer")


def versions() -> dict[str, str]:
    """Code, Python and packages."""
    found = {name: importlib.metadata.version(name) for name in PACKAGES}
    return {"code": code_version(), "python": platform.python_version(), **found}

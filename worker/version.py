"""Which code this is: the commit, and whether something was changed since."""

from __future__ import annotations

import hashlib
import subprocess
from functools import lru_cache
from importlib.metadata import version

from app.settings import REPOSITORY

_CODE = ("app", "worker", "data")
_PACKAGES = ("av", "ctranslate2", "faster-whisper", "numpy", "onnxruntime", "tokenizers")
"""What samples, windows, text and times are computed with."""


@lru_cache(maxsize=1)
def code_version() -> str:
    """For example `1a2b3c4d5e6f`, with `+` when files differ; without git a hash of the code."""
    try:
        commit = _git("rev-parse", "--short=12", "HEAD")
        changed = _git("status", "--porcelain", "--", *_CODE)
    except (OSError, subprocess.CalledProcessError):
        return "sha256:" + _hash_of_code()
    return commit + ("+" if changed else "")


@lru_cache(maxsize=1)
def package_versions() -> dict[str, str]:
    """Of the libraries that a transcript's bits depend on."""
    return {name: version(name) for name in _PACKAGES}


def _git(*arguments: str) -> str:
    done = subprocess.run(
        ["git", "-C", str(REPOSITORY), *arguments], capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def _hash_of_code() -> str:
    digest = hashlib.sha256()
    for folder in _CODE:
        for path in sorted((REPOSITORY / folder).rglob("*.py")):
            digest.update(path.relative_to(REPOSITORY).as_posix().encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]

"""What the name of a model says: `whisper-base`, `tiny.en`, `whisper-base+0123456789ab`."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

TINY: Final = "tiny.en"
"""The last rung of the ladder, and the model of drafts."""
JOIN: Final = "+"
"""Between the parent's name and the first digits of its adapter's SHA-256."""
DIGITS: Final = 12

# fmt: off
ALIASES: Final = frozenset({
    "whisper-1", "gpt-transcribe", "gpt-4o-transcribe", "gpt-4o-mini-transcribe",
    "gpt-4o-mini-transcribe-2025-12-15",
})
# fmt: on
"""Names by which programs written for OpenAI ask for transcription: our default model answers."""
WITH_SPEAKERS: Final = "gpt-4o-transcribe-diarize"
"""The one that tells who speaks, for which nothing here can stand in."""


def adapted(parent: str, adapter_sha256: str) -> str:
    """The name of `parent` with that adapter."""
    return f"{parent}{JOIN}{adapter_sha256[:DIGITS]}"


def adapter_of(name: str) -> str | None:
    """The first digits of the adapter's SHA-256; None for a model without one."""
    parent, join, digits = name.rpartition(JOIN)
    known = parent and join and len(digits) == DIGITS and set(digits) <= set("0123456789abcdef")
    return digits if known else None


def parent_of(name: str) -> str:
    """The name of the model without its adapter."""
    return name.rpartition(JOIN)[0] if adapter_of(name) else name


def english_only(name: str) -> bool:
    """Whether the model knows no other language."""
    return parent_of(name).endswith(".en")


def ladder(
    model: str, language: str | None, task: str = "transcribe", languages: Collection[str] = ()
) -> tuple[str, ...]:
    """Names of the models to try, in order: with the adapter, without it, the smallest one.

    tiny.en helps only where English is spoken, and where `languages` says that it may be.
    """
    # Ch 7 · Planning for Mistakes: an adapter that fails costs its gain, never the transcript
    rungs = [model, parent_of(model)]
    may_be_english = task == "transcribe" and (not languages or "en" in languages)
    if language == "en" or (language is None and may_be_english):
        rungs.append(TINY)
    return tuple(dict.fromkeys(rungs))

"""The line of a corpus's `manifest.jsonl` for a recording: what is said, by whom, exactly when."""

# Ch 16 · Data Quality: labels that are exact because the recording was made from them

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from data.synthesis.errors import SynthesisError
from data.synthesis.opus import OpusFile
from data.synthesis.script import Script, Turn
from data.synthesis.timeline import Recording, Span

LICENCE = "made for Lectern, under its licence"
ACCENTS = {"a": "American", "b": "British"}
GENDERS = {"f": "female", "m": "male"}


def clip(
    name: str, script: Script, script_sha256: str, recording: Recording, written: OpusFile
) -> dict[str, Any]:
    """One clip. Its `segments` are the turns in the order in which they begin.

    `speaker` is the person behind the voice, the same in all recordings: their errors belong
    together. `role` is who they are in this recording.
    """
    spans = [span for span in recording.spans if isinstance(span.item, Turn)]
    spans.sort(key=lambda span: span.start_s)
    _check_cast(name, spans)
    voices = {_turn(span).voice for span in spans}
    return {
        "id": name,
        "audio": f"audio/{name}.opus",
        "duration_s": round(written.duration_s, 4),
        "sha256": written.sha256,
        "text": " ".join(_turn(span).text for span in spans),
        "split": "test",
        "kind": "dialogue",
        **script.fields,
        "speakers": len(voices),
        "overlap_s": round(overlap_s(spans), 3),
        "longest_pause_s": round(longest_pause_s(spans), 3),
        "synthetic": True,
        "licence": LICENCE,
        "source": f"scripts/{name}.yaml, read by data/synthesis",
        "script_sha256": script_sha256,
        "segments": [_segment(span, spans) for span in spans],
    }


def _segment(span: Span, spans: Sequence[Span]) -> dict[str, Any]:
    turn = _turn(span)
    segment: dict[str, Any] = {
        "start_s": round(span.start_s, 4),
        "end_s": round(span.end_s, 4),
        "text": turn.text,
        "speaker": turn.voice,
        "role": turn.speaker,
        "voice": turn.voice,
        "gender": GENDERS[turn.voice[1]],
        "accent": ACCENTS[turn.voice[0]],
        "speed": turn.speed,
        "level_db": turn.level_db,
        "overlap_s": round(talked_over_s(span, spans), 3),
    }
    if span.words:
        segment["words"] = [[w.word, round(w.start_s, 3), round(w.end_s, 3)] for w in span.words]
    return segment


def _turn(span: Span) -> Turn:
    assert isinstance(span.item, Turn)
    return span.item


def _check_cast(name: str, spans: Sequence[Span]) -> None:
    pairs = {(_turn(span).speaker, _turn(span).voice) for span in spans}
    for column, what in enumerate(("speakers", "voices")):
        if len({pair[column] for pair in pairs}) < len(pairs):
            cast = ", ".join(f"{speaker} is {voice}" for speaker, voice in sorted(pairs))
            raise SynthesisError(f"{name}: {what} are not told apart ({cast})")


def overlap_s(spans: Sequence[Span]) -> float:
    """Seconds during which two people or more are speaking."""
    edges = sorted(
        [(span.start_s, 1) for span in spans] + [(span.end_s, -1) for span in spans],
    )
    talking, total = 0, 0.0
    for (at_s, change), (next_s, _) in pairwise(edges):
        talking += change
        total += (next_s - at_s) * (talking >= 2)
    return total


def talked_over_s(span: Span, spans: Sequence[Span]) -> float:
    """Seconds of one turn during which somebody else is speaking as well."""
    total, reached_s = 0.0, span.start_s
    for other in sorted(spans, key=lambda each: each.start_s):
        if other is span:
            continue
        start_s, end_s = max(other.start_s, reached_s), min(other.end_s, span.end_s)
        if end_s > start_s:
            total += end_s - start_s
            reached_s = end_s
    return total


def longest_pause_s(spans: Sequence[Span]) -> float:
    """The longest stretch between the first and the last word in which nobody speaks."""
    end_s, longest = spans[0].end_s, 0.0
    for span in spans[1:]:
        longest = max(longest, span.start_s - end_s)
        end_s = max(end_s, span.end_s)
    return longest

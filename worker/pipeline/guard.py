"""Text that should not be believed: marked, or withheld as `[inaudible]`, never dropped in silence.

Whisper writes fluent sentences where nobody speaks and repeats itself when it loses the thread;
its own probabilities do not tell. These rules look at the structure of the text and at what the
stricter voice-activity threshold says, not at lists of phrases of one language.
"""

# Ch 7 · Planning for Mistakes: text without speech behind it and loops are withheld, doubt is marked

from __future__ import annotations

from dataclasses import dataclass, replace

from worker.pipeline.holes import missed_speech
from worker.pipeline.segments import segments_of
from worker.pipeline.types import Recognition, Segment, Window

INAUDIBLE = "[inaudible]"

MIN_STRICT_SPEECH_S = 0.25
"""With less speech than this by the strict threshold, text needs the model to be sure."""
NO_SPEECH_PROB = 0.6
LOW_LOGPROB = -1.0
"""openai/whisper's thresholds for a failed decoding."""
MAX_COMPRESSION = 2.4
MAX_WORDS_PER_S = 8.0
"""The fastest read speech stays below 6 words a second."""
LOW_PROBABILITY = 0.5
LOOP_REPEATS = 4
LOOP_WORDS = 8


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is delivered of a window."""

    segments: tuple[Segment, ...]
    withheld: str | None = None
    """Why the text of the whole window is not delivered."""


def is_loop(recognition: Recognition) -> bool:
    """Whether the text repeats itself as no speaker does."""
    return recognition.compression_ratio > MAX_COMPRESSION or has_repeats(recognition.text)


def has_repeats(text: str) -> bool:
    """True when 1 to 8 words come four times in a row (three times from four words on)."""
    words = [word.strip(".,;:!?\"'").lower() for word in text.split()]
    for size in range(1, LOOP_WORDS + 1):
        wanted = LOOP_REPEATS if size < 4 else LOOP_REPEATS - 1
        run = 0
        for i in range(size, len(words)):
            run = run + 1 if words[i] == words[i - size] else 0
            if run >= size * (wanted - 1):
                return True
    return False


def judge(window: Window, recognition: Recognition) -> Verdict:
    """Decide what of `recognition` is delivered, and with which flags."""
    if not recognition.words:
        return Verdict(())
    if _no_speech(window, recognition):
        return _withhold(window, "no_speech_detected")
    if is_loop(recognition):
        return _withhold(window, "repetition")
    too_fast = len(recognition.words) > MAX_WORDS_PER_S * max(window.duration_s, 0.5)
    segments = [_flagged(segment, too_fast) for segment in segments_of(recognition.words)]
    segments += [
        Segment(start_s, end_s, INAUDIBLE, (), ("inaudible", "missed_speech"))
        for start_s, end_s in missed_speech(window, recognition.words)
    ]
    return Verdict(tuple(sorted(segments, key=lambda segment: segment.start_s)))


def _no_speech(window: Window, recognition: Recognition) -> bool:
    unsure = recognition.no_speech_prob > NO_SPEECH_PROB or recognition.avg_logprob < LOW_LOGPROB
    return window.strict_speech_s < MIN_STRICT_SPEECH_S and unsure


def _withhold(window: Window, flag: str) -> Verdict:
    segment = Segment(window.start_s, window.end_s, INAUDIBLE, (), ("inaudible", flag))
    return Verdict((segment,), withheld=flag)


def _flagged(segment: Segment, too_fast: bool) -> Segment:
    flags = []
    if too_fast:
        flags.append("too_fast")
    mean = sum(word.probability for word in segment.words) / len(segment.words)
    if mean < LOW_PROBABILITY:
        flags.append("low_confidence")
    if any(word.heard is not None for word in segment.words):
        flags.append("repaired")
    return replace(segment, flags=tuple(flags))

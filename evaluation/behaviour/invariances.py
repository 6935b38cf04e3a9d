"""Changes that must not change a word: level, container, silence in front, channels, window cuts.

Clips are first brought to a peak of 0.3, so that 10 dB more fits without clipping.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np

from evaluation.behaviour.types import Case, Check, Engine, Heard, Observed, Speech
from evaluation.conditions.levels import gain
from evaluation.conditions.media import Coding, write
from evaluation.metrics.counts import counts
from evaluation.metrics.texts import normalise
from evaluation.wer import rate
from worker.pipeline.types import SAMPLE_RATE, Samples

PEAK: Final = 0.3
GAP_S: Final = 0.35
"""Between clips that are joined to a long recording: shorter than most pauses of a talk."""
_LEAD: Final = np.zeros(round(0.2 * SAMPLE_RATE), dtype=np.float32)
_WAV: Final = Coding("pcm_s16le", "wav")
_MP3: Final = Coding("libmp3lame", "mp3", bit_rate=128_000)


def levelled(samples: Samples) -> Samples:
    """Scaled to a peak of `PEAK`; silence stays silence."""
    peak = float(np.abs(samples).max(initial=0.0))
    return (samples * (PEAK / peak)).astype(np.float32) if peak else samples


VARIANTS: Final[dict[str, tuple[str, Callable[[Samples], bytes]]]] = {
    "gain+10": ("10 dB louder", lambda samples: write(gain(samples, 10))),
    "gain-10": ("10 dB softer", lambda samples: write(gain(samples, -10))),
    "wav": ("WAV instead of FLAC", lambda samples: write(samples, _WAV)),
    "mp3-128k": ("MP3 at 128 kbit/s", lambda samples: write(samples, _MP3)),
    "lead-200ms": ("0.2 s of silence in front", lambda s: write(np.concatenate([_LEAD, s]))),
    "stereo": ("Stereo with two equal channels", lambda s: write(np.stack([s, s]))),
}


# Ch 15 · Model Quality: what must not matter is varied, and every clip whose text changes is listed
def invariances() -> list[Check]:
    """A check for each variant, and the one of window cuts."""
    checks = [
        Check(f"invariance/{name}", title, _varied(change))
        for name, (title, change) in VARIANTS.items()
    ]
    return [*checks, Check("invariance/cuts", "Other cuts between windows", shifted_cuts)]


def _varied(change: Callable[[Samples], bytes]) -> Callable[[Engine, Sequence[Speech]], Observed]:
    def observe(engine: Engine, clips: Sequence[Speech]) -> Observed:
        plain = [levelled(clip.samples) for clip in clips]
        before = engine([write(samples) for samples in plain])
        after = engine([change(samples) for samples in plain])
        return compared(clips, before, after)

    return observe


def compared(clips: Sequence[Speech], before: Sequence[Heard], after: Sequence[Heard]) -> Observed:
    """Share of clips whose normalised text changed, and the word error rate between both."""
    both = [
        (clip, a, b)
        for clip, a, b in zip(clips, before, after, strict=True)
        if a.error is None and b.error is None
    ]
    changed = [
        Case(clip.id, a.text, b.text)
        for clip, a, b in both
        if normalise(a.text) != normalise(b.text)
    ]
    between = rate([counts(a.text, b.text)["english"] for _, a, b in both])
    return Observed(
        clips=len(both),
        failed=len(clips) - len(both),
        figures={
            "changed": len(changed) / len(both) if both else None,
            "wer": None if np.isnan(between) else between,
        },
        cases=changed,
    )


def shifted_cuts(engine: Engine, clips: Sequence[Speech]) -> Observed:
    """All clips as one recording, once alone and once behind another clip.

    Windows are cut elsewhere the second time. A word belongs to the clip in whose time its middle
    lies. The clip in front is the last one, whose text is not looked at.
    """
    if len(clips) < 2:
        return Observed(0, len(clips), {"changed": None, "wer": None})
    plain = [levelled(clip.samples) for clip in clips]
    front = len(plain[-1]) / SAMPLE_RATE + GAP_S
    alone, behind = engine([write(joined(plain)), write(joined([plain[-1], *plain]))])
    return compared(clips, _parts(alone, plain, 0.0), _parts(behind, plain, front))


def joined(parts: Sequence[Samples]) -> Samples:
    """One recording, with `GAP_S` of silence behind each part."""
    gap = np.zeros(round(GAP_S * SAMPLE_RATE), dtype=np.float32)
    return np.concatenate([piece for part in parts for piece in (part, gap)])


def _parts(heard: Heard, parts: Sequence[Samples], start_s: float) -> list[Heard]:
    if heard.error is not None:
        return [heard] * len(parts)
    found = []
    for part in parts:
        end_s = start_s + len(part) / SAMPLE_RATE
        low, high = start_s - GAP_S / 2, end_s + GAP_S / 2
        inside = [w for w in heard.words if low <= (w.start_s + w.end_s) / 2 < high]
        found.append(Heard(" ".join(w.word.strip() for w in inside), tuple(inside)))
        start_s = end_s + GAP_S
    return found

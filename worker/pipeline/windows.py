"""Pack the speech of a stream into windows of at most 20 seconds, cut where nobody speaks.

Short windows keep the encoder's attention buffers in the processor's cache and are not padded
to Whisper's 30 seconds. What is left out is listed, with its level, as a skipped span.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from app.models.names import parent_of
from worker.pipeline.speech import FRAME, FRAME_S, Probabilities, VoiceActivity
from worker.pipeline.types import SAMPLE_RATE, Piece, Samples, SkippedSpan, Window


@dataclass(frozen=True, slots=True)
class PackingOptions:
    """How generously speech is kept and how full windows get."""

    max_s: float = 20.0
    """Longest window. Changing it changes what was measured: see `evaluation/results`."""
    fill_s: float = 14.0
    """A window this full is closed at the next pause rather than in the middle of speech."""
    onset: float = 0.30
    """Probability at which speech begins: low, because what is cut here nobody ever hears."""
    release: float = 0.15
    """Probability below which a pause begins."""
    strict: float = 0.50
    """Probability the guard asks for before it believes that text has speech behind it."""
    min_pause_s: float = 0.25
    """A shorter pause does not end a span."""
    pad_s: float = 0.30
    """Kept before and after each span."""
    bridge_s: float = 1.0
    """A pause up to this long between two spans stays in the window as it is."""


LONG_WINDOWS = PackingOptions(max_s=28.0, fill_s=24.0)
"""For small weights, which need the context more and the processor's cache less."""
_PACKING = {"tiny.en": LONG_WINDOWS}


def packing_for(model: str) -> PackingOptions:
    """How recordings are cut for `model`; measured, see `docs/decisions/0002`."""
    return _PACKING.get(parent_of(model), PackingOptions())


@dataclass(slots=True)
class _Span:
    start: int  # frames
    end: int


class Packer:
    """Turns frames with their speech probability into windows and skipped spans, as they come."""

    def __init__(self, options: PackingOptions | None = None) -> None:
        self.options = options or PackingOptions()
        self.skipped: list[SkippedSpan] = []
        self._max = int(self.options.max_s / FRAME_S)
        self._pad = round(self.options.pad_s / FRAME_S)
        self._samples = np.zeros(0, dtype=np.float32)
        self._probs = np.zeros(0, dtype=np.float32)
        self._base = 0  # the frame number at which both buffers begin
        self._seen = 0  # frames looked at by the span finder
        self._open: _Span | None = None
        self._pause = 0
        self._spans: list[_Span] = []  # of the window being filled, padded, ascending
        self._covered = 0  # everything before this frame is in a window or was skipped
        self._index = 0
        self._total = 0  # samples received

    def push(self, samples: Samples, probs: Probabilities) -> Iterator[Window]:
        """Take in samples and the probabilities of the frames completed so far."""
        self._total += len(samples)
        self._samples = np.concatenate([self._samples, samples])
        self._probs = np.concatenate([self._probs, probs])
        # A span keeps frames after its end: with those at hand, no cut depends on the blocks
        yield from self._look_at(self._base + len(self._probs) - self._pad)
        self._forget()

    def _look_at(self, end: int) -> Iterator[Window]:
        while self._seen < end:
            yield from self._step(self._seen, float(self._probs[self._seen - self._base]))
            self._seen += 1

    def flush(self) -> Iterator[Window]:
        """Close what is open at the end of the recording."""
        yield from self._look_at(self._base + len(self._probs))
        if self._open is not None:
            yield from self._close_span(self._open.end)
        if self._spans:
            yield self._close_window()
        self._skip(self._covered, -(-self._total // FRAME))
        self.skipped[:] = [replace(s, level_dbfs=round(s.level_dbfs, 1)) for s in self.skipped]

    def _step(self, frame: int, prob: float) -> Iterator[Window]:
        o = self.options
        if self._open is None:
            if prob >= o.onset:
                start = max(frame - self._pad, self._spans[-1].end if self._spans else 0)
                self._open = _Span(max(start, self._covered), frame + 1)
                self._pause = 0
            elif self._spans and (frame - self._spans[-1].end) * FRAME_S > 10 * o.bridge_s:
                yield self._close_window()  # long silence: do not keep the listener waiting
            return
        if prob >= o.release:
            self._open.end = frame + 1
            self._pause = 0
        else:
            self._pause += 1
            if self._pause * FRAME_S >= o.min_pause_s:
                yield from self._close_span(self._open.end)
                return
        while self._open is not None and self._length_with(self._open) > self._max:
            yield from self._make_room()

    def _close_span(self, end: int) -> Iterator[Window]:
        assert self._open is not None
        self._open.end = min(end + self._pad, self._base + len(self._probs))
        while self._length_with(self._open) > self._max:
            yield from self._make_room()
        self._append(self._open)
        self._open = None

    def _append(self, span: _Span) -> None:
        last = self._spans[-1] if self._spans else None
        if last is not None and (span.start - last.end) * FRAME_S <= self.options.bridge_s:
            last.end = span.end
        else:
            self._spans.append(span)

    def _length_with(self, span: _Span) -> int:
        """Frames of the window if `span` were appended, bridged pause included."""
        length = sum(s.end - s.start for s in self._spans) + span.end - span.start
        if self._spans:
            gap = span.start - self._spans[-1].end
            length += gap if gap * FRAME_S <= self.options.bridge_s else 0
        return length

    def _make_room(self) -> Iterator[Window]:
        """Close the window before the open span, or cut the open span at its quietest frame."""
        assert self._open is not None
        filled = self._length_with(_Span(self._open.start, self._open.start))
        if filled * FRAME_S >= self.options.fill_s:
            yield self._close_window()
            return
        first = max(0, int(self.options.fill_s / FRAME_S) - filled)
        cut = self._quietest(self._open.start + first, self._open.start + self._max - filled)
        rest = _Span(cut, self._open.end)
        self._append(_Span(self._open.start, cut))
        self._open = rest
        yield self._close_window()

    def _quietest(self, first: int, last: int) -> int:
        """The frame of `first` to `last` where speech is least likely; of equals, the latest."""
        lo, hi = first - self._base, min(last - self._base, len(self._probs))
        around = np.convolve(self._probs[lo:hi], np.ones(5) / 5, mode="same")
        around[:2] = around[-2:] = 1.0
        best = len(around) - 1 - int(np.argmin(np.round(around[::-1], 2)))
        return first + max(best, 1)

    def _close_window(self) -> Window:
        spans, self._spans = self._spans, []
        pieces, chunks, strict, offset = [], [], [], 0
        for span in spans:
            self._skip(self._covered, span.start)
            chunk = self._cut(span.start, span.end)
            pieces.append(
                Piece(
                    span.start * FRAME_S,
                    span.start * FRAME_S + len(chunk) / SAMPLE_RATE,
                    offset / SAMPLE_RATE,
                )
            )
            chunks.append(chunk)
            offset += len(chunk)
            probs = self._probs[span.start - self._base : span.end - self._base]
            strict += _runs(probs >= self.options.strict, span.start)
            self._covered = span.end
        window = Window(self._index, np.concatenate(chunks), tuple(pieces), tuple(strict))
        self._index += 1
        return window

    def _cut(self, start: int, end: int) -> Samples:
        return self._samples[(start - self._base) * FRAME : (end - self._base) * FRAME]

    def _skip(self, start: int, end: int) -> None:
        if end <= start:
            return
        chunk = self._cut(start, end).astype(np.float64)
        power = float(np.mean(chunk**2)) if len(chunk) else 0.0
        level = 10 * np.log10(power) if power > 1e-12 else -120.0
        end_s = min(end * FRAME_S, self._total / SAMPLE_RATE)
        before = self.skipped[-1] if self.skipped else None
        if before is not None and abs(before.end_s - start * FRAME_S) < FRAME_S / 2:
            self.skipped[-1] = _merged(before, end_s, level)
        else:
            self.skipped.append(SkippedSpan(start * FRAME_S, end_s, float(level)))

    def _forget(self) -> None:
        """Drop what no window can need any more; what is silent and old becomes a skipped span."""
        keep = self._seen - 2 * self._pad
        if self._open is not None:
            keep = min(keep, self._open.start)
        if self._spans:
            keep = min(keep, self._spans[0].start)
        elif self._open is None and keep > self._covered:
            self._skip(self._covered, keep)
            self._covered = keep
        drop = min(keep, self._covered) - self._base
        if drop > 0:
            self._samples = self._samples[drop * FRAME :]
            self._probs = self._probs[drop:]
            self._base += drop


def _runs(marks: npt.NDArray[np.bool_], first: int) -> list[tuple[float, float]]:
    """Spans of marked frames in seconds; `first` is the number of the first frame."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], marks, [False]]).astype(np.int8)))
    return [
        (round((first + a) * FRAME_S, 3), round((first + b) * FRAME_S, 3))
        for a, b in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)
    ]


def _merged(span: SkippedSpan, end_s: float, level_dbfs: float) -> SkippedSpan:
    """`span` made longer; levels are averaged as powers, weighted by length."""
    a, b = span.end_s - span.start_s, end_s - span.end_s
    power = (a * 10 ** (span.level_dbfs / 10) + b * 10 ** (level_dbfs / 10)) / (a + b)
    level = max(-120.0, 10 * float(np.log10(max(power, 1e-12))))
    return SkippedSpan(span.start_s, end_s, level)


LOOK_S = 10.0
"""What voice activity looks at in one go. Longer costs memory (40 MB for a minute), saves no time,
and keeps the first words waiting."""


def pack(blocks: Iterable[Samples], packer: Packer, *, block_s: float = LOOK_S) -> Iterator[Window]:
    """Windows of a stream of decoded blocks (float32, mono, 16 kHz), as soon as they are full.

    `packer.skipped` lists what was left out once the iterator is exhausted.
    """
    activity = VoiceActivity()
    waiting: list[Samples] = []
    held = 0
    for block in blocks:
        waiting.append(block)
        held += len(block)
        if held >= block_s * SAMPLE_RATE:
            samples = np.concatenate(waiting)
            yield from packer.push(samples, activity.push(samples))
            waiting, held = [], 0
    if held:
        samples = np.concatenate(waiting)
        yield from packer.push(samples, activity.push(samples))
    yield from packer.push(np.zeros(0, dtype=np.float32), activity.flush())
    yield from packer.flush()

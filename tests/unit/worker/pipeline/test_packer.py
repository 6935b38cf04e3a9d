"""The packer on invented probabilities: nothing lost, nothing twice, whatever the blocks."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.speech import drive
from worker.pipeline.speech import FRAME, FRAME_S
from worker.pipeline.types import SAMPLE_RATE, Samples, Window
from worker.pipeline.windows import Packer, PackingOptions

FRAMES_A_S = 1 / FRAME_S
runs = st.lists(
    st.tuples(
        st.sampled_from([0.0, 0.1, 0.2, 0.28, 0.4, 0.7, 0.95]),
        st.one_of(st.integers(1, 40), st.integers(40, 900)),
    ),
    min_size=1,
    max_size=25,
)


def counted(frames: int, extra: int = 0) -> Samples:
    """Samples that are their own number, so that each can be found again."""
    return np.arange(frames * FRAME + extra, dtype=np.float32)


def probs_of(pieces: list[tuple[float, int]]) -> list[float]:
    return [prob for prob, count in pieces for _ in range(count)]


def pack(
    probs: list[float], *, block: int = 100, extra: int = 0, samples: Samples | None = None
) -> tuple[list[Window], Packer]:
    packer = Packer()
    frames = len(probs) - (1 if extra else 0)
    samples = counted(frames, extra) if samples is None else samples
    return list(drive(packer, samples, probs, block)), packer


@settings(max_examples=60, deadline=None)
@given(runs, st.integers(1, 2000), st.sampled_from([0, 1, 300]))
def test_windows_and_skipped_spans_cover_the_recording_exactly_once(
    pieces: list[tuple[float, int]], block: int, extra: int
) -> None:
    probs = probs_of(pieces)
    windows, packer = pack(probs, block=block, extra=extra)
    total = (len(probs) - (1 if extra else 0)) * FRAME + extra
    spans = [(p.start_s, p.end_s) for w in windows for p in w.pieces]
    spans = sorted(spans + [(s.start_s, s.end_s) for s in packer.skipped])
    edges = [round(edge * SAMPLE_RATE) for span in spans for edge in span]
    assert edges[0] == 0
    assert edges[-1] == total
    assert edges[1:-1:2] == edges[2::2]


@settings(max_examples=60, deadline=None)
@given(runs, st.integers(1, 2000), st.sampled_from([0, 300]))
def test_every_sample_of_a_window_is_found_again_where_its_piece_says(
    pieces: list[tuple[float, int]], block: int, extra: int
) -> None:
    windows, _ = pack(probs_of(pieces), block=block, extra=extra)
    for window in windows:
        assert window.duration_s <= PackingOptions().max_s
        length = 0
        for piece in window.pieces:
            assert round(piece.offset_s * SAMPLE_RATE) == length
            first, last = round(piece.start_s * SAMPLE_RATE), round(piece.end_s * SAMPLE_RATE)
            found = window.samples[length : length + last - first]
            np.testing.assert_array_equal(found, np.arange(first, last, dtype=np.float32))
            length += last - first
        assert length == len(window.samples)


@settings(max_examples=60, deadline=None)
@given(runs, st.integers(1, 400))
def test_windows_are_the_same_whatever_the_block_size(
    pieces: list[tuple[float, int]], block: int
) -> None:
    probs = probs_of(pieces)
    whole, all_skipped = pack(probs, block=10**6)
    cut, skipped = pack(probs, block=block)
    assert [(w.pieces, w.strict_speech) for w in cut] == [
        (w.pieces, w.strict_speech) for w in whole
    ]
    bare = [replace(span, level_dbfs=0) for span in skipped.skipped]
    assert bare == [replace(span, level_dbfs=0) for span in all_skipped.skipped]


@pytest.mark.parametrize("block", [*range(1, 110, 9), 88, 89])
def test_a_block_that_ends_in_a_pause_does_not_shorten_the_window(block: int) -> None:
    probs = probs_of([(0.0, 30), (0.9, 50), (0.0, 30), (0.9, 50), (0.0, 300)])
    cut, _ = pack(probs, block=block)
    whole, _ = pack(probs, block=10**6)
    assert [w.pieces for w in cut] == [w.pieces for w in whole]


@settings(max_examples=40, deadline=None)
@given(runs)
def test_whatever_sounds_like_speech_is_in_a_window(pieces: list[tuple[float, int]]) -> None:
    probs = probs_of(pieces)
    _, packer = pack(probs)
    for span in packer.skipped:
        inside = probs[round(span.start_s / FRAME_S) : round(span.end_s / FRAME_S)]
        assert all(prob < PackingOptions().onset for prob in inside)


def test_a_full_window_is_cut_in_the_pause_and_not_in_speech() -> None:
    def seconds(count: float) -> int:
        return round(count * FRAMES_A_S)

    probs = probs_of([(0.9, seconds(15.5)), (0.2, 6), (0.9, seconds(10))])
    windows, _ = pack(probs)
    pause_s = (seconds(15.5) * FRAME_S, (seconds(15.5) + 6) * FRAME_S)
    assert pause_s[0] <= windows[0].end_s <= pause_s[1]
    assert windows[1].start_s == windows[0].end_s


def test_speech_without_any_pause_is_cut_all_the_same() -> None:
    windows, packer = pack([0.9] * 5000)
    assert packer.skipped == []
    assert all(14 <= w.duration_s <= 20 for w in windows[:-1])


def test_a_long_silence_is_listed_with_its_level() -> None:
    quiet, speech = 2000, 100
    samples = np.zeros((2 * speech + quiet) * FRAME, dtype=np.float32)
    samples[speech * FRAME : -speech * FRAME] = 0.01  # -40 dB against full scale
    probs = probs_of([(0.9, speech), (0.0, quiet), (0.9, speech)])
    for block in (7, 250, 10**6):
        windows, packer = pack(probs, block=block, samples=samples)
        assert len(windows) == 2
        [span] = packer.skipped
        assert span.end_s - span.start_s == pytest.approx(quiet * FRAME_S, abs=0.7)
        assert span.level_dbfs == pytest.approx(-40, abs=0.05)


def test_the_level_of_a_skipped_span_does_not_drift_with_its_length() -> None:
    quiet = np.full(40_000 * FRAME, 0.001, dtype=np.float32)
    loud = np.full(40_000 * FRAME, 0.0012, dtype=np.float32)
    samples = np.concatenate([quiet, loud])
    _, packer = pack([0.0] * 80_000, block=100, samples=samples)
    [span] = packer.skipped
    power = (0.001**2 + 0.0012**2) / 2
    assert span.level_dbfs == pytest.approx(10 * np.log10(power), abs=0.06)


def test_digital_silence_has_a_finite_level() -> None:
    _, packer = pack([0.0] * 500, samples=np.zeros(500 * FRAME, dtype=np.float32))
    assert [span.level_dbfs for span in packer.skipped] == [-120.0]


def test_a_window_does_not_wait_for_speech_that_may_never_come() -> None:
    packer = Packer()
    frames = round(15 * FRAMES_A_S)
    samples, probs = counted(frames), np.zeros(frames, dtype=np.float32)
    probs[:60] = 0.9
    assert len(list(packer.push(samples, probs))) == 1


@pytest.mark.parametrize("prob", [0.0, 0.2, 0.9, None])
def test_memory_does_not_grow_over_an_hour(prob: float | None) -> None:
    packer, block_s, held, windows = Packer(), 60, 0, 0
    random = np.random.default_rng(1)
    frames = round(block_s * FRAMES_A_S)
    for _ in range(60):
        probs = np.full(frames, prob if prob is not None else 0, dtype=np.float32)
        if prob is None:  # a word every few seconds: the sparsest windows there are
            probs[random.integers(0, frames, 8)] = 0.9
        samples = np.zeros(frames * FRAME, dtype=np.float32)
        windows += len(list(packer.push(samples, probs)))
        held = max(held, len(packer._samples))
    assert held < 8 * block_s * SAMPLE_RATE
    assert len(packer.skipped) <= 1 or prob is None

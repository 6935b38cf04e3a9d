"""The committed dialogues are what their manifest says: files, turns, overlaps, words, voices."""

from __future__ import annotations

import hashlib
import json
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import numpy as np
import numpy.typing as npt
import pytest

from data.synthesis.script import Script, Turn, load_script

FOLDER = Path(__file__).parents[4] / "data" / "material" / "dialogues"
CLIPS: list[dict[str, Any]] = [
    json.loads(line) for line in (FOLDER / "manifest.jsonl").read_text().splitlines()
]
each_clip = pytest.mark.parametrize("clip", CLIPS, ids=lambda clip: clip["id"])
RATE_HZ = 48_000


@lru_cache
def decoded(name: str) -> npt.NDArray[np.float64]:
    with av.open(str(FOLDER / name), format="ogg") as container:
        pieces = [frame.to_ndarray()[0] for frame in container.decode(audio=0)]
    return np.concatenate(pieces).astype(np.float64)


def loudness_dbfs(clip: dict[str, Any], start_s: float, end_s: float) -> float:
    piece = decoded(clip["audio"])[round(start_s * RATE_HZ) : round(end_s * RATE_HZ)]
    return float(10 * np.log10(np.mean(piece**2) + 1e-12))


def script(clip: dict[str, Any]) -> Script:
    return load_script(FOLDER / "scripts" / f"{clip['id']}.yaml")


def test_there_are_enough_of_them() -> None:
    assert len(CLIPS) >= 10
    assert all(30 <= clip["duration_s"] <= 90 for clip in CLIPS)
    assert {clip["speakers"] for clip in CLIPS} == {2, 3, 4}
    assert sum(clip["overlap_s"] for clip in CLIPS) > 20
    assert sum(clip["longest_pause_s"] >= 3 for clip in CLIPS) >= 5
    assert sum(path.stat().st_size for path in FOLDER.rglob("*.opus")) < 3e6


def test_the_datasheet_gives_their_figures() -> None:
    segments = [segment for clip in CLIPS for segment in clip["segments"]]
    figures = (
        f"{len(CLIPS)} dialogues, {sum(clip['duration_s'] for clip in CLIPS) / 60:.1f} minutes,"
        f" {len({segment['voice'] for segment in segments})} voices, {len(segments)} turns,"
        f" {sum(len(segment['words']) for segment in segments)} words with times,"
        f" {sum(clip['overlap_s'] for clip in CLIPS):.0f} s of overlap."
    )
    assert figures in (FOLDER / "README.md").read_text().splitlines()


@pytest.mark.chapter(26)
def test_no_group_of_voices_is_a_footnote() -> None:
    """At least a sixth of the words in every cell of gender and accent."""
    words: dict[tuple[str, str], int] = {}
    for segment in (segment for clip in CLIPS for segment in clip["segments"]):
        cell = (segment["gender"], segment["accent"])
        words[cell] = words.get(cell, 0) + len(segment["text"].split())
    assert len(words) == 4
    assert min(words.values()) > sum(words.values()) / 6


@each_clip
@pytest.mark.chapter(24)
def test_files_are_the_ones_described(clip: dict[str, Any]) -> None:
    content = (FOLDER / clip["audio"]).read_bytes()
    assert hashlib.sha256(content).hexdigest() == clip["sha256"]
    written = (FOLDER / "scripts" / f"{clip['id']}.yaml").read_bytes()
    assert hashlib.sha256(written).hexdigest() == clip["script_sha256"]
    assert len(decoded(clip["audio"])) / RATE_HZ == pytest.approx(clip["duration_s"], abs=1e-4)


@each_clip
def test_the_text_is_that_of_the_script(clip: dict[str, Any]) -> None:
    turns = [item for item in script(clip).items if isinstance(item, Turn)]
    said = sorted((turn.speaker, turn.voice, turn.text) for turn in turns)
    assert said == sorted((s["role"], s["voice"], s["text"]) for s in clip["segments"])
    assert clip["text"] == " ".join(segment["text"] for segment in clip["segments"])


@each_clip
def test_a_voice_is_one_person(clip: dict[str, Any]) -> None:
    cast = {(segment["role"], segment["voice"]) for segment in clip["segments"]}
    assert len(cast) == clip["speakers"] == len({voice for _, voice in cast})
    for segment in clip["segments"]:
        accent, gender = segment["voice"][:2]
        assert segment["accent"] == {"a": "American", "b": "British"}[accent]
        assert segment["gender"] == {"f": "female", "m": "male"}[gender]


@each_clip
def test_turns_are_heard_and_the_rest_is_quiet(clip: dict[str, Any]) -> None:
    noisy = any(getattr(item, "noise_dbfs", None) is not None for item in script(clip).items)
    end_s = 0.0
    for segment in clip["segments"]:
        assert loudness_dbfs(clip, segment["start_s"], segment["end_s"]) > -36
        if segment["start_s"] - end_s > 0.25 and not noisy:
            assert loudness_dbfs(clip, end_s + 0.1, segment["start_s"] - 0.1) < -70
        end_s = max(end_s, segment["end_s"])
    assert end_s < clip["duration_s"]


@each_clip
def test_overlap_is_the_time_in_which_two_speak(clip: dict[str, Any]) -> None:
    """Counted again, in steps of a millisecond."""
    talking = np.zeros(round(clip["duration_s"] * 1000) + 1, dtype=int)
    for segment in clip["segments"]:
        talking[round(segment["start_s"] * 1000) : round(segment["end_s"] * 1000)] += 1
    assert (talking >= 2).sum() / 1000 == pytest.approx(clip["overlap_s"], abs=0.02)
    for segment in clip["segments"]:
        own = talking[round(segment["start_s"] * 1000) : round(segment["end_s"] * 1000)]
        assert (own >= 2).sum() / 1000 == pytest.approx(segment["overlap_s"], abs=0.01)


@each_clip
def test_words_are_those_of_the_turn_in_order_and_inside_it(clip: dict[str, Any]) -> None:
    for segment in clip["segments"]:
        words = segment["words"]
        assert " ".join(word for word, _, _ in words) == segment["text"]
        times = [segment["start_s"], *(t for _, *both in words for t in both), segment["end_s"]]
        assert all(later >= earlier - 0.0011 for earlier, later in pairwise(times)), segment["text"]


def test_words_begin_where_sound_begins_after_a_pause() -> None:
    """In the audio itself: 60 ms before such a word it is a lot quieter than 60 ms after."""
    rises = []
    for clip in CLIPS:
        for segment in clip["segments"]:
            if segment["overlap_s"]:
                continue
            for (_, _, end_s), (_, start_s, _) in pairwise(segment["words"]):
                if start_s - end_s > 0.15:
                    before = loudness_dbfs(clip, start_s - 0.06, start_s)
                    rises.append(loudness_dbfs(clip, start_s, start_s + 0.06) - before)
    assert len(rises) > 20
    assert np.quantile(rises, 0.1) > 10

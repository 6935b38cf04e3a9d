"""Clips are kept one by one, a corpus is written in one go, and half of either is never seen."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from data.checks.schema import FIELDS, REQUIRED, REQUIRED_OF_SPEECH
from data.synthesis import phonetics
from data.synthesis import sentences as command
from data.synthesis.casting import cast
from data.synthesis.clips import Shelf, make
from data.synthesis.errors import SynthesisError
from data.synthesis.opus import decoded_samples
from data.synthesis.reading_list import Reading, readings
from data.synthesis.script import Turn
from data.synthesis.timeline import SAMPLE_RATE_HZ, Speech, Word

MADE_BY: Mapping[str, Mapping[str, Any]] = {
    "kokoro": {"model": "m", "voices_sha256": {v: v for v in cast("test").voices}},
    "piper": {"model": "p", "voices_sha256": {"piper_joe": "j"}},
}
LISTED = [(1, "The first one."), (2, "And a second.")]


def tone(turn: Turn) -> Speech:
    """Higher for longer texts: another sentence is another sound."""
    at = np.arange(SAMPLE_RATE_HZ // 2, dtype=np.float32)
    sound = np.sin(at * 0.01 * len(turn.said)) * 0.3
    return Speech(sound.astype(np.float32), (Word(turn.text, 0.1, 0.4),))


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path / "clips", 24_000, MADE_BY)


def wanted(listed: list[tuple[int, str]] = LISTED) -> list[Reading]:
    return readings(listed, {}, cast("test"), "x", seed=0, times=1)


def test_a_clip_is_found_again_and_a_damaged_one_is_not(shelf: Shelf) -> None:
    first, second, *_ = (reading.turn for reading in wanted())
    assert shelf.find(first) is None
    shelf.keep(first, tone)
    content, fields = shelf.find(first) or pytest.fail("it was just made")
    assert hashlib.sha256(content).hexdigest() == fields["sha256"]
    assert (fields["start_s"], fields["end_s"]) == (0.3, 0.8)
    assert shelf.find(second) is None
    (audio,) = shelf.folder.glob("*/*.opus")
    audio.write_bytes(content[:-20])
    assert shelf.find(first) is None
    shelf.keep(first, tone)
    (note,) = shelf.folder.glob("*/*.json")
    note.write_text('{"sha')
    assert shelf.find(first) is None


@pytest.mark.parametrize("change", ["said", "voice", "speed", "bit rate", "model"])
def test_what_would_sound_different_is_another_clip(shelf: Shelf, change: str) -> None:
    turn = wanted()[0].turn
    shelf.keep(turn, tone)
    if change == "said":
        turn = replace(turn, said="The thirst one.")
    elif change == "voice":
        turn = replace(turn, voice="piper_joe")
    elif change == "speed":
        turn = replace(turn, speed=1.1)
    elif change == "bit rate":
        shelf = replace(shelf, bit_rate=16_000)
    else:
        shelf = replace(shelf, made_by={**MADE_BY, "kokoro": {**MADE_BY["kokoro"], "model": "n"}})
    assert shelf.find(turn) is None


def test_joined_respellings_are_made_anew_when_they_are_read_in_another_way(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = wanted()[0].turn
    joined = replace(plain, said="The fir·st one.")
    for turn in (plain, joined):
        shelf.keep(turn, tone)
    monkeypatch.setattr(phonetics, "FORM", phonetics.FORM + 1)
    assert shelf.find(plain) is not None
    assert shelf.find(joined) is None


def test_nothing_is_left_of_a_clip_that_failed(shelf: Shelf) -> None:
    def fails(turn: Turn) -> Speech:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        shelf.keep(wanted()[0].turn, fails)
    assert [path for path in shelf.folder.rglob("*") if path.is_file()] == []


def test_the_corpus_is_what_was_asked_for(shelf: Shelf, tmp_path: Path) -> None:
    for reading in wanted():
        shelf.keep(reading.turn, tone)
    out = tmp_path / "out"
    rows = command.write(out, wanted(), shelf, cast("test"), "sentences/test.txt")
    lines = (out / "manifest.jsonl").read_text().splitlines()
    assert [json.loads(line) for line in lines] == rows
    assert len(rows) == 4
    for row in rows:
        assert set(REQUIRED + REQUIRED_OF_SPEECH) <= row.keys() <= FIELDS.keys()
        assert all(FIELDS[name][0](value) for name, value in row.items())
        assert hashlib.sha256((out / row["audio"]).read_bytes()).hexdigest() == row["sha256"]
        count, rate_hz = decoded_samples(out / row["audio"])
        assert row["duration_s"] == round(count / rate_hz, 4)
    joe = [row for row in rows if row["voice"] == "piper_joe"]
    assert [row["source"] for row in joe] == [f"sentences/test.txt, line {n}" for n in (1, 2)]
    assert {(row["synthesiser"], row["accent"], row["gender"]) for row in joe} == {
        ("piper", "American", "male")
    }
    assert {row["synthesiser"] for row in rows} == {"kokoro", "piper"}
    (segment,) = joe[0]["segments"]
    assert segment["words"] == [["The first one.", 0.4, 0.7]]


def test_what_is_not_wanted_any_more_goes_and_foreign_files_stay(
    shelf: Shelf, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    for reading in wanted():
        shelf.keep(reading.turn, tone)
    command.write(out, wanted(), shelf, cast("test"), "a/b.txt")
    (out / "audio" / "mine.opus").write_bytes(b"mine")
    command.write(out, wanted(LISTED[:1]), shelf, cast("test"), "a/b.txt")
    left = sorted(path.name for path in (out / "audio").iterdir())
    assert left == sorted(["mine.opus", *(f"{each.id}.opus" for each in wanted(LISTED[:1]))])


def test_a_manifest_stays_until_all_clips_are_there(shelf: Shelf, tmp_path: Path) -> None:
    (tmp_path / "manifest.jsonl").write_text("")
    shelf.keep(wanted()[0].turn, tone)
    with pytest.raises(SynthesisError, match="vanished from the cache"):
        command.write(tmp_path, wanted(), shelf, cast("test"), "a/b.txt")
    assert (tmp_path / "manifest.jsonl").read_text() == ""


def test_how_far_it_is() -> None:
    stream = io.StringIO()
    done = command.reporter(10, stream)
    for _ in range(5):
        done(2)
    assert stream.getvalue() == "10 of 10 clips, 0.0 min left\n"


@pytest.mark.parametrize(
    ("content", "options", "complaint"),
    [
        ("One.\nOne.\n", [], "line 2: the same sentence"),
        ("One.\n", ["--pronounce", "nowhere.csv"], "nowhere.csv cannot be read"),
        ("One.\n", [], "kokoro-onnx is not installed here"),
    ],
)
def test_a_mistake_is_told_before_anything_is_written(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    content: str,
    options: list[str],
    complaint: str,
) -> None:
    (tmp_path / "list.txt").write_text(content)
    out = tmp_path / "out"
    arguments = [str(tmp_path / "list.txt"), str(out), "--split", "dev", *options]
    assert command.main([*arguments, "--cache", str(tmp_path / "clips")]) == 2
    assert complaint in capsys.readouterr().err
    assert not out.exists()


def test_a_process_that_cannot_speak_says_why(shelf: Shelf) -> None:
    with pytest.raises(SynthesisError, match="is not installed here"):
        make([each.turn for each in wanted()], shelf, 2, lambda more: None)
    assert not list(shelf.folder.rglob("*.opus"))

"""The committed synthetic recordings are what their JSON says, and the tool lays out time exactly.

Nothing here needs Kokoro or a phonemiser: those live in an environment of their own.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from data.synthesis.errors import SynthesisError
from data.synthesis.kokoro import Sums, load_voice
from data.synthesis.opus import decoded_samples, write_opus
from data.synthesis.script import Turn, load_script, parse_script
from data.synthesis.timeline import SAMPLE_RATE_HZ, Speech, lay_out

ROOT = Path(__file__).parents[3]
FOLDERS = (ROOT / "data" / "samples", ROOT / "tests" / "audio")
RECORDINGS = [
    pytest.param(path, id=path.stem) for folder in FOLDERS for path in sorted(folder.glob("*.opus"))
]


def described(recording: Path) -> dict[str, Any]:
    content = json.loads(recording.with_suffix(".json").read_text(encoding="utf-8"))
    assert isinstance(content, dict)
    return content


def loudness(recording: Path, start_s: float, end_s: float) -> float:
    """RMS of a stretch of the decoded recording, in dBFS."""
    with av.open(str(recording), format="ogg") as container:
        stream = container.streams.audio[0]
        pieces = [frame.to_ndarray() for frame in container.decode(stream)]
        samples = np.concatenate(pieces, axis=1)[0].astype(np.float64)
        piece = samples[round(start_s * stream.rate) : round(end_s * stream.rate)]
    return float(10 * np.log10(np.mean(piece**2) + 1e-12))


def test_there_are_recordings() -> None:
    assert {case.id for case in RECORDINGS} >= {"interview", "talk", "speech", "two-minutes"}


@pytest.mark.parametrize("recording", RECORDINGS)
class TestCommittedRecording:
    def test_is_the_file_described(self, recording: Path) -> None:
        description = described(recording)
        assert hashlib.sha256(recording.read_bytes()).hexdigest() == description["sha256"]
        assert description["audio"] == recording.name

    def test_decodes_to_the_duration_described(self, recording: Path) -> None:
        count, rate_hz = decoded_samples(recording)
        description = described(recording)
        assert rate_hz == description["decoded_rate_hz"]
        assert count / rate_hz == pytest.approx(description["duration_s"], abs=1e-9)

    def test_turns_and_gaps_follow_each_other_inside_the_audio(self, recording: Path) -> None:
        description = described(recording)
        spans = sorted(description["turns"] + description["gaps"], key=lambda s: s["start_s"])
        times = [time for span in spans for time in (span["start_s"], span["end_s"])]
        assert times == sorted(times)
        assert times[0] >= 0
        assert times[-1] <= description["duration_s"]
        assert all(span["start_s"] < span["end_s"] for span in spans)
        starts = [turn["start_s"] for turn in description["turns"]]
        assert starts == sorted(starts)

    def test_turns_are_speech_and_gaps_are_quiet(self, recording: Path) -> None:
        description = described(recording)
        for turn in description["turns"]:
            assert loudness(recording, turn["start_s"], turn["end_s"]) > -30
        for gap in description["gaps"]:
            limit_dbfs = -70 if gap["kind"] == "silence" else gap["level_dbfs"] + 3
            assert loudness(recording, gap["start_s"] + 0.1, gap["end_s"] - 0.1) < limit_dbfs

    def test_was_made_from_the_script_beside_it(self, recording: Path) -> None:
        description = described(recording)
        script = load_script(recording.with_suffix(".yaml"))
        content = recording.with_suffix(".yaml").read_bytes()
        assert hashlib.sha256(content).hexdigest() == description["made_by"]["script_sha256"]
        said = [item.text for item in script.items if isinstance(item, Turn)]
        assert [turn["text"] for turn in description["turns"]] == said


@pytest.mark.parametrize("name", ["interview", "talk"])
def test_every_glossary_term_is_spoken(name: str) -> None:
    text = " ".join(turn["text"] for turn in described(FOLDERS[0] / f"{name}.opus")["turns"])
    terms = (FOLDERS[0] / f"{name}.glossary.txt").read_text(encoding="utf-8").splitlines()
    assert terms
    assert [term for term in terms if term.lower() not in text.lower()] == []


def tone(turn: Turn) -> Speech:
    """Half a second of sound with a quarter of silence on both sides, as a synthesiser gives."""
    sound = np.sin(np.arange(SAMPLE_RATE_HZ // 2, dtype=np.float32) * 0.1)
    return Speech(np.pad(sound, SAMPLE_RATE_HZ // 4).astype(np.float32))


def turn(**fields: object) -> dict[str, object]:
    return {"speaker": "A", "voice": "af_heart", "text": "Hello.", **fields}


def test_pauses_are_those_of_the_script() -> None:
    entries = [turn(), turn(pause_s=0.9), {"silence_s": 2}, turn(), {"noise_s": 1}]
    recording = lay_out(parse_script({"turns": entries, "lead_in_s": 0.25}, "test"), tone)
    times = [(round(span.start_s, 3), round(span.end_s, 3)) for span in recording.spans]
    assert times == [(0.25, 0.75), (1.65, 2.15), (2.15, 4.15), (4.15, 4.65), (4.65, 5.65)]
    assert len(recording.samples) == round((5.65 + 0.4) * SAMPLE_RATE_HZ)


def test_opus_keeps_time_and_bytes(tmp_path: Path) -> None:
    recording = lay_out(parse_script([turn()], "test"), tone)
    first = write_opus(tmp_path / "first.opus", recording.samples, 24_000)
    second = write_opus(tmp_path / "second.opus", recording.samples, 24_000)
    assert first == second
    assert first.duration_s == len(recording.samples) / SAMPLE_RATE_HZ
    assert loudness(tmp_path / "first.opus", 0.0, 0.38) < -60
    assert loudness(tmp_path / "first.opus", 0.4, 0.9) > -30


def test_respelling_takes_whole_terms_and_keeps_the_text() -> None:
    fields = {"pronounce": {"RSpec": "R spec"}, "turns": [turn(text="RSpec and RSpecs.")]}
    (item,) = parse_script(fields, "test").items
    assert isinstance(item, Turn)
    assert (item.text, item.said) == ("RSpec and RSpecs.", "R spec and RSpecs.")


@pytest.mark.parametrize(
    ("document", "complaint"),
    [
        ([], "at least one turn"),
        ([turn(text=" ")], "turn 1: 'text'"),
        ([turn(), turn(speed=9)], "turn 2: 'speed' must be in"),
        ([turn(sped=1)], "unknown fields \\['sped'\\]"),
        ("a text", "expected fields"),
    ],
)
def test_a_bad_script_is_refused(document: object, complaint: str) -> None:
    with pytest.raises(SynthesisError, match=complaint):
        parse_script(document, "test")


def test_a_changed_or_unknown_voice_is_refused(tmp_path: Path) -> None:
    (tmp_path / "af_heart.bin").write_bytes(bytes(510 * 256 * 4))
    with pytest.raises(SynthesisError, match="demands"):
        load_voice("af_heart", tmp_path, Sums.load())
    with pytest.raises(SynthesisError, match="no readable"):
        load_voice("bm_george", tmp_path, Sums.load())
    with pytest.raises(SynthesisError, match="has no sum"):
        load_voice("nobody", tmp_path, Sums.load())

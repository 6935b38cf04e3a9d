"""What a domain is made from: its text without its layout, and corrections somebody agreed to."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from data.domains.folder import read
from tests.support.small_corpus import write_wav
from worker.adaptation.clips import load
from worker.adaptation.collect import CORRECTIONS, TEXT, audio_inputs, collect, read_corrections
from worker.adaptation.pipeline import StageFailed, Work


def exported(folder: Path, *rows: dict[str, Any]) -> Path:
    """A corrections file with one-second recordings of noise."""
    folder.mkdir(exist_ok=True)
    for number, row in enumerate(rows):
        noise = np.random.default_rng(number).uniform(-0.1, 0.1, 16_000).astype(np.float32)
        write_wav(folder / row["audio"], noise)
    path = folder / "corrections.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def row(name: str = "a.wav", **more: Any) -> dict[str, Any]:
    return {"audio": name, "text": "Hello there.", "consent": True, **more}


def domain(folder: Path, train: str, glossary: str) -> Path:
    (folder / "sentences").mkdir(parents=True, exist_ok=True)
    (folder / "domain.toml").write_text('title = "Birds"')
    (folder / "sentences" / "train.txt").write_text(train)
    (folder / "glossary.csv").write_text(glossary)
    return folder


def collected(folder: Path, out: Path, corrections: Path | None = None) -> dict[str, Any]:
    out.mkdir()
    collect(read(folder), corrections, Work(out, out, {}, lambda *_: None))
    told: dict[str, Any] = json.loads((out / TEXT).read_bytes())
    return told


@pytest.mark.chapter(11)
def test_layout_comments_and_order_of_words_make_no_difference(tmp_path: Path) -> None:
    first = domain(tmp_path / "birds", "One bird.\nTwo birds.\n", "term\nchiffchaff\nsmew\n")
    before = collected(first, tmp_path / "1")
    domain(first, "# seen\nOne  bird.\n\nTwo birds.", "term,split\nsmew,train\nchiffchaff,train\n")
    assert collected(first, tmp_path / "2") == before
    domain(first, "One bird.\nThree birds.", "term\nchiffchaff\nsmew\n")
    assert collected(first, tmp_path / "3") != before


@pytest.mark.chapter(16)
def test_held_out_terms_and_test_sentences_never_reach_training(tmp_path: Path) -> None:
    folder = domain(tmp_path / "birds", "One bird.", "term,split\nsmew,held-out\ndunlin,train\n")
    (folder / "sentences" / "test.txt").write_text("Nobody has seen this.")
    told = json.dumps(collected(folder, tmp_path / "out"))
    assert "dunlin" in told
    assert "smew" not in told and "Nobody" not in told


@pytest.mark.chapter(16)
@pytest.mark.parametrize("consent", [None, False, "true", 1, "yes"])
def test_without_consent_nothing_is_used_and_it_is_said(tmp_path: Path, consent: object) -> None:
    path = exported(tmp_path / "c", row(), {**row("b.wav"), "consent": consent})
    with pytest.raises(StageFailed, match=r'line 2: there is no "consent": true'):
        list(read_corrections(path))


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", "line 1: it is not JSON"),
        ("[]", 'line 1: it needs "audio" and "text"'),
        ('{"audio": "x.wav", "consent": true}', 'it needs "audio" and "text"'),
        ('{"audio": "x.wav", "text": "a", "consent": true}', r"there is no x\.wav"),
        ('{"audio": "x", "text": "a", "consent": true, "end_s": "3"}', "are seconds"),
        ('{"audio": "x", "text": "a<|en|>", "consent": true}', "recogniser's own marks"),
    ],
)
def test_a_line_that_cannot_be_used_is_named(tmp_path: Path, line: str, message: str) -> None:
    path = tmp_path / "corrections.jsonl"
    path.write_text(line + "\n")
    with pytest.raises(StageFailed, match=message):
        list(read_corrections(path))


def test_broken_long_and_changed_audio_is_refused(tmp_path: Path) -> None:
    path = exported(tmp_path / "c", row())
    (tmp_path / "c" / "a.wav").write_bytes(b"RIFF" + bytes(300))
    with pytest.raises(StageFailed, match=r"a\.wav cannot be read as audio"):
        list(read_corrections(path))
    path = exported(tmp_path / "c", row(sha256="0" * 64))
    with pytest.raises(StageFailed, match="is not the file its manifest describes"):
        list(read_corrections(path))
    path = exported(tmp_path / "c", row())
    write_wav(tmp_path / "c" / "a.wav", np.full(31 * 16_000, 0.1, np.float32))
    with pytest.raises(StageFailed, match=r"has 31\.0 s of audio"):
        list(read_corrections(path))


@pytest.mark.chapter(16)
def test_a_speaker_is_trained_on_or_chosen_by(tmp_path: Path) -> None:
    rows = [row(f"{n}.wav", speaker=f"p{n % 5}") for n in range(20)]
    clips = list(read_corrections(exported(tmp_path / "c", *rows)))
    of = {split: {c.speaker for c in clips if c.split == split} for split in ("train", "dev")}
    assert of["train"] and of["dev"] and not of["train"] & of["dev"]
    alone = list(read_corrections(exported(tmp_path / "d", *(row(f"{n}.wav") for n in range(3)))))
    assert {clip.split for clip in alone} == {"train", "dev"}


def test_a_stretch_is_cut_out_and_kept_with_the_sum_of_its_recording(tmp_path: Path) -> None:
    path = exported(tmp_path / "c", row(start_s=0.25, end_s=0.75), row("b.wav"))
    folder = domain(tmp_path / "birds", "One bird.", "term\nsmew\n")
    collected(folder, tmp_path / "out", path)
    first, second = load(tmp_path / "out" / CORRECTIONS)
    assert (first.duration_s, second.duration_s) == (0.5, 1.0)
    assert len(first.sha256) == 64 and first.sha256 != second.sha256
    assert set(audio_inputs(path)) == {"corrections", "corrections/a.wav", "corrections/b.wav"}

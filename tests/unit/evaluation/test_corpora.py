"""Corpora as the evaluation sees them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.settings import get_settings
from data.acquisition.places import REPOSITORY, described_places
from evaluation.corpora import (
    BadManifest,
    CorpusMissing,
    available,
    corpus,
    corpus_sha256,
    load,
)

Row = dict[str, Any]


@pytest.fixture
def named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder of `LECTERN_CORPORA`."""
    monkeypatch.setenv("LECTERN_CORPORA", str(tmp_path / "named"))
    monkeypatch.setenv("LECTERN_HOME", str(tmp_path / "home"))
    get_settings.cache_clear()
    yield tmp_path / "named"
    get_settings.cache_clear()


def _row(number: int, split: str, **more: object) -> Row:
    return {
        "id": f"clip{number}",
        "audio": f"audio/{number}.wav",
        "duration_s": 1.5,
        "text": f"number {number}",
        "split": split,
        "speaker": f"s{number % 2}",
        "gender": "female",
        **more,
    }


def _make(folder: Path, rows: list[Row]) -> Path:
    (folder / "audio").mkdir(parents=True)
    lines = "".join(json.dumps(row) + "\n" for row in rows)
    (folder / "manifest.jsonl").write_text(lines)
    for row in rows:
        (folder / row["audio"]).write_bytes(b"audio of " + row["id"].encode())
    return folder


ROWS = [_row(0, "train"), _row(1, "test"), _row(2, "test")]


def test_a_corpus_and_its_splits(named: Path) -> None:
    _make(named / "an4", ROWS)
    assert [clip.id for clip in load("an4")] == ["clip0", "clip1", "clip2"]
    assert [clip.id for clip in load("an4-test")] == ["clip1", "clip2"]
    assert load("an4", "train") == load("an4-train")
    found = corpus("an4-test")
    assert (found.base, found.split, found.splits) == ("an4", "test", ("test",))
    clip = found.clips[0]
    assert (clip.text, clip.speaker, clip.split) == ("number 1", "s1", "test")
    assert clip.fields == {"split": "test", "gender": "female"}
    assert clip.path == "audio/1.wav"


def test_a_corpus_whose_name_ends_like_a_split(named: Path) -> None:
    _make(named / "an4", ROWS)
    _make(named / "an4-test", ROWS[:1])
    assert [clip.id for clip in load("an4-test")] == ["clip0"]


@pytest.mark.chapter(24)
def test_the_sum_says_which_utterances(named: Path) -> None:
    folder = _make(named / "an4", ROWS)
    content = (folder / "manifest.jsonl").read_bytes()
    assert corpus_sha256("an4") == hashlib.sha256(content).hexdigest()
    test = corpus_sha256("an4-test")
    assert test == hashlib.sha256(b"".join(content.splitlines(True)[1:])).hexdigest()
    _make(named / "other", [_row(0, "train", text="changed"), *ROWS[1:]])
    assert corpus_sha256("other") != corpus_sha256("an4")
    assert corpus_sha256("other-test") == test


def test_where_corpora_are_looked_for(named: Path, tmp_path: Path) -> None:
    _make(tmp_path / "home" / "corpora" / "fetched", ROWS)
    _make(tmp_path / "home" / "corpora" / "both", ROWS)
    _make(named / "both", ROWS[:1])
    (tmp_path / "home" / "corpora" / ".an4.staging").mkdir()
    _make(tmp_path / "home" / "corpora" / ".half.staging", ROWS)
    assert len(load("fetched")) == 3
    assert len(load("both")) == 1
    here = available()
    assert {"fetched", "both"} <= set(here)
    assert not any(name.startswith(".") for name in here)
    committed = (REPOSITORY / "data" / "material").glob("*/manifest.jsonl")
    named_elsewhere = {path: name for name, path in described_places().items()}
    names = {named_elsewhere.get(path.parent, path.parent.name) for path in committed}
    assert {"dialogues", "general-guard", "general-replay"} <= names <= set(here)
    assert not {"general", "replay", "test"} & set(here)
    assert len(load("general-guard")) >= 100


def test_what_is_missing_comes_with_the_command(named: Path) -> None:
    for name in ("an4", "an4-test"):
        with pytest.raises(CorpusMissing, match=r"Get it with: python -m data fetch an4$"):
            load(name)
    with pytest.raises(CorpusMissing, match=r"fetch common-voice-en --accept-licence --from ARCH"):
        load("common-voice-en")
    with pytest.raises(CorpusMissing, match=r"Known beside them: an4, .*LECTERN_CORPORA names"):
        load("nothing")
    for name in ("", "..", "../named", "/etc", ".", "a\0b"):
        with pytest.raises(CorpusMissing):
            load(name)


def test_a_split_that_is_not_there(named: Path) -> None:
    _make(named / "an4", ROWS)
    with pytest.raises(CorpusMissing, match=r"has no split 'dev'. Its splits are test, train\."):
        load("an4-dev")


@pytest.mark.chapter(16)
@pytest.mark.parametrize(
    ("line", "finding"),
    [
        ('{"id": "a"', r"line 2: it is not JSON"),
        ("[]", r"line 2: it has to be an object with fields, not \[\]"),
        ('{"id": "a", "audio": "a.wav"}', 'line 2: "duration_s" is missing'),
        ('{"id": "", "audio": "a.wav", "duration_s": 1}', 'line 2: "id" is "", it has to be a tex'),
        ('{"id": "a", "audio": "../a.wav", "duration_s": 1}', r'"audio" is "\.\./a\.wav", it has'),
        ('{"id": "a", "audio": "/a.wav", "duration_s": 1}', '"audio" is "/a.wav", it has to be a'),
        ('{"id": "a", "audio": 7, "duration_s": 1}', '"audio" is 7, it has to be a path below'),
        ('{"id": "a", "audio": "a", "duration_s": "3,4"}', '"duration_s" is "3,4", it has to be a'),
        ('{"id": "a", "audio": "a", "duration_s": 0}', '"duration_s" is 0, it has to be a number'),
        ('{"id": "a", "audio": "a", "duration_s": NaN}', '"duration_s" is NaN'),
        ('{"id": "a", "audio": "a", "duration_s": Infinity}', '"duration_s" is Infinity'),
        ('{"id": "a", "audio": "a", "duration_s": true}', '"duration_s" is true'),
        ('{"id": "a", "audio": "a", "duration_s": 1, "text": null}', '"text" is null, it has to b'),
        ('{"id": "a", "audio": "a", "duration_s": 1, "speaker": 5}', '"speaker" is 5, it has to'),
        ('{"id": "a", "audio": "a", "duration_s": 1, "sha256": "x"}', '"sha256" is "x", it has to'),
        ('{"id": "a", "audio": "a", "duration_s": 1, "segments": 1}', '"segments" is 1'),
        (
            '{"id":"a","audio":"a","duration_s":1,"segments":[{"text":"x","start_s":2,"end_s":1}]}',
            r'"segments\[0\]" needs start_s and end_s',
        ),
        ('{"id": "clip0", "audio": "a", "duration_s": 1}', "\"id\" 'clip0' is that of line 1 alr"),
    ],
)
def test_bad_manifests(named: Path, line: str, finding: str) -> None:
    folder = _make(named / "bad", ROWS[:1])
    with (folder / "manifest.jsonl").open("a") as file:
        file.write(line + "\n")
    with pytest.raises(BadManifest, match=finding) as raised:
        load("bad")
    assert str(folder / "manifest.jsonl") in str(raised.value)
    assert "line 2" in str(raised.value)


def test_all_findings_are_told_at_once_and_not_too_many(named: Path) -> None:
    folder = _make(named / "bad", ROWS[:1])
    (folder / "manifest.jsonl").write_bytes(b'{"id": 1}\n\xff\xfe\n' + b"{}\n" * 30)
    with pytest.raises(BadManifest) as raised:
        load("bad")
    said = str(raised.value)
    assert 'line 1: "audio" is missing' in said
    assert "line 2: it is not UTF-8 (byte 1)" in said
    assert "and 84 more" in said


def test_no_clips(named: Path) -> None:
    folder = _make(named / "bad", ROWS[:1])
    (folder / "manifest.jsonl").write_text("\n\n")
    with pytest.raises(BadManifest, match="has no clips"):
        load("bad")


def test_a_missing_file_is_the_failure_of_its_clip(named: Path) -> None:
    rows = [
        _row(n, "test", sha256=hashlib.sha256(f"audio of clip{n}".encode()).hexdigest())
        for n in range(4)
    ]
    folder = _make(named / "an4", rows)
    (folder / "audio" / "0.wav").unlink()
    (folder / "audio" / "1.wav").write_bytes(b"")
    (folder / "audio" / "2.wav").write_bytes(b"other")
    found = corpus("an4")
    assert [(clip.id, problem) for clip, problem in found.failed()] == [
        ("clip0", "its audio audio/0.wav is missing"),
        ("clip1", "its audio audio/1.wav is empty"),
    ]
    assert found.failed(verify=True)[2:] == [
        (found.clips[2], "its audio audio/2.wav is not what the manifest says")
    ]
    assert found.clips[3].problem(verify=True) is None


def test_sentences_of_a_long_recording(named: Path) -> None:
    segments = [
        {"text": "Hello.", "start_s": 0, "end_s": 1.0, "speaker": "a", "words": []},
        {"text": "Bye.", "start_s": 1.0, "end_s": 1.5},
    ]
    _make(named / "long", [_row(0, "test", segments=segments)])
    clip = load("long")[0]
    assert clip.sentences == ("Hello.", "Bye.")
    assert clip.segments[0].speaker == "a"
    assert clip.segments[0].fields == {"words": []}
    assert (clip.segments[1].start_s, clip.segments[1].end_s) == (1.0, 1.5)
    assert "segments" not in clip.fields


def test_the_real_ones(corpora: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LECTERN_CORPORA", str(corpora))
    get_settings.cache_clear()
    try:
        assert len(load("an4-test")) == 130
        assert len(load("an4-train")) == 948
        assert corpus("an4-test").failed() == []
        assert len(load("longform-lj003")[0].sentences) == 98
    finally:
        get_settings.cache_clear()

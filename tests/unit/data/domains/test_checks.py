"""What spoils a domain is found, with its file and line, before anything is trained."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from data.domains import checks
from data.domains.checks import Finding, check, check_speech
from data.domains.folder import DomainError, find, read, shipped

BIRDS = (
    "heron tern plover dunlin smew wigeon pochard gadwall scaup goosander teal shoveler osprey "
    "harrier kite buzzard merlin hobby quail corncrake"
)
WORDS = BIRDS.split()


def sentence(n: int) -> str:
    one, other = WORDS[n % 20], WORDS[(n * 7 + n // 20 + 3) % 20]
    return f"On the {n}th morning of the survey we saw a {one} and then a {other} near the water."


def domain(folder: Path, **files: str) -> Path:
    """A domain nothing is wrong with, but for the files given (`train`, `terms`, `toml` …)."""
    whole = {
        "toml": 'title = "Birds"\nlanguage = "en"\n',
        "terms": "term,sounds_like,split\n" + "".join(f"{w},,train\n" for w in WORDS),
        "train": "".join(f"{sentence(n)}\n" for n in range(120)),
        "dev": "The warden writes every sighting into a book before breakfast.\n",
        "test": "A student from the city asked which of those ducks dive for food.\n",
        **files,
    }
    (folder / "sentences").mkdir(parents=True)
    (folder / "domain.toml").write_text(whole["toml"], encoding="utf-8")
    (folder / "glossary.csv").write_text(whole["terms"], encoding="utf-8")
    for split in ("train", "dev", "test"):
        (folder / "sentences" / f"{split}.txt").write_text(whole[split], encoding="utf-8")
    return folder


def found(folder: Path) -> dict[str, Finding]:
    return {finding.code: finding for finding in check(read(folder))}


def terms(*lines: str) -> str:
    return "term,sounds_like,split\n" + "\n".join(lines)


def test_nothing_is_found_where_nothing_is_wrong(tmp_path: Path) -> None:
    assert found(domain(tmp_path / "birds")) == {}


@pytest.mark.chapter(16)
@pytest.mark.parametrize(
    ("files", "code", "level", "message"),
    [
        ({"terms": terms(*(f"t{n}" for n in range(50_000)))}, "too-many-terms", "error", "50000"),
        ({"terms": terms("x" * 500)}, "long-term", "error", "glossary.csv, line 2.*500 char"),
        ({"terms": terms("heron", "Heron")}, "duplicate-term", "warning", "line 2 already"),
        ({"terms": terms("heron", "heron,,held-out")}, "term-in-two-splits", "error", "held-out"),
        ({"terms": terms("...")}, "no-word", "error", "no letter"),
        ({"terms": terms("he\u200bron")}, "forbidden", "error", "zero width space"),
        ({"terms": terms("a\u202eb")}, "forbidden", "error", "right-to-left override"),
        ({"terms": terms("<|nospeech|>")}, "forbidden", "error", "own marks"),
        ({"terms": terms("capercaillie")}, "term-not-in-text", "warning", "capercaillie"),
        ({"train": "One bird.\n"}, "too-little-text", "error", "1 sentences with 2 words"),
        ({"train": sentence(1) * 40}, "long-sentence", "error", "train.txt, line 1.*at most 500"),
        ({"dev": ""}, "no-dev", "error", "too far"),
        ({"toml": 'title = "x"\nlanguage = "de"'}, "language", "error", "English"),
        ({"dev": f"{sentence(5)}\n"}, "leaked-sentence", "error", "dev.txt, line 1.*train.txt, l"),
        ({"test": f"so {sentence(5)}\n"}, "near-leak", "warning", "8 words in a row"),
        ({"terms": terms("heron,,held-out")}, "leaked-term", "error", "'heron' is held out"),
    ],
)
def test_each_fault_is_found_and_named(
    tmp_path: Path, files: dict[str, str], code: str, level: str, message: str
) -> None:
    finding = found(domain(tmp_path / "birds", **files))[code]
    assert finding.level == level
    assert re.search(message, str(finding)), str(finding)


@pytest.mark.chapter(16)
@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("Am Morgen sahen wir am Ufer des Sees einen Reiher und zwei kleine Enten.", "de"),
        ("Le matin nous avons vu un héron cendré et deux canards au bord de l'eau.", "fr"),
        ("Утром мы видели на берегу озера серую цаплю и двух маленьких уток.", "ru"),
    ],
)
def test_another_language_is_an_error_and_one_sentence_of_it_a_warning(
    tmp_path: Path, line: str, code: str
) -> None:
    other = "".join(f"{line} {n}\n" for n in range(40))
    finding = found(domain(tmp_path / "a", train=other))["other-language"]
    assert finding.level == "error" and code in finding.message
    mostly = "".join(f"{sentence(n)}\n" for n in range(120)) + f"{line}\n"
    assert found(domain(tmp_path / "b", train=mostly))["language"].level == "warning"


@pytest.mark.chapter(16)
def test_a_voice_of_training_may_not_read_the_test(tmp_path: Path) -> None:
    folder = domain(tmp_path / "birds")
    (folder / "test").mkdir()
    rows = [{"id": "1", "voice": "af_kore"}, {"id": "2", "voice": "piper_joe"}]
    (folder / "test" / "manifest.jsonl").write_text("".join(json.dumps(r) + "\n" for r in rows))
    finding = found(folder)["shared-voice"]
    assert "af_kore" in finding.message and "piper_joe" not in finding.message


@pytest.mark.chapter(16)
def test_nobody_and_no_recording_in_two_splits() -> None:
    apart = [
        {"split": "train", "speaker": "a", "sha256": "1"},
        {"split": "dev", "speaker": "b", "sha256": "2"},
    ]
    assert not list(check_speech(apart))
    codes = [f.code for f in check_speech([*apart, {**apart[1], "split": "test"}])]
    assert codes == ["leaked-speaker", "leaked-sha256"]


def test_a_glossary_alone_needs_no_sentences(tmp_path: Path) -> None:
    folder = domain(tmp_path / "birds", train="", dev="", test="")
    assert not check(read(folder), trained=False)
    assert {f.code for f in checks.errors(check(read(folder)))} == {"too-little-text", "no-dev"}


@pytest.mark.parametrize(
    ("file", "content", "message"),
    [
        ("domain.toml", b"title = ", "is not TOML"),
        ("domain.toml", b"", "has no title"),
        ("domain.toml", b'title = "x"\nsize = 3', "size: unknown"),
        ("domain.toml", b'title = "x"\n[speech]\nsource = "radio"', "there are an4, synthesis"),
        ("domain.toml", b'title = "x"\nname = "Not a name"', "is no name"),
        ("domain.toml", b"\xff\xfe", "is not UTF-8"),
        ("glossary.csv", b"word\nheron", "has no column 'term'"),
        ("glossary.csv", b"term,split\nheron,both", "line 2: split is 'both'"),
        ("sentences/train.txt", b"caf\xe9", r"train\.txt is not UTF-8"),
        ("glossary.csv", b"x" * 21_000_000, "has 21 MB"),
    ],
)
def test_what_cannot_be_read_is_said(
    tmp_path: Path, file: str, content: bytes, message: str
) -> None:
    folder = domain(tmp_path / "birds")
    (folder / file).write_bytes(content)
    with pytest.raises(DomainError, match=message):
        read(folder)


def test_domains_are_found_by_name_and_by_path(tmp_path: Path) -> None:
    assert find(str(domain(tmp_path / "birds"))).name == "birds"
    with pytest.raises(DomainError, match="There is no domain 'nothing'"):
        find("nothing")
    for name in shipped():
        assert find(name).name == name


@pytest.mark.chapter(16)
@pytest.mark.parametrize("name", sorted(shipped()))
def test_the_shipped_domains_have_no_errors(name: str) -> None:
    assert checks.errors(check(find(name))) == []

"""The script of the long interview: new all the way, as long as asked, the same for a seed."""

from __future__ import annotations

import re
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
import yaml

from data.material.interview import writing
from data.synthesis.script import Turn, load_script

HOUR = list(writing.script(60))
TURNS = [turn for turn in HOUR if "text" in turn]


def sentences(turns: list[dict[str, Any]]) -> list[str]:
    """Sentences of four words and more; "Mhm." may come again."""
    found = [part for turn in turns for part in re.split(r"(?<=[.?!]) ", turn["text"])]
    return [part for part in found if len(part.split()) > 5]


def test_no_sentence_is_said_twice() -> None:
    begun = " ".join(yaml.safe_load(writing.TOPICS.read_text())["false_starts"])
    said = [text for text in sentences(TURNS) if text not in begun]
    assert len(said) > 400
    assert len(said) == len(set(said))


def test_no_template_shows() -> None:
    for turn in TURNS:
        assert not re.search(r"[{}|()]|\.\.|\s[?.,]|\s\s", turn["text"]), turn["text"]
        assert turn["text"][0].isupper() or turn["text"][0].isdigit()
        assert turn["text"][-1] in ".?,", turn["text"]


def test_people_talk_as_people_do() -> None:
    murmured = [turn for turn in TURNS if turn.get("overlap_s")]
    pauses = [turn["silence_s"] for turn in HOUR if "silence_s" in turn]
    assert len(murmured) > 40
    assert all(turn["speaker"] == "Interviewer" for turn in murmured)
    assert len(pauses) > 5
    assert max(pauses) > 5
    assert sum(bool(re.search(r"\d", turn["text"])) for turn in TURNS) > 150
    assert any(turn["text"].startswith("I, I mean,") for turn in TURNS)


def test_it_is_as_long_as_asked() -> None:
    words = sum(len(turn["text"].split()) for turn in TURNS)
    assert words == pytest.approx(60 * writing._WORDS_A_MINUTE, rel=0.01)


@pytest.mark.chapter(24)
def test_a_seed_is_a_text() -> None:
    short = list(writing.script(3))
    assert short == list(islice(HOUR, len(short)))
    assert short != list(writing.script(3, seed=1))


def test_what_cannot_be_new_is_not_made() -> None:
    with pytest.raises(writing.Exhausted, match="add topics"):
        list(writing.script(3000))


def test_years_are_read_as_years() -> None:
    text = "In 1986, 1907 and 2011, not in 2004, on 1900 or 19123 pages."
    read = {"1986": "nineteen 86", "1907": "nineteen oh 7", "2011": "twenty 11"}
    assert writing.years(text) == read


def test_the_script_is_one_that_can_be_read_aloud(tmp_path: Path) -> None:
    path = tmp_path / "three.yaml"
    turns = writing.write(path, 3)
    items = load_script(path).items
    assert sum(isinstance(item, Turn) for item in items) == turns
    assert {item.voice for item in items if isinstance(item, Turn)} == {"af_heart", "bm_george"}

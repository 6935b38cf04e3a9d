"""The committed sentences: audio, manifest, list and glossary agree, and judging is kept apart."""

from __future__ import annotations

import hashlib
import json
import re
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from data.acquisition.description import describe
from data.acquisition.places import REPOSITORY, Places, described_places, name_of
from data.audio.decode import decode
from data.checks.schema import FIELDS, REQUIRED, REQUIRED_OF_SPEECH
from data.synthesis.casting import cast
from data.synthesis.opus import decoded_samples
from data.synthesis.reading_list import readings, respellings, sentences

NAMES = sorted(described_places())
DOMAINS = sorted(name.removesuffix("-test") for name in NAMES if name.endswith("-test"))


def rows_of(name: str) -> list[dict[str, Any]]:
    lines = (described_places()[name] / "manifest.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def list_of(name: str) -> list[tuple[int, str]]:
    return sentences(REPOSITORY / describe(name).options["sentences"])


def test_which_there_are() -> None:
    assert {"general-guard", "general-replay"} <= set(NAMES)
    assert {"medicine", "poverty-research", "ruby"} <= set(DOMAINS)
    places = Places(Path("/nowhere"), Path("/nowhere"))
    assert set(NAMES) <= places.all().keys()
    for name in NAMES:
        folder = places.find(name)
        assert folder == described_places()[name]
        assert name_of(folder) == name
    assert name_of(places.committed / "dialogues") == "dialogues"


@pytest.mark.parametrize("name", NAMES)
class TestCommittedSentences:
    def test_audio_is_what_the_manifest_says(self, name: str) -> None:
        folder, rows = described_places()[name], rows_of(name)
        for row in rows:
            path = folder / row["audio"]
            assert hashlib.sha256(path.read_bytes()).hexdigest() == row["sha256"], row["id"]
            count, rate_hz = decoded_samples(path)
            assert count / rate_hz == pytest.approx(row["duration_s"], abs=1e-4)
        there = {f"audio/{path.name}" for path in (folder / "audio").iterdir()}
        assert there == {row["audio"] for row in rows}

    def test_manifest_is_what_the_list_the_glossary_and_the_voices_give(self, name: str) -> None:
        options = describe(name).options
        glossary = options.get("pronounce")
        respelled = respellings(REPOSITORY / glossary) if glossary else {}
        chosen = cast(options["voices"])
        wanted = readings(list_of(name), respelled, chosen, name, 0, 1)
        found = [
            (row["id"], row["text"], row["voice"], row["segments"][0].get("said", row["text"]))
            for row in rows_of(name)
        ]
        assert found == [(r.id, r.turn.text, r.turn.voice, r.turn.said) for r in wanted]
        assert all(row["speaker"] in chosen.voices for row in rows_of(name))

    def test_rows_say_what_a_manifest_must(self, name: str) -> None:
        rows = rows_of(name)
        assert len({row["id"] for row in rows}) == len(rows)
        for row in rows:
            assert set(REQUIRED + REQUIRED_OF_SPEECH) <= row.keys() <= FIELDS.keys()
            assert all(FIELDS[field][0](value) for field, value in row.items()), row["id"]
            assert row["synthetic"] is True

    def test_speech_is_where_the_times_say(self, name: str) -> None:
        for row in rows_of(name)[::10]:
            (segment,) = row["segments"]
            samples = decode(described_places()[name] / row["audio"])
            edges = round(segment["start_s"] * 16_000), round(segment["end_s"] * 16_000)
            speech = np.mean(samples[edges[0] : edges[1]] ** 2)
            before = np.mean(samples[: edges[0] - 800] ** 2)
            after = np.mean(samples[edges[1] + 1600 :] ** 2)
            assert speech > 1e-4, row["id"]
            assert max(before, after) < speech / 1000, row["id"]
            spans = [(start_s, end_s) for _, start_s, end_s in segment.get("words", [])]
            times = [time for span in spans for time in span]
            assert times == sorted(times), row["id"]

    def test_both_genders_and_accents_speak(self, name: str) -> None:
        rows = rows_of(name)
        for field in ("gender", "accent"):
            values = [row[field] for row in rows]
            assert min(values.count(value) for value in set(values)) > len(rows) / 10, field
            assert len(set(values)) == 2


def plain(sentence: str) -> str:
    return " ".join(re.findall(r"[\w']+", sentence.lower()))


@pytest.mark.chapter(15)
@pytest.mark.parametrize("domain", DOMAINS)
def test_no_sentence_of_training_is_judged(domain: str) -> None:
    folder = REPOSITORY / "data" / "domains" / domain / "sentences"
    lists = {split: sentences(folder / f"{split}.txt") for split in ("train", "dev", "test")}
    lists |= {name: list_of(name) for name in ("general-guard", "general-replay")}
    said = {split: {plain(text) for _, text in listed} for split, listed in lists.items()}
    for one, other in combinations(said, 2):
        assert not said[one] & said[other], (one, other)


@pytest.mark.chapter(15)
@pytest.mark.parametrize("domain", DOMAINS)
def test_every_held_out_sentence_is_heard_from_two_synthesisers(domain: str) -> None:
    heard: dict[str, set[str]] = {}
    for row in rows_of(f"{domain}-test"):
        heard.setdefault(row["text"], set()).add(row["synthesiser"])
    assert set(map(frozenset, heard.values())) == {frozenset({"kokoro", "piper"})}
    assert not {row["voice"] for row in rows_of(f"{domain}-test")} & (
        cast("train").voices | cast("dev").voices
    )


def test_guard_set_has_word_times() -> None:
    rows = rows_of("general-guard")
    timed = [row for row in rows if row["segments"][0].get("words")]
    assert len(timed) >= 0.95 * len(rows)
    for row in timed:
        assert [word for word, *_ in row["segments"][0]["words"]] == row["text"].split()

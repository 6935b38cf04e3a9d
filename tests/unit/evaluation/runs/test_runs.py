"""A run hears every clip once, counts what failed, goes on where it was, and can be re-scored."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.settings import Settings, get_settings
from evaluation import corpora
from evaluation.runs import cache as caching
from evaluation.runs import make as making
from evaluation.runs.cache import Cache
from evaluation.runs.format import BadRun, Run, load, save
from evaluation.runs.make import Order, make
from evaluation.runs.sequential import Prepare, Sequential, sequential
from evaluation.scoring import score
from tests.support import small_corpus
from worker.pipeline.recognise import DecodingOptions

TINY = Order("tiny.en")


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    """Corpora in a folder of this test; the weights that are there already."""
    monkeypatch.setenv("LECTERN_CORPORA", str(tmp_path / "corpora"))
    get_settings.cache_clear()
    yield get_settings()
    monkeypatch.undo()
    get_settings.cache_clear()


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(tmp_path / "cache")


@pytest.fixture
def corpus(settings: Settings) -> corpora.Corpus:
    small_corpus.sentences(settings.corpora / "small", broken=True)
    return corpora.corpus("small")


class Counting:
    """The real engine, counting what it is given and stopping after so many."""

    def __init__(self, engine: Sequential, stop_after: int = 10**9) -> None:
        self.engine = engine
        self.stop_after = stop_after
        self.heard: list[str] = []

    @property
    def pid(self) -> int:
        return self.engine.pid

    def hear_all(self, wanted: dict[str, Prepare]) -> Iterator[tuple[str, Any]]:
        for name, heard in self.engine.hear_all(wanted):
            self.heard.append(name)
            yield name, heard
            if len(self.heard) == self.stop_after:
                raise KeyboardInterrupt


@pytest.fixture
def watched(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """Hears with the real engine and tells which clips it was given."""

    def watch(stop_after: int = 10**9) -> list[str]:
        heard: list[str] = []

        @contextmanager
        def counting(*arguments: Any) -> Iterator[Counting]:
            with sequential(*arguments) as engine:
                counting_engine = Counting(engine, stop_after)
                counting_engine.heard = heard
                yield counting_engine

        monkeypatch.setitem(making.ENGINES, "sequential", counting)
        return heard

    return watch


@pytest.mark.chapter(15)
def test_every_clip_is_counted_and_a_bad_one_harms_no_other(
    corpus: corpora.Corpus, settings: Settings, cache: Cache, tmp_path: Path
) -> None:
    run = make(TINY, corpus, settings, cache)
    assert [each.id for each in run.recordings] == [clip.id for clip in corpus.clips]
    errors = {each.id: each.error or "" for each in run.failed}
    assert set(errors) == {"damaged", "missing"}
    assert "audio/missing.wav is missing" in errors["missing"]
    assert errors["damaged"].startswith(("unreadable_audio", "unsupported", "truncated", "empty"))
    counts = {u.id: u.counts for u in run.utterances}
    assert counts["damaged"] == {}
    assert sum(counts[f"sentence-{n}"]["english"].total for n in range(4)) <= 3
    assert all(each.words for each in run.utterances if each.counts)
    assert run.model_sha256.startswith("1a5afae0")
    assert run.speed["transcribed"] == 5  # the damaged one was tried
    found = score(run)
    assert found["failed"] == 2
    assert found["wer"]["english"]["value"] < 0.1 < found["wer_failed_as_missed"]
    path = tmp_path / "run.json"
    save(run, path)
    assert load(path) == run
    assert score(load(path)) == found


@pytest.mark.chapter(11)
def test_nothing_is_transcribed_twice(
    corpus: corpora.Corpus, settings: Settings, cache: Cache, watched: Callable[..., list[str]]
) -> None:
    heard = watched()
    first = make(TINY, corpus, settings, cache)
    assert sorted(heard) == ["damaged", *(f"sentence-{n}" for n in range(4))]
    heard.clear()
    second = make(TINY, corpus, settings, cache)
    assert heard == ["damaged"], "what failed is tried again, and nothing else"
    assert second.utterances == first.utterances
    assert second.speed["audio_s"] == first.speed["audio_s"]


@pytest.mark.chapter(11)
def test_a_run_that_was_stopped_goes_on(
    corpus: corpora.Corpus, settings: Settings, cache: Cache, watched: Callable[..., list[str]]
) -> None:
    heard = watched(stop_after=2)
    with pytest.raises(KeyboardInterrupt):
        make(TINY, corpus, settings, cache)
    assert len(heard) == 2
    before, rest = set(heard) - {"damaged"}, watched()
    run = make(TINY, corpus, settings, cache)
    assert before.isdisjoint(rest)
    assert before | set(rest) == {"damaged", *(f"sentence-{n}" for n in range(4))}
    assert run.speed["audio_s"] == pytest.approx(
        sum(clip.duration_s for clip in corpus.clips[:4]), abs=0.01
    ), "the speed is that of both stretches"


@pytest.mark.chapter(24)
@pytest.mark.parametrize("what", ["options", "condition", "code", "audio"])
def test_what_decides_a_transcript_decides_whether_it_is_heard_again(
    settings: Settings,
    cache: Cache,
    watched: Callable[..., list[str]],
    monkeypatch: pytest.MonkeyPatch,
    what: str,
) -> None:
    folder = small_corpus.sentences(settings.corpora / "small")
    heard, order = watched(), TINY
    make(order, corpora.corpus("small"), settings, cache)
    heard.clear()
    match what:
        case "options":
            order = replace(TINY, options=DecodingOptions(language="en", beam_size=1))
        case "condition":
            order = replace(TINY, condition="gain-20")
        case "code":
            monkeypatch.setattr(caching, "hearing_code", lambda: "another")
            monkeypatch.setattr(making, "hearing_code", lambda: "another")
        case "audio":
            small_corpus.write_wav(folder / "audio" / "2.wav", np.zeros(16_000, np.float32))
    run = make(order, corpora.corpus("small"), settings, cache)
    assert len(heard) == (1 if what == "audio" else 4)
    assert not run.failed


def test_sentences_of_a_long_recording_are_scored_one_by_one(
    settings: Settings, cache: Cache
) -> None:
    small_corpus.long_recording(settings.corpora / "long")
    run = make(TINY, corpora.corpus("long"), settings, cache)
    assert [u.id for u in run.utterances] == ["long#1", "long#2", "long#3", "long#4"]
    assert all(u.counts["english"].total <= 1 for u in run.utterances)
    for utterance in run.utterances:
        assert utterance.words[0].start_s == pytest.approx(utterance.start_s, abs=0.5)
    found = score(run)
    assert found["blocks_are"] == "utterances"
    assert found["too_small"], "one voice says nothing of others, and it is said"


def test_where_nobody_speaks_words_are_inventions(settings: Settings, cache: Cache) -> None:
    folder = settings.corpora / "quiet"
    (folder / "audio").mkdir(parents=True)
    noise = np.random.default_rng(1).normal(0, 0.01, 160_000).astype(np.float32)
    small_corpus.write_wav(folder / "audio" / "room.wav", noise)
    row = {"id": "room", "audio": "audio/room.wav", "duration_s": 10.0, "text": "", "kind": "room"}
    impulse = {**row, "id": "ir", "kind": "impulse-response"}
    small_corpus.manifest(folder, [row, impulse])
    found = score(make(TINY, corpora.corpus("quiet"), settings, cache))
    assert found["clips"] == 1, "an impulse response is no recording"
    assert found["nonspeech"]["minutes"] == pytest.approx(1 / 6)
    assert found["nonspeech"]["words_a_minute"]["high"] > 0
    assert found["wer"]["english"] is None


def test_a_file_that_is_no_run_says_so(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    for text in ("", "[]", "{}", json.dumps({"format": 1}), json.dumps({"format": 7})):
        path.write_text(text)
        with pytest.raises(BadRun, match=r"x\.json"):
            load(path)


def test_saving_replaces_in_one_step(
    corpus: corpora.Corpus, settings: Settings, cache: Cache, tmp_path: Path
) -> None:
    run: Run = replace(make(TINY, corpus, settings, cache, limit=1), summary={"a": 1})
    assert run.name == "small--tiny.en--sequential--first-1"
    save(run, tmp_path / "runs" / "a.json")
    save(replace(run, summary={"a": 2}), tmp_path / "runs" / "a.json")
    assert load(tmp_path / "runs" / "a.json").summary == {"a": 2}
    assert [path.name for path in (tmp_path / "runs").iterdir()] == ["a.json"]

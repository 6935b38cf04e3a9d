"""Voices of training, of choosing and of judging never meet, and a sentence keeps its voice."""

from __future__ import annotations

from itertools import combinations

import pytest

from data.synthesis.casting import cast, casts
from data.synthesis.errors import SynthesisError
from data.synthesis.kokoro import Sums
from data.synthesis.piper import known_voices

SENTENCES = [f"This is sentence number {number}." for number in range(400)]


@pytest.mark.chapter(15)
def test_nobody_is_in_two_splits() -> None:
    split = {name: each.voices for name, each in casts().items()}
    for one, other in combinations(split.keys() - {"replay"}, 2):
        assert not split[one] & split[other], (one, other)
    assert split["replay"] <= split["train"]
    assert not split["replay"] & (split["guard"] | split["dev"] | split["test"])


@pytest.mark.chapter(15)
def test_what_is_judged_is_read_by_another_synthesiser_too() -> None:
    piper = known_voices().keys()
    assert [set(voices) & piper for voices in cast("test").read_by] == [set(), {"piper_joe"}]
    others = [each.voices for name, each in casts().items() if name != "test"]
    assert not any(voices & piper for voices in others)


def test_every_voice_has_a_sum_and_both_genders_speak_in_every_split() -> None:
    for each in casts().values():
        assert each.voices <= Sums.load().halves.keys() | known_voices().keys()
        assert {voice[1] for voice in each.voices - {"piper_joe"}} == {"f", "m"}
        assert each.manifest in ("train", "dev", "test")


@pytest.mark.parametrize("split", ["train", "dev", "test", "guard", "replay"])
def test_each_voice_of_a_list_reads_its_share(split: str) -> None:
    chosen = cast(split)
    for number, voices in enumerate(chosen.read_by):
        read = [list(chosen.readings(sentence, seed=0))[number][0] for sentence in SENTENCES]
        shares = {voice: read.count(voice) / len(read) for voice in voices}
        assert min(shares.values()) > 0.6 / len(voices), shares
    speeds = {speed for s in SENTENCES for _, speed in chosen.readings(s, seed=0)}
    assert speeds == set(chosen.speeds)


def test_a_second_voice_comes_on_top_of_the_first() -> None:
    train = cast("train")
    for sentence in SENTENCES[:50]:
        once = list(train.readings(sentence, seed=3))
        twice = list(train.readings(sentence, seed=3, times=2))
        assert twice[0] == once[0]
        assert len({voice for voice, _ in twice}) == 2
    dev = list(cast("dev").readings("Hello.", seed=3, times=9))
    assert {voice for voice, _ in dev} == cast("dev").voices


def test_another_seed_deals_other_voices() -> None:
    train = cast("train")
    deals = [[next(train.readings(s, seed))[0] for s in SENTENCES] for seed in (0, 0, 1)]
    assert deals[0] == deals[1] != deals[2]


def test_an_unknown_split_is_refused() -> None:
    with pytest.raises(SynthesisError, match="no split 'exam'; there are train, dev"):
        cast("exam")

"""Utterances of a run as columns."""

from __future__ import annotations

import numpy as np
import pytest

from evaluation.runs.format import Recording, Run, Utterance
from evaluation.statistics.table import Table, independent, table
from evaluation.wer import Errors


def utterance(name: str, speaker: str | None, words: int, **fields: str) -> Utterance:
    return Utterance(
        id=name,
        recording=f"r-{name}",
        reference="x " * words,
        hypothesis="",
        speaker=speaker,
        start_s=1.0,
        end_s=5.0,
        fields=fields,
        counts={"english": Errors(words, 1, 0, 0)},
    )


def run(*utterances: Utterance, **fields: str) -> Run:
    recordings = tuple(
        Recording(u.recording, f"{u.id}.wav", "0" * 64, 9.0, dict(fields), snr_db=12.5)
        for u in utterances
    )
    return Run(
        name="x", corpus="x", model="x", mode="sequential", condition="clean", made_at="",
        command="", machine="", model_sha256="", corpus_sha256="", options={}, versions={},
        speed={}, recordings=recordings, utterances=utterances,
    )  # fmt: skip


SIX = tuple(utterance(f"u{i}", f"s{i}", 10, gender="male") for i in range(6))


def test_columns_of_a_run() -> None:
    silent = utterance("silent", "s9", 0)
    found = table(
        run(*SIX, silent, gender="female", kind="phone"), delivered=[True] * 3 + [False] * 4
    )
    assert len(found.errors) == 6  # the one without words has no rate
    assert found.words.tolist() == [10] * 6
    assert found.errors.tolist() == [1] * 6
    assert found.blocks_are == "speakers"
    assert set(found.fields["gender"]) == {"male"}  # what the utterance says counts first
    assert set(found.fields["kind"]) == {"phone"}
    assert found.measures["snr_db"].tolist() == [12.5] * 6
    assert found.measures["duration_s"].tolist() == [4.0] * 6
    assert found.delivered is not None
    assert found.delivered.tolist() == [True] * 3 + [False] * 3


def test_a_form_that_was_not_counted_leaves_nothing() -> None:
    assert len(table(run(*SIX), "letters").errors) == 0


def test_what_is_unknown_is_not_a_group() -> None:
    rows = [utterance("a", "s", 5, gender="unknown"), utterance("b", "t", 5), *SIX]
    found = table(run(*rows)).field("gender")
    assert found.groups == (("male",),)
    assert found.codes.tolist() == [-1, -1, 0, 0, 0, 0, 0, 0]


def test_what_is_independent() -> None:
    assert independent(SIX) == ([f"s{i}" for i in range(6)], "speakers")
    nameless = [*SIX, utterance("u", None, 5)]
    assert independent(nameless)[1] == "recordings"
    one = [Utterance(f"u{i}", "the recording", "x", "x", "she", counts={}) for i in range(6)]
    assert independent(one) == ([f"u{i}" for i in range(6)], "utterances")


def test_ages_are_cut_and_few_values_are_not() -> None:
    ages = np.array(["6", "12.5", "13", "61", "", "39"])
    columns = {"age": ages, "noise level": np.array(["0", "5", "10", "0", "5", "10"])}
    there = Table(np.ones(6), np.ones(6), ages, fields=columns)
    found = there.field("age")
    assert [group[0] for group in found.groups] == [
        "below 13 years", "13 to 18 years", "18 to 40 years", "60 years and above",
    ]  # fmt: skip
    assert found.codes.tolist() == [0, 0, 1, 3, -1, 2]
    assert there.field("noise level").groups == (("0",), ("10",), ("5",))


def test_other_numbers_are_cut_at_their_quartiles() -> None:
    there = Table(np.ones(12), np.ones(12), np.arange(12).astype(str),
                  measures={"reverberation_s": np.arange(12.0)})  # fmt: skip
    assert np.bincount(there.field("reverberation_s").codes).tolist() == [3, 3, 3, 3]


def test_columns_of_different_length_are_refused() -> None:
    with pytest.raises(ValueError, match="one entry an utterance"):
        Table(np.ones(3), np.ones(2), np.array(["a", "b", "c"]))
    with pytest.raises(ValueError, match="one entry an utterance"):
        table(run(*SIX), delivered=[True])

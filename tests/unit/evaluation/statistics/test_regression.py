"""Recording quality is not read as a gap between people, and a gap is not explained away."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm

from evaluation.statistics import mixed
from evaluation.statistics.groups import slices
from evaluation.statistics.regression import controlled
from evaluation.statistics.table import Table
from evaluation.statistics.worlds import World

MANY = (10, 25)


def seen(world: World, *seed: int) -> Table:
    return world.seen(np.random.default_rng(list(seed)))


@pytest.mark.chapter(26)
def test_a_gap_that_is_all_noise_is_found_raw_and_not_when_noise_is_held() -> None:
    raw, held = 0, 0
    for number in range(20):
        table = seen(World(60, quality=True, worse_by_db=8.0, utterances=MANY), 1, number)
        chance = slices(table, ["group"], draws=200, shuffles=1000).chance
        found = controlled(table, ["group"])
        assert chance is not None
        assert found.reason is None
        assert found.covariates == ("snr_db", "log_length")
        raw += chance.p <= 0.05
        held += found.ratios[0].p <= 0.05
    assert raw >= 16
    assert held <= 4


@pytest.mark.chapter(26)
def test_a_gap_of_people_stays_when_noise_is_held() -> None:
    table = seen(World(124, ratio=1.6, quality=True, worse_by_db=8.0, utterances=MANY), 2)
    found = controlled(table, ["group"])
    truth = 1.6 if found.reference == "group 0" else 1 / 1.6
    ratio = found.ratios[0]
    assert ratio.low < truth < ratio.high
    assert ratio.p < 0.01
    assert found.p == pytest.approx(ratio.p)
    # A standard deviation of the SNR, whose effect is known
    spread = float(table.measures["snr_db"].std())
    assert found.effects[0].value == "snr_db"
    assert found.effects[0].ratio == pytest.approx(np.exp(-0.05 * spread), rel=0.1)
    check = found.check[0]
    assert check.low < truth < check.high
    assert check.ratio == pytest.approx(ratio.ratio, rel=0.15)


def test_three_groups_have_one_test_together() -> None:
    found = controlled(seen(World(90, groups=3, ratio=2.0, utterances=MANY), 3), ["group"])
    assert len(found.ratios) == 2
    assert {found.reference, *(each.value for each in found.ratios)} == {
        "group 0", "group 1", "group 2",
    }  # fmt: skip
    assert found.p is not None
    assert found.p < 0.001


def with_errors(table: Table, errors: np.ndarray[tuple[int], np.dtype[np.float64]]) -> Table:
    return Table(errors, table.words, table.blocks, "speakers", table.fields, table.measures)


def test_a_group_without_errors_is_a_plain_reason() -> None:
    table = seen(World(20, utterances=MANY), 4)
    none = np.where(table.fields["group"] == "group 1", 0.0, table.errors)
    found = controlled(with_errors(table, none), ["group"])
    assert (found.ratios, found.p) == ((), None)
    assert found.reason == "No errors at all in the group “group 1”: no ratio to it."


def test_groups_recorded_in_different_rooms_cannot_be_told_apart() -> None:
    table = seen(World(20, utterances=MANY), 5)
    room = np.where(table.fields["group"] == "group 1", 10.0, 30.0)
    there = Table(table.errors, table.words, table.blocks, "speakers", table.fields,
                  {"snr_db": room})  # fmt: skip
    assert "cannot be told apart" in str(controlled(there, ["group"]).reason)


def test_what_is_not_known_is_not_held_and_said() -> None:
    table = seen(World(20, utterances=MANY), 6)
    same = np.full(len(table.errors), 3.0)
    there = Table(table.errors, table.words, table.blocks, "speakers", table.fields,
                  {"duration_s": same})  # fmt: skip
    found = controlled(there, ["group"])
    assert found.reason is None
    assert found.covariates == ()
    assert found.notes == (
        "snr_db is not known and was not held.",
        "log_length is the same everywhere and need not be held.",
    )


def test_utterances_without_a_covariate_are_counted() -> None:
    table = seen(World(20, utterances=MANY), 7)
    snr_db = table.measures["snr_db"].copy()
    snr_db[:10] = np.nan
    there = Table(table.errors, table.words, table.blocks, "speakers", table.fields,
                  {**table.measures, "snr_db": snr_db})  # fmt: skip
    assert controlled(there, ["group"]).left_out == 10


def test_too_few_speakers_and_unknown_speakers() -> None:
    few = controlled(seen(World(8, utterances=(60, 61)), 8), ["group"])
    assert "fewer than two groups have 5 speakers" in str(few.reason)
    table = seen(World(20, utterances=MANY), 9)
    nobody = Table(table.errors, table.words, table.blocks, "utterances", table.fields)
    assert "who spoke must be known" in str(controlled(nobody, ["group"]).reason)


def test_the_mixed_model_is_negative_binomial_where_everybody_speaks_once() -> None:
    """With one utterance a speaker the gamma factor makes counts negative binomial (NB2)."""
    rng = np.random.default_rng(1)
    n = 800
    matrix = np.column_stack([np.ones(n), np.arange(n) % 2, rng.normal(size=n)])
    words = rng.integers(20, 80, n).astype(float)
    mean = words * np.exp(matrix @ np.array([-2.0, 0.4, -0.3]))
    errors = rng.poisson(mean * rng.gamma(4, 1 / 4, n)).astype(float)
    found = mixed.fit(errors, words, matrix, np.arange(n))
    theirs = sm.NegativeBinomial(errors, matrix, offset=np.log(words)).fit(disp=0)
    assert found is not None
    assert found.estimates == pytest.approx(theirs.params[:3], abs=1e-3)
    assert np.sqrt(np.diag(found.covariance)) == pytest.approx(theirs.bse[:3], rel=0.02)
    assert found.speaker_spread**2 == pytest.approx(theirs.params[3], rel=0.02)


def test_speakers_who_do_not_differ_leave_plain_poisson() -> None:
    rng = np.random.default_rng(2)
    speakers = np.repeat(np.arange(40), 10)
    matrix = np.column_stack([np.ones(400), speakers % 2])
    words = np.full(400, 30.0)
    errors = rng.poisson(3.0, 400).astype(float)
    found = mixed.fit(errors, words, matrix, speakers)
    plain = sm.GLM(errors, matrix, family=sm.families.Poisson(), offset=np.log(words)).fit()
    assert found is not None
    assert found.speaker_spread < 0.15
    assert found.estimates == pytest.approx(plain.params, abs=0.02)


def test_who_says_more_at_once_has_no_more_errors_a_word() -> None:
    rng = np.random.default_rng(11)
    who = np.repeat(np.arange(40), 20)
    long = who % 2 == 1
    words = np.where(long, 20.0, 8.0)
    table = Table(
        rng.poisson(0.15 * words).astype(float), words, who.astype(str),
        fields={"age_group": np.where(long, "adult", "child")},
    )  # fmt: skip
    found = controlled(table, ["age_group"], covariates=())
    assert found.ratios[0].low < 1 < found.ratios[0].high
    assert found.ratios[0].ratio == pytest.approx(1, abs=0.15)

"""Groups: a planted gap is found, a shuffled one is not, and small groups get no number."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from evaluation.statistics.groups import Cell, look, slices
from evaluation.statistics.shuffles import chance
from evaluation.statistics.table import Table, UnknownField
from evaluation.statistics.worlds import World

MANY = (10, 25)


def said(*people: tuple[str, str, int, int], pieces: int = 2) -> Table:
    """A table of (speaker, group, errors, words), each said in `pieces`."""
    rows = [person for person in people for _ in range(pieces)]
    return Table(
        errors=np.array([row[2] / pieces for row in rows]),
        words=np.array([row[3] / pieces for row in rows]),
        blocks=np.array([row[0] for row in rows]),
        fields={"gender": np.array([row[1] for row in rows])},
    )


def cell(table: Table, value: str) -> Cell:
    return next(c for c in slices(table, ["gender"]).cells if c.values == (value,))


BALANCED = said(
    *((f"f{i}", "female", 10 + i, 120) for i in range(6)),
    *((f"m{i}", "male", 22 + i, 110) for i in range(6)),
)


@pytest.mark.chapter(26)
def test_rates_gap_ratio_and_worst_by_hand() -> None:
    found = slices(BALANCED, ["gender"])
    female, male = 75 / 720, 147 / 660
    assert [c.values for c in found.cells] == [("female",), ("male",)]
    assert [c.wer and c.wer.value for c in found.cells] == pytest.approx([female, male])
    assert [(c.utterances, c.speakers, c.words) for c in found.cells] == [
        (12, 6, 720),
        (12, 6, 660),
    ]
    assert found.gap is not None
    assert found.gap.value == pytest.approx(male - female)
    assert found.ratio is not None
    assert found.ratio.value == pytest.approx(male / female)
    assert (found.worst, found.best) == (("male",), ("female",))
    assert found.gap.low is not None
    assert found.gap.low > 0
    assert found.ratio.low is not None
    assert found.ratio.low > 1
    assert found.chance is not None
    assert found.chance.p < 0.01


def test_the_p_value_is_that_of_all_ways_to_divide_the_speakers() -> None:
    """All 252 ways to call five of ten speakers female, one after the other."""
    rng = np.random.default_rng(8)
    errors, words = rng.poisson(20, 10).astype(float), rng.integers(90, 200, 10).astype(float)
    group = np.array([0] * 5 + [1] * 5)

    def gap(chosen: tuple[int, ...]) -> float:
        inside = np.isin(np.arange(10), chosen)
        rates = [errors[side].sum() / words[side].sum() for side in (inside, ~inside)]
        return float(abs(rates[0] - rates[1]))

    every = np.array([gap(chosen) for chosen in combinations(range(10), 5)])
    exact = float((every >= gap((0, 1, 2, 3, 4)) - 1e-12).mean())
    found = chance(errors, words, np.arange(10), group, shuffles=20_000, seed=1)
    assert found.p == pytest.approx(exact, abs=0.012)
    assert found.gap == pytest.approx(every.mean(), rel=0.03)
    assert (found.shuffled, found.shuffles) == ("speakers", 20_000)


@pytest.mark.chapter(26)
@pytest.mark.parametrize(("speakers", "groups"), [(10, 2), (24, 4)])
def test_where_there_is_no_gap_one_is_found_in_five_of_a_hundred(
    speakers: int, groups: int
) -> None:
    by_shuffles, by_interval, above = 0, 0, []
    for number in range(250):
        world = World(speakers, groups=groups, utterances=MANY)
        seen = world.seen(np.random.default_rng([3, number]))
        found = slices(seen, ["group"], draws=500, shuffles=1000)
        assert found.gap is not None
        assert found.chance is not None
        by_shuffles += found.chance.p <= 0.05
        by_interval += bool(found.gap.low)
        above.append(found.gap.value - found.chance.gap)
    assert 0.015 <= by_shuffles / 250 <= 0.09
    assert by_interval / 250 <= 0.09
    # The gap seen is above zero by chance alone, by about what the shuffles say
    assert abs(float(np.mean(above))) < 0.004


@pytest.mark.chapter(26)
def test_a_planted_gap_is_found_and_shuffled_labels_lose_it() -> None:
    found, lost = 0, 0
    for number in range(20):
        rng = np.random.default_rng([4, number])
        seen = World(60, groups=3, ratio=2.0, utterances=MANY).seen(rng)
        true = slices(seen, ["group"], draws=500, shuffles=1000)
        assert true.gap is not None
        assert true.chance is not None
        found += bool(true.gap.low) and true.chance.p < 0.05 and true.worst == ("group 2",)
        people = np.unique(seen.blocks)
        label = dict(zip(people, rng.permutation(len(people)) % 3, strict=True))
        mixed = np.array([f"group {label[name]}" for name in seen.blocks])
        shuffled = Table(seen.errors, seen.words, seen.blocks, fields={"group": mixed})
        none = slices(shuffled, ["group"], draws=500, shuffles=1000).chance
        assert none is not None
        lost += none.p > 0.05
    assert found >= 18
    assert lost >= 17


@pytest.mark.chapter(26)
@pytest.mark.parametrize(
    ("people", "words", "enough"), [(5, 100, True), (4, 200, False), (5, 98, False)]
)
def test_a_group_needs_five_speakers_and_500_words(people: int, words: int, enough: bool) -> None:
    few = ((f"x{i}", "other", 40, words) for i in range(people))
    table = said(*few, *((f"m{i}", "male", 10, 200) for i in range(6)))
    found = cell(table, "other")
    assert (found.speakers, found.words) == (people, people * words)
    assert found.enough is enough
    assert (found.wer is not None) is enough
    both = slices(table, ["gender"])
    assert (both.gap is not None) is (both.chance is not None) is (both.reason is None) is enough
    if not enough:
        assert both.worst is None
        assert "only one group has 5 speakers and 500 words" in str(both.reason)


def test_a_small_group_is_in_no_gap() -> None:
    table = said(
        *((f"x{i}", "other", 90, 200) for i in range(3)),
        *((f"m{i}", "male", 10, 200) for i in range(6)),
        *((f"f{i}", "female", 12, 200) for i in range(6)),
    )
    found = slices(table, ["gender"])
    assert found.gap is not None
    assert found.gap.value == pytest.approx(0.01)
    assert found.gap.blocks == 12
    assert found.worst == ("female",)


def test_what_is_not_known_is_counted_and_no_group() -> None:
    table = said(
        *((f"u{i}", "", 90, 200) for i in range(8)),
        *((f"m{i}", "male", 10, 200) for i in range(6)),
        *((f"f{i}", "female", 12, 200) for i in range(6)),
    )
    found = slices(table, ["gender"])
    assert [c.values[0] for c in found.cells] == ["female", "male"]
    assert (found.unknown.utterances, found.unknown.words) == (16, 1600)
    assert found.gap is not None
    assert found.gap.value == pytest.approx(0.01)


def test_fields_are_crossed() -> None:
    seen = World(48, utterances=MANY).seen(np.random.default_rng(1))
    age = np.array(["child" if int(name) // 2 % 2 else "adult" for name in seen.blocks])
    age[0] = ""
    table = Table(seen.errors, seen.words, seen.blocks, fields={**seen.fields, "age_group": age})
    found = slices(table, ["group", "age_group"])
    assert [c.values for c in found.cells] == [
        ("group 0", "adult"),
        ("group 0", "child"),
        ("group 1", "adult"),
        ("group 1", "child"),
    ]
    here = (seen.fields["group"] == "group 1") & (age == "child")
    assert found.cells[3].wer is not None
    assert found.cells[3].wer.value == seen.errors[here].sum() / seen.words[here].sum()
    assert found.unknown.utterances == 1


def test_numbers_are_cut_into_ranges_and_shuffled_within_speakers() -> None:
    world = World(100, quality=True, utterances=(40, 60))
    seen = world.seen(np.random.default_rng(2))
    found = slices(seen, ["snr_db"], shuffles=1000)
    assert [c.values[0] for c in found.cells] == [
        "below 10 dB", "10 to 20 dB", "20 to 30 dB", "30 to 40 dB",
    ]  # fmt: skip
    assert found.worst in (("below 10 dB",), ("10 to 20 dB",))
    assert found.chance is not None
    assert found.chance.shuffled == "utterances of a speaker"
    assert found.chance.p < 0.01
    assert found.gap is not None
    assert found.gap.low


def test_noise_that_says_nothing_is_not_found_in_people_who_differ() -> None:
    """Speakers were recorded at different SNR, but errors do not depend on it."""
    hits = 0
    for number in range(100):
        seen = World(24, utterances=(20, 30)).seen(np.random.default_rng([6, number]))
        found = slices(seen, ["snr_db"], draws=200, shuffles=1000)
        hits += found.chance is not None and found.chance.p <= 0.05
    assert hits <= 12


def test_without_speakers_there_are_no_groups() -> None:
    table = Table(BALANCED.errors, BALANCED.words, BALANCED.blocks, "recordings", BALANCED.fields)
    found = slices(table, ["gender"])
    assert all(not c.enough and c.speakers is None for c in found.cells)
    assert "speakers are known" in str(found.reason)


def test_one_group_has_nothing_to_be_compared_with() -> None:
    table = said(*((f"m{i}", "male", 10, 200) for i in range(6)))
    assert "in one group" in str(slices(table, ["gender"]).reason)


def test_a_group_without_errors_has_no_ratio() -> None:
    table = said(
        *((f"m{i}", "male", 0, 200) for i in range(6)),
        *((f"f{i}", "female", 12 + i, 200) for i in range(6)),
    )
    found = slices(table, ["gender"])
    assert found.ratio is None
    assert found.gap is not None
    assert found.gap.value == pytest.approx(87 / 1200)


def test_a_field_nobody_has_is_named_with_those_there_are() -> None:
    with pytest.raises(UnknownField, match=r"“dialect”.*gender"):
        slices(BALANCED, ["dialect"])
    with pytest.raises(UnknownField, match="at least one field"):
        slices(BALANCED, [])


@pytest.mark.chapter(26)
def test_who_looks_often_is_told_so() -> None:
    """Twenty fields that mean nothing: one or more are found in most worlds, none after Holm."""
    raw, holm = 0, 0
    for number in range(10):
        rng = np.random.default_rng([9, number])
        seen = World(24, utterances=MANY).seen(rng)
        people, index = np.unique(seen.blocks, return_inverse=True)
        fields = {
            f"field {i:02}": np.array(["a", "b"])[rng.permutation(len(people)) % 2][index]
            for i in range(20)
        }
        table = Table(seen.errors, seen.words, seen.blocks, fields=fields)
        found = look(table, [[name] for name in fields], draws=100, shuffles=1000)
        assert {each.looked_at for each in found} == {20}
        assert {each.adjustment for each in found} == {"holm"}
        raw += any(each.chance and each.chance.p <= 0.05 for each in found)
        holm += any(each.p_adjusted is not None and each.p_adjusted <= 0.05 for each in found)
    assert raw >= 4
    assert holm <= 2

"""Files are measured once, by all cores, and again only when they or the measures change."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from data.checks import sounds
from data.checks.corpus import Corpus, read
from data.checks.sounds import Sounding, listen
from tests.unit.data.checks.small import Small


@pytest.fixture
def corpus(small: Small) -> Corpus:
    small.rows = small.of("train")
    small.save()
    return read(small.folder)


def heard(corpus: Corpus, file: Path | None) -> dict[int, Sounding]:
    steps: list[tuple[int, int]] = []
    found = listen(corpus, file, lambda done, of: steps.append((done, of)))
    assert steps == sorted(steps)
    assert steps[-1] == (len(corpus.clips), len(corpus.clips))
    return found


def same(a: dict[int, Sounding], b: dict[int, Sounding]) -> bool:
    return a.keys() == b.keys() and all(_plain(a[line]) == _plain(b[line]) for line in a)


def _plain(sounding: Sounding) -> object:
    printed = sounding.print
    assert printed is not None
    fields = {name: getattr(sounding, name) for name in Sounding.__slots__ if name != "print"}
    return fields, printed.landmarks.tolist(), printed.levels_db.tolist()


def test_what_is_kept_is_what_was_measured(
    corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "deep" / "soundings.sqlite"
    first = heard(corpus, file)
    monkeypatch.setattr(sounds, "read", _never)
    assert same(heard(corpus, file), first)
    with pytest.raises(AssertionError, match="decoded again"):
        heard(corpus, None)
    monkeypatch.setattr(sounds, "_version", lambda: "another")
    with pytest.raises(AssertionError, match="decoded again"):
        heard(corpus, file)


def _never(path: Path) -> None:
    raise AssertionError("decoded again")


def test_a_changed_file_is_measured_again(small: Small, corpus: Corpus, tmp_path: Path) -> None:
    file = tmp_path / "soundings.sqlite"
    first = heard(corpus, file)
    row = small.rows[2]
    small.play(row, small.samples(row) * np.float32(0.5))
    small.save()
    second = heard(read(small.folder), file)
    assert [line for line in first if first[line].sha256 != second[line].sha256] == [3]
    levels = [each[3].channels[0].level_dbfs for each in (first, second)]
    assert levels[0] - levels[1] == pytest.approx(6.02, abs=0.05)


def test_several_processes_measure_the_same(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = heard(corpus, None)
    monkeypatch.setattr(sounds, "_IN_ONE_PROCESS", 0)
    assert same(heard(corpus, None), alone)


def test_two_at_once_do_not_disturb_each_other(corpus: Corpus, tmp_path: Path) -> None:
    file = tmp_path / "soundings.sqlite"
    with sounds._store(file) as one, sounds._store(file) as other:
        found = heard(corpus, None)
        for each in found.values():
            one.put(each)
            other.put(each)
        assert set(one.get({each.sha256 for each in found.values()})) == {
            each.sha256 for each in found.values()
        }


def test_a_spoiled_store_does_not_stop_a_check(corpus: Corpus, tmp_path: Path) -> None:
    file = tmp_path / "soundings.sqlite"
    file.write_bytes(b"This is not a database." * 100)
    found = heard(corpus, file)
    assert same(heard(corpus, file), found)

"""When two models against a text are a reason to doubt the text."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from data.checks.corpus import CannotCheck, find, read
from data.checks.labels import suspicious
from data.checks.run import check
from data.checks.transcripts import found, given
from tests.unit.data.checks.small import Small


@pytest.mark.chapter(16)
@pytest.mark.parametrize(
    ("text", "first", "second", "doubtful"),
    [
        ("SO MARY WENT ON TO STUDY", "The shop is closed.", "the shop is closed", True),
        ("SO MARY WENT ON TO STUDY", "So Mary went on to study.", "So Mary went on.", False),
        # Each model alone may be wrong: then they differ
        ("SO MARY WENT ON TO STUDY", "Did Jack buy four apples?", "The shop is closed.", False),
        # One of them is enough to save a text
        ("SO MARY WENT ON TO STUDY", "So Mary went on to study.", "The shop is closed.", False),
        # Words that are written in another way are far in words, not in letters
        ("RUBOUT G M E F THREE NINE", "Rubout GMEF 39.", "rub out GMEF39", False),
        ("ONE FIVE TWO THREE SIX", "15236", "15-236", False),
        ("ONE FOUR SIX ONE EIGHT", "1 4 6 1 8", "1, 4, 6, 1, 8", False),
        # A mumbled word, misheard by both
        ("when churchyards yawn", "When church arts yarn.", "when church arts yarn", False),
        # Too little was heard to be sure of anything
        ("YES", "No.", "no", False),
        ("SO MARY WENT ON", "", "", False),
    ],
)
def test_what_is_doubtful(text: str, first: str, second: str, doubtful: bool) -> None:
    assert suspicious(text, first, second) is doubtful


def test_without_transcripts_the_rule_says_how_to_make_them(small: Small) -> None:
    small.save()
    outcome = check(str(small.folder))
    assert "label" not in outcome.rules
    assert "python -m evaluation run --corpus small --model" in outcome.not_run["label"]


def test_transcripts_are_found_where_runs_are_kept(small: Small, kept: Path) -> None:
    small.save()
    folder = kept / "evaluation" / "runs"
    folder.mkdir(parents=True)
    wrong = small.rows[3]["id"]
    runs = [
        (path.name, path.read_text())
        for path in small.hear({wrong: ("The shop is closed.", "the shop is closed")})
    ]
    try:
        for name, content in runs:
            (folder / name).write_text(content)
        # Spoiled on purpose, of another corpus, of one model again: no witnesses
        right = json.loads(small.hear()[0].read_text())
        (folder / "small--a--sequential--noise-0.json").write_text(
            json.dumps({**right, "model": "a"})
        )
        (folder / "other--b--served.json").write_text("not read at all")
        (folder / "small--again--served.json").write_text(runs[1][1])
        outcome = check(str(small.folder), rules=["label"])
        assert outcome.heard_by in ("whisper-base and tiny.en", "tiny.en and whisper-base")
        assert [finding.clips for finding in outcome.findings] == [(wrong,)]
    finally:
        for path in folder.iterdir():
            path.unlink()


def test_a_failed_recording_is_no_witness(small: Small) -> None:
    small.save()
    wrong = small.rows[3]["id"]
    runs = small.hear({wrong: ("The shop is closed.", "the shop is closed")})
    document = json.loads(runs[0].read_text())
    document["recordings"] = [{"id": wrong, "error": "it broke"}]
    runs[0].write_text(json.dumps(document))
    assert check(str(small.folder), rules=["label"], heard=runs).findings == ()


def test_runs_that_do_not_serve_are_refused(small: Small, tmp_path: Path) -> None:
    small.save()
    corpus = read(find(str(small.folder)))
    first, second = small.hear()
    with pytest.raises(CannotCheck, match="agrees with itself"):
        given((first, first), corpus)
    broken = tmp_path / "broken.json"
    broken.write_text('{"model": "x"}')
    with pytest.raises(CannotCheck, match=r"broken\.json is not a results file"):
        given((first, broken), corpus)
    foreign = json.loads(second.read_text())
    for row in foreign["utterances"]:
        row["recording"] = "elsewhere"
    broken.write_text(json.dumps(foreign))
    with pytest.raises(CannotCheck, match="has no clip of small"):
        given((first, broken), corpus)
    assert found(corpus) is None

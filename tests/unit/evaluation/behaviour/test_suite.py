"""Verdicts, tolerances, the results file, and one small run of the real thing."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from evaluation.behaviour import tolerances
from evaluation.behaviour.engine import pipeline, remembering
from evaluation.behaviour.functionality import sentences
from evaluation.behaviour.suite import (
    Result,
    Status,
    checks,
    document,
    exit_code,
    judged,
    run,
    save,
    speech,
    spread,
)
from evaluation.behaviour.tolerances import Tolerance
from evaluation.behaviour.types import BehaviourError, Case, Check, Heard, Observed
from evaluation.conditions.media import write
from evaluation.corpora import Clip
from tests.support.tones import clips, recogniser

CHECK = Check("invariance/wav", "WAV", lambda engine, clips: Observed(0, 0, {}))
TOLERANCE = Tolerance({"changed": 0.1}, "measured")


def verdict(figure: float | None, failed: int = 0, tolerance: Tolerance | None = TOLERANCE) -> str:
    return judged(CHECK, Observed(10, failed, {"changed": figure}), tolerance).status


@pytest.mark.chapter(15)
def test_verdicts() -> None:
    assert verdict(0.1) == Status.KEPT
    assert verdict(0.11) == Status.BEYOND
    assert verdict(0.0, failed=1) == Status.BEYOND
    assert verdict(None) == Status.UNJUDGED
    assert verdict(0.0, tolerance=None) == Status.UNJUDGED
    assert verdict(0.0, tolerance=Tolerance({"wer": 1}, "other")) == Status.UNJUDGED


def test_exit_codes_tell_beyond_from_unjudged() -> None:
    def result(status: Status) -> Result:
        return Result(CHECK, status, Observed(0, 0, {}), None)

    kept, beyond, unjudged = map(result, (Status.KEPT, Status.BEYOND, Status.UNJUDGED))
    assert exit_code([kept, kept]) == 0
    assert exit_code([kept, unjudged, beyond]) == 1
    assert exit_code([kept, unjudged]) == 2
    assert exit_code([]) == 2


def test_every_check_has_reviewed_limits_with_reasons() -> None:
    for model in ("tiny.en", "whisper-base"):
        found = tolerances.load(model)
        assert list(found) == [check.name for check in checks()]
        assert all(len(each.reason) > 20 for each in found.values())


def test_limits_of_a_model_need_a_reason_of_their_own(tmp_path: Path) -> None:
    path = tmp_path / "limits.toml"
    path.write_text('[invariance.wav]\nchanged = 0\nreason = "lossless"\n')
    assert tolerances.load("tiny.en", path)["invariance/wav"].limits == {"changed": 0.0}
    path.write_text(path.read_text() + '[invariance.wav.models."tiny.en"]\nchanged = 0.5\n')
    assert tolerances.load("base", path)["invariance/wav"].limits == {"changed": 0.0}
    with pytest.raises(BehaviourError, match="invariance/wav has limits without a reason"):
        tolerances.load("tiny.en", path)
    path.write_text(path.read_text() + 'reason = "known"\n')
    assert tolerances.load("tiny.en", path)["invariance/wav"].limits == {"changed": 0.5}
    path.write_text('[invariance.wav]\nchanged = "much"\nreason = "none"\n')
    with pytest.raises(BehaviourError, match="must be a number"):
        tolerances.load("tiny.en", path)


def test_without_noise_the_other_checks_are_run_and_the_missing_one_is_told(
    no_noise: None,
) -> None:
    wanted = ("direction/confidence-noise", "invariance/wav")
    chosen = [check for check in checks() if check.name in wanted]
    limits = {name: Tolerance({"rise": 1, "changed": 0, "wer": 0}, "all") for name in wanted}
    found = {r.check.name: r for r in run(recogniser(), clips(), limits, chosen)}
    assert found["invariance/wav"].status == Status.KEPT
    assert found["direction/confidence-noise"].status == Status.UNJUDGED
    assert "The corpus noise is not in" in found["direction/confidence-noise"].why


def test_the_results_file_lists_every_case_with_clip_and_texts(tmp_path: Path) -> None:
    cases = [Case(f"clip-{n}", "before", "after") for n in range(60)]
    result = judged(CHECK, Observed(99, 0, {"changed": 60 / 99}, cases), TOLERANCE)
    save(document([result], {"model": "tiny.en"}), tmp_path / "deep" / "tiny.en.json")
    stored = json.loads((tmp_path / "deep" / "tiny.en.json").read_text())
    row = stored["results"][0]
    assert (stored["model"], row["status"], row["more_cases"]) == ("tiny.en", "beyond", 10)
    assert row["cases"][0] == {"clip": "clip-0", "before": "before", "after": "after", "note": ""}
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["tiny.en.json"]


def test_clips_are_spread_over_speakers() -> None:
    given = [
        Clip(f"{speaker}{n}", Path(), 1.0, "", speaker)
        for speaker, count in (("a", 9), ("b", 2), ("c", 1))
        for n in range(count)
    ]
    assert [clip.id for clip in spread(given, 6)] == ["a0", "b0", "c0", "a1", "b1", "a2"]


def test_a_clip_that_cannot_be_read_is_told_and_the_rest_played(tmp_path: Path) -> None:
    good = tmp_path / "good.flac"
    good.write_bytes(write(clips(1)[0].samples))
    missing = Clip("gone", tmp_path / "gone.flac", 1.0, "", "a")
    played, unreadable = speech([missing, Clip("good", good, 1.0, "text", None)])
    assert [(each.id, each.speaker) for each in played] == [("good", "good")]
    assert list(unreadable) == ["gone"]
    with pytest.raises(BehaviourError, match=r"no clip to play\. gone"):
        speech([missing])


def test_nothing_is_heard_twice() -> None:
    heard: list[bytes] = []

    def engine(files: Sequence[bytes]) -> list[Heard]:
        heard.extend(files)
        return [Heard(data.decode()) for data in files]

    memory = remembering(engine)
    assert [each.text for each in memory([b"a", b"b", b"a"])] == ["a", "b", "a"]
    assert [each.text for each in memory([b"c", b"b"])] == ["c", "b"]
    assert heard == [b"a", b"b", b"c"]


def test_tiny_en_for_real() -> None:
    """Two sentences, three variants, and a file that is none: it fails alone."""
    engine = pipeline("tiny.en")
    played = [each.speech for each in sentences() if each.speech.id in ("names-01", "numbers-02")]
    limits = {"invariance/wav": Tolerance({"changed": 0, "wer": 0}, "lossless")}
    chosen = [check for check in checks() if check.name == "invariance/wav"]
    assert [each.status for each in run(engine, played, limits, chosen)] == [Status.KEPT]
    text, broken = engine([write(played[1].samples), b"no sound at all"])
    assert "Elizabeth" in text.text or "47" in text.text
    assert text.words
    assert 0 < text.words[0].probability <= 1
    assert broken.error
    assert not broken.text

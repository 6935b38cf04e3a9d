"""Each defect, planted in a corpus without any, is found by its rule and by no other."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from data.audio.decode import SAMPLE_RATE_HZ
from data.checks.rules import Severity
from data.checks.run import RULES, Outcome, check
from tests.unit.data.checks.small import Plant, Small, write

pytestmark = pytest.mark.chapter(16)

PLANTS: dict[str, tuple[str, Plant]] = {}
"""By name of the test: the rule that must report it, and how it is planted."""


def plant(rule: str, name: str = "") -> Any:
    def enter(function: Plant) -> Plant:
        PLANTS[name or function.__name__] = (rule, function)
        return function

    return enter


def checked(small: Small) -> Outcome:
    small.save()
    runs = small.folder.parent.glob("small--*.json")
    heard = tuple(sorted(runs)) or small.hear()
    return check(str(small.folder), heard=(heard[0], heard[1]))


def speech(small: Small, number: int = 3) -> dict[str, Any]:
    return small.of("test")[number]


FIELDS: dict[str, tuple[str, dict[str, Any]]] = {
    "a gender there is not": ("schema", {"gender": "femal"}),
    "a length that is a text": ("schema", {"duration_s": "12"}),
    "a split there is not": ("schema", {"split": "testing"}),
    "no licence": ("schema", {"licence": None}),
    "an age of 200": ("schema", {"age": "200"}),
    "sentences back to front": (
        "schema",
        {"segments": [{"start_s": 2.0, "end_s": 1.0, "text": "yes"}]},
    ),
    "a misspelled field": ("unknown-field", {"gendr": "female"}),
    "a file that is not there": ("file-missing", {"audio": "audio/none.flac"}),
    "the sum of another file": ("sum", {"sha256": "0" * 64}),
    "no text": ("empty-text", {"text": ""}),
    "a text without a word": ("empty-text", {"text": "..."}),
}
"""By name of the test: the rule, and what the manifest says instead."""
SPELLINGS: dict[str, tuple[str, str, str]] = {
    "two spaces": ("white-space", " ", "  "),
    "a line break": ("white-space", " ", "\n"),
    "a tag": ("markup", " ", " <unk> "),
    "an entity": ("markup", " ", " &amp; "),
    "a noise": ("markup", " ", " [laughter] "),
    "a letter that only looks right": ("alphabet", "a", "\N{CYRILLIC SMALL LETTER A}"),
    "broken encoding": ("alphabet", " ", "\N{REPLACEMENT CHARACTER} "),
    "shouting": ("alphabet", "e", "E"),
    "a sign of money": ("alphabet", " ", " € "),
    "a number in digits": ("digits", " ", " 12 "),
}
"""By name of the test: the rule, and what is written for what."""


# -- the manifest ------------------------------------------------------------------------------


@plant("unique-id")
def two_clips_with_one_id(small: Small) -> set[str]:
    first, second = small.of("train")[:2]
    second["id"] = first["id"]
    return {first["id"]}


@plant("age-group")
def a_child_of_forty(small: Small) -> set[str]:
    row = small.of("train")[0]
    row.update(age="40", age_group="child")
    return {row["id"]}


# -- files -------------------------------------------------------------------------------------


@plant("file-missing")
def a_file_of_somebody_else(small: Small) -> set[str]:
    row = speech(small)
    (small.folder / row["audio"]).rename(small.folder.parent / "secret.flac")
    row["audio"] = "../secret.flac"
    return {row["id"]}


@plant("undecodable")
def a_text_named_flac(small: Small) -> set[str]:
    return _bytes(small, b"This is not a recording.\n" * 400)


@plant("undecodable")
def a_list_of_other_files(small: Small) -> set[str]:
    return _bytes(small, b"ffconcat version 1.0\nfile 00.flac\n")


@plant("undecodable")
def an_empty_file(small: Small) -> set[str]:
    return _bytes(small, b"")


@plant("truncated")
def two_thirds_of_a_file(small: Small) -> set[str]:
    whole = (small.folder / speech(small)["audio"]).read_bytes()
    return _bytes(small, whole[: len(whole) * 2 // 3])


def _bytes(small: Small, content: bytes) -> set[str]:
    row = speech(small)
    path = small.folder / row["audio"]
    path.unlink()
    path.write_bytes(content)
    return {row["id"]}


@plant("duration")
def two_hundred_milliseconds_more(small: Small) -> set[str]:
    row = speech(small)
    row["duration_s"] += 0.2
    return {row["id"]}


# -- sound -------------------------------------------------------------------------------------


@plant("narrow-band")
def speech_of_a_telephone(small: Small) -> set[str]:
    row = speech(small)
    small.play(row, _smooth(small.samples(row))[::2], 8_000)
    return {row["id"]}


@plant("odd-format")
def one_stereo_file(small: Small) -> set[str]:
    row = speech(small)
    small.play(row, np.stack([small.samples(row)] * 2))
    return {row["id"]}


@plant("dead-channel")
def a_microphone_that_was_off(small: Small) -> set[str]:
    row = speech(small)
    samples = small.samples(row)
    small.play(row, np.stack([samples, samples * np.float32(0.001)]))
    return {row["id"]}


@plant("silent")
def a_muted_clip(small: Small) -> set[str]:
    row = speech(small)
    small.play(row, small.samples(row) * np.float32(0.001))
    return {row["id"]}


@plant("silent")
def a_muted_clip_of_a_bad_sound_card(small: Small) -> set[str]:
    row = speech(small)
    small.play(row, small.samples(row) * np.float32(0.001) + np.float32(0.05))
    return {row["id"]}


@plant("silent")
def nothing_but_zeros(small: Small) -> set[str]:
    row = speech(small)
    small.play(row, small.samples(row) * np.float32(0))
    return {row["id"]}


@plant("clipping")
def a_clipped_clip_turned_down(small: Small) -> set[str]:
    row = speech(small)
    samples = small.samples(row)
    top = np.float32(0.3 * np.abs(samples).max())
    small.play(row, np.clip(samples, -top, top) / top * np.float32(0.4))
    return {row["id"]}


@plant("low-snr")
def more_noise_than_speech(small: Small) -> set[str]:
    row = speech(small)
    samples = small.samples(row)
    noise = np.random.default_rng(1).standard_normal(len(samples)).astype(np.float32)
    mixed = samples + noise * 2 * np.sqrt(np.mean(samples**2))
    small.play(row, mixed * np.float32(0.5 / np.abs(mixed).max()))
    return {row["id"]}


@plant("digital-zeros")
def lost_packets(small: Small) -> set[str]:
    row = speech(small)
    samples = small.samples(row)
    packets = np.arange(len(samples)) // (SAMPLE_RATE_HZ // 10)
    small.play(row, np.where((packets % 3 == 1), np.float32(0), samples))
    return {row["id"]}


@plant("dc-offset")
def a_bad_sound_card(small: Small) -> set[str]:
    row = speech(small)
    small.play(row, small.samples(row) + np.float32(0.05))
    return {row["id"]}


@plant("cut-speech")
def an_end_in_the_middle_of_a_word(small: Small) -> set[str]:
    row = speech(small)
    samples = small.samples(row)
    power = np.convolve(samples**2, np.ones(320), "same")
    half = len(samples) // 2
    small.play(row, samples[: half + int(np.argmax(power[half : half + 3 * SAMPLE_RATE_HZ]))])
    return {row["id"]}


def _smooth(samples: np.ndarray[Any, np.dtype[np.float32]]) -> Any:
    return np.convolve(samples, np.ones(2, np.float32) / 2, "same").astype(np.float32)


# -- text and people ---------------------------------------------------------------------------


@plant("alphabet")
def letters_that_only_look_right_in_several_clips(small: Small) -> set[str]:
    rows = small.of("test")[3:6]
    for row in rows:
        row["text"] = row["text"].replace("a", "\N{CYRILLIC SMALL LETTER A}")
    return {row["id"] for row in rows}


@plant("speaking-rate")
def far_too_many_words(small: Small) -> set[str]:
    row = small.of("train")[0]
    row["text"] = " ".join([row["text"]] * 6)
    return {row["id"]}


@plant("speaking-rate")
def three_words_for_all_of_it(small: Small) -> set[str]:
    row = max(small.of("test"), key=lambda each: float(each["duration_s"]))
    row["text"] = "and then he"
    return {row["id"]}


@plant("speaker-in-both")
def a_speaker_on_both_sides(small: Small) -> set[str]:
    row = speech(small)
    row["split"] = "train"
    return {row["id"]}


@plant("speaker-changes")
def a_speaker_of_two_genders(small: Small) -> set[str]:
    row = small.of("train")[0]
    row["gender"] = {"male": "female", "female": "male"}[row["gender"]]
    return {row["id"]}


@plant("speaker-changes")
def a_speaker_of_two_ages(small: Small) -> set[str]:
    mine = [r for r in small.of("train") if r["speaker"] == small.of("train")[0]["speaker"]]
    for row, age in zip(mine, ["61", *["23"] * len(mine)], strict=False):
        row["age"] = age
    return {mine[0]["id"]}


@plant("no-speaker")
def a_voice_without_a_name(small: Small) -> set[str]:
    row = speech(small)
    del row["speaker"]
    return {row["id"]}


@plant("small-group")
def a_group_of_three_clips(small: Small) -> set[str]:
    few = small.of("test")[:3]
    for row in few:
        row["accent"] = "Scottish"
    return {row["id"] for row in few}


# -- copies ------------------------------------------------------------------------------------


@plant("same-file")
def a_file_twice(small: Small) -> set[str]:
    return _again(small, lambda row: None)


@plant("same-sound")
def a_file_unpacked(small: Small) -> set[str]:
    return _again(small, lambda row: small.play(row, small.samples(row)))


@plant("near-copy")
def a_part_of_a_file_encoded_again(small: Small) -> set[str]:
    def encode(row: dict[str, Any]) -> None:
        samples = small.samples(row)[3333:-5000] * np.float32(0.6)
        row["audio"] = "audio/again.mp3"
        row["duration_s"] = len(samples) / SAMPLE_RATE_HZ
        write(small.folder / row["audio"], samples[None], SAMPLE_RATE_HZ, "libmp3lame", 32_000)

    return _again(small, encode)


def _again(small: Small, change: Any) -> set[str]:
    row = speech(small)
    second = {**row, "id": "again"}
    change(second)
    small.rows.append(second)
    return {row["id"], "again"}


@plant("same-reading")
def a_sentence_read_twice(small: Small) -> set[str]:
    first, second = [r for r in small.of("test") if r["speaker"] == speech(small)["speaker"]][:2]
    second["text"] = first["text"]
    return {first["id"], second["id"]}


@plant("text-in-both")
def a_sentence_that_was_trained(small: Small) -> set[str]:
    row = min(small.of("test"), key=lambda each: float(each["duration_s"]))
    row["text"] = small.of("train")[0]["text"]
    return {row["id"]}


@plant("label")
def a_text_of_another_clip(small: Small) -> set[str]:
    row = speech(small)
    said = row["text"]
    row["text"] = small.of("test")[20]["text"]
    small.hear({row["id"]: (said.capitalize() + ".", said.replace("the", "a"))})
    return {row["id"]}


# -- the tests ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", FIELDS)
def test_a_wrong_field(small: Small, name: str) -> None:
    rule, change = FIELDS[name]
    row = speech(small)
    row.update(change)
    expect(small, rule, {row["id"]})


@pytest.mark.parametrize("name", SPELLINGS)
def test_a_wrong_spelling(small: Small, name: str) -> None:
    rule, old, new = SPELLINGS[name]
    row = speech(small)
    row["text"] = row["text"].replace(old, new, 1)
    expect(small, rule, {row["id"]})


@pytest.mark.parametrize("name", PLANTS)
def test_a_planted_defect(small: Small, name: str) -> None:
    rule, planted = PLANTS[name]
    expect(small, rule, planted(small))


def test_half_a_line(small: Small) -> None:
    """Which the means above cannot write."""
    small.save()
    with (small.folder / "manifest.jsonl").open("a") as file:
        file.write('{"id": "half a li\n[]\n')
    outcome = check(str(small.folder), heard=small.hear())
    found = [(finding.rule, finding.clips, finding.severity) for finding in outcome.findings]
    first = len(small.rows) + 1
    assert found == [
        ("manifest", (f"line {first}",), Severity.ERROR),
        ("manifest", (f"line {first + 1}",), Severity.ERROR),
    ]


def test_there_is_a_defect_for_every_rule() -> None:
    planted = {"manifest"} | {
        rule for rule, *_ in (*FIELDS.values(), *SPELLINGS.values(), *PLANTS.values())
    }
    assert planted == RULES.keys()


def test_nothing_is_found_where_nothing_is_wrong(small: Small) -> None:
    outcome = checked(small)
    assert outcome.findings == ()
    assert outcome.not_run == {}
    assert set(outcome.rules) == RULES.keys()
    assert outcome.clips == len(small.rows) >= 48


def expect(small: Small, rule: str, clips: set[str]) -> None:
    """That rule and no other, naming these clips and no other."""
    outcome = checked(small)
    assert {finding.rule for finding in outcome.findings} == {rule}, outcome.findings
    named = {clip for finding in outcome.findings for clip in finding.clips}
    assert named == clips
    assert {finding.severity for finding in outcome.findings} == {RULES[rule].severity}

"""One transcript in each of its states."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from html import unescape

import pytest

from tests.unit.ui.fake_client import SCRIPT, job, segment
from ui.wire_exports import Report


def link(said: str) -> str:
    """Where the one download goes."""
    [found] = re.findall('<a class="l-button" href="([^"]+)" download>', said)
    return unescape(found)


WHEN = datetime(2025, 11, 3, 12, tzinfo=UTC)


@pytest.mark.chapter(29)
def test_succeeded_shows_label_model_downloads_and_reader(open_page, fake, words):
    fake.jobs = [job("tr_ok")]
    test = open_page("transcript", id="tr_ok")
    said = words(test)
    assert "Machine-generated" in said
    assert "whisper-base, weights d01c3014" in said
    assert link(said) == "/api/transcriptions/tr_ok/export?format=docx&preset=transcript"
    assert len(test.get("bidi_component")) == 1


def chosen_from(test):
    return [each.label for each in test.selectbox if each.key.startswith("download-")]


def test_the_menu_of_files_is_that_of_the_api(open_page, fake, words):
    fake.jobs = [job("tr_ok")]
    test = open_page("transcript", id="tr_ok")
    menu = test.selectbox(key="download-tr_ok-format")
    offered = fake.formats().items
    assert menu.options == [f"{each.label} · {each.kind.lower()}" for each in offered]
    for each in offered:
        test.selectbox(key="download-tr_ok-format").select(each.name).run()
        assert not test.exception
        assert f"format={each.name}&preset={each.presets[0].name}" in link(words(test))


def test_presets_and_options_become_part_of_the_link(open_page, fake, words):
    fake.jobs = [job("tr_ok")]
    test = open_page("transcript", id="tr_ok")
    test.selectbox(key="download-tr_ok-format").select("txt").run()
    test.radio(key="download-tr_ok-txt-preset").set_value("timed").run()
    test.selectbox(key="download-tr_ok-txt-timed-fillers").select("remove").run()
    assert link(words(test)).endswith("export?format=txt&preset=timed&fillers=remove")


@pytest.mark.chapter(7)
def test_the_page_says_which_rules_subtitles_cannot_keep(open_page, fake, words):
    fake.jobs = [job("tr_ok")]
    fake.kept = Report(cues=12, kept=9, counts={"reading_speed": 2, "late": 1})
    test = open_page("transcript", id="tr_ok")
    assert "cannot keep" not in words(test)
    test.selectbox(key="download-tr_ok-format").select("srt").run()
    assert "3 of 12 subtitles cannot keep every rule: 2 spoken faster than it can be read" in words(
        test
    )
    assert fake.calls == [("export_report", "tr_ok", {"format": "srt", "preset": "standard"})]


def test_fillers_are_offered_only_where_the_language_has_a_list(open_page, fake):
    fake.jobs = [job("tr_pl", language="pl")]
    assert chosen_from(open_page("transcript", id="tr_pl")) == ["File", "Divided by"]


def test_names_are_offered_where_there_are_speakers_and_presets_are_not_repeated(open_page, fake):
    fake.jobs = [job("tr_ok", segments=[segment() | {"speaker": "Anna"}])]
    test = open_page("transcript", id="tr_ok")
    names, fillers = "Names of speakers", "Fillers such as um and uh"
    numbers = "Numbers heard as words"
    assert chosen_from(test) == ["File", "Divided by", names, fillers, numbers]
    test.selectbox(key="download-tr_ok-format").select("srt").run()
    assert chosen_from(test) == ["File", names, fillers, numbers], (
        "the reading speed is the preset's"
    )


def test_no_speech_is_a_calm_valid_result(open_page, fake, words):
    skipped = [{"start": 0.0, "end": 12.2, "level_dbfs": -71.0}]
    warnings = ["No speech was found in this recording."]
    fake.jobs = [job("tr_none", segments=[], text="", skipped=skipped, warnings=warnings)]
    test = open_page("transcript", id="tr_none")
    said = words(test)
    assert said.count("No speech was found in this recording.") == 1
    assert "valid result" in said
    assert "l-harm" not in said.split("</style>")[-1]
    assert "12 s without speech, level −71 dBFS" in said


@pytest.mark.chapter(7)
def test_doubts_fallbacks_and_warnings_are_explained(open_page, fake, words):
    fallback = {"start": 20.0, "end": 31.0, "model": "tiny.en", "reason": "out of memory"}
    fake.jobs = [
        job(
            "tr_ok",
            segments=[segment("repetition")],
            fallbacks=[fallback],
            warnings=["The file ends early."],
        )
    ]
    said = words(open_page("transcript", id="tr_ok"))
    assert "The same words again and again" in said
    assert "0:20 to 0:31: recognised by tiny.en instead (out of memory)" in said
    assert "The file ends early." in said


def test_failed_says_why_and_offers_retry(open_page, fake, words):
    fake.jobs = [job("tr_bad", "failed", segments=[])]
    test = open_page("transcript", id="tr_bad")
    assert "The model stopped. Retry." in words(test)
    test.button(key="retry").click().run()
    assert fake.calls == [("retry", "tr_bad")]


def test_an_error_that_a_retry_cannot_mend_offers_none(open_page, fake):
    error = {"code": "unreadable", "message": "The file is broken.", "retryable": False}
    fake.jobs = [job("tr_bad", "failed", segments=[], error=error)]
    assert not open_page("transcript", id="tr_bad").button


def test_running_shows_progress_and_can_be_cancelled(open_page, fake, words):
    fake.jobs = [job("tr_run", "running")]
    test = open_page("transcript", id="tr_run")
    assert "5.0 of 10.0 min" in words(test)
    assert len(test.get("bidi_component")) == 1
    test.button(key="cancel").click().run()
    assert fake.calls == [("cancel", "tr_run")]


def test_cancelled_keeps_what_was_recognised(open_page, fake, words):
    fake.jobs = [job("tr_stop", "cancelled")]
    test = open_page("transcript", id="tr_stop")
    assert "Cancelled." in words(test)
    assert len(test.get("bidi_component")) == 1


@pytest.mark.parametrize("identity", ["", "tr_gone", "../../healthz"])
def test_an_address_without_a_transcript_leads_on(open_page, words, identity):
    test = open_page("transcript", id=identity)
    assert "There is no transcript at this address." in words(test)
    assert [link.label for link in test.page_link] == ["Go to the library"]


def test_hostile_names_and_messages_stay_text(open_page, fake, words):
    error = {"code": SCRIPT, "message": SCRIPT, "retryable": True}
    fake.jobs = [job("tr_bad", "failed", name=SCRIPT, error=error, warnings=[SCRIPT])]
    said = words(open_page("transcript", id="tr_bad"))
    assert "<script" not in said
    assert said.count("&lt;script&gt;") == 4


@pytest.mark.chapter(29)
@pytest.mark.parametrize(
    ("changed", "label"),
    [
        ({}, "Machine-generated: a person has not checked it."),
        ({"corrected": 1}, "Machine-generated, corrected by a person in 1 place."),
        ({"final_at": WHEN}, "Machine-generated, declared final by a person, 3 Nov 2025."),
        (
            {"corrected": 3, "final_at": WHEN},
            "Machine-generated, corrected by a person in 3 places and declared final, 3 Nov 2025.",
        ),
    ],
)
def test_the_label_says_what_people_did(open_page, fake, words, changed, label):
    fake.jobs = [job("tr_ok", **changed)]
    assert label in words(open_page("transcript", id="tr_ok"))

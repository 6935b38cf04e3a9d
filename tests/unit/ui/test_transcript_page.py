"""One transcript in each of its states."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.unit.ui.fake_client import SCRIPT, job, segment

WHEN = datetime(2025, 11, 3, 12, tzinfo=UTC)


@pytest.mark.chapter(29)
def test_succeeded_shows_label_model_downloads_and_reader(open_page, fake, words):
    fake.jobs = [job("tr_ok")]
    test = open_page("transcript", id="tr_ok")
    said = words(test)
    assert "Machine-generated" in said
    assert "whisper-base, weights d01c3014" in said
    for kind in ("txt", "srt", "vtt", "json"):
        assert f'href="/api/transcriptions/tr_ok/export?format={kind}"' in said
    assert len(test.get("bidi_component")) == 1


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

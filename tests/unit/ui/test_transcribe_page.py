"""The start page in each of its states."""

from __future__ import annotations

import pytest

from tests.unit.ui.fake_client import SCRIPT, job, recording
from ui.client import ApiError


def labels(test):
    return [button.label for button in test.button]


@pytest.mark.chapter(1)
def test_first_run_shows_the_sample_side_by_side_and_three_doors(open_page, words):
    test = open_page("transcribe")
    said = words(test)
    assert "Mostly from you silk." in said
    assert '<span class="l-right">EU-SILC</span>' in said
    assert "Transcribe this sample" in labels(test)
    doors = ["**See how good it is**", "**Walk through the book**"]
    assert [link.label for link in test.page_link] == doors
    assert not test.text_input


def test_after_the_first_run_the_sample_is_folded_away(open_page, fake):
    fake.jobs = [job("tr_1")]
    test = open_page("transcribe")
    assert [e.label for e in test.expander] == ["A sample: what it does with difficult words"]


def test_before_the_start_it_says_what_it_will_take_and_where(open_page, fake, words):
    fake.recordings["rec_a"] = recording("rec_a")
    test = open_page("transcribe", recordings="rec_a")
    said = words(test)
    for fact in ("50 min", "ready in under a minute", "model whisper-base", "this computer"):
        assert fact in said
    primary = [b.label for b in test.button if b.proto.type == "primary"]
    assert primary == ["Transcribe 1 recording"]
    assert not fake.calls


def test_a_guess_says_that_it_is_one(open_page, fake, words):
    estimate = recording("rec_a").estimate.model_copy(update={"measured": False})
    fake.recordings["rec_a"] = recording("rec_a").model_copy(update={"estimate": estimate})
    assert "first guess" in words(open_page("transcribe", recordings="rec_a"))


def test_start_sends_the_options_and_forgets_the_recordings(open_page, fake):
    fake.recordings = {"rec_a": recording("rec_a"), "rec_b": recording("rec_b")}
    test = open_page("transcribe", recordings="rec_a,rec_b")
    test.selectbox(key="option_lang").select("de")
    test.selectbox(key="option_model").select("tiny.en")
    test.text_area(key="option_terms").input("EU-SILC, Gini\nGini").run()
    test.button(key="start").click().run()
    terms = ("EU-SILC", "Gini")
    wanted = {"language": "de", "model": "tiny.en", "domain": None, "keywords": terms}
    assert fake.calls == [("transcribe", "rec_a", wanted), ("transcribe", "rec_b", wanted)]
    assert "recordings" not in test.query_params


def test_one_refused_recording_stops_no_other_and_says_why(open_page, fake, words):
    fake.recordings = {"rec_a": recording("rec_a"), "rec_b": recording("rec_b")}
    fake.refused["rec_a"] = ApiError("storage_full", "The disk is full. Make room.", 507, "req_9")
    test = open_page("transcribe", recordings="rec_a,rec_b")
    test.button(key="start").click().run()
    assert [call[1] for call in fake.calls] == ["rec_b"]
    said = words(test)
    assert "The disk is full. Make room." in said
    assert "storage_full · req_9" in said
    assert test.query_params["recordings"] == "rec_a"


def test_a_recording_that_is_gone_is_not_offered(open_page, fake):
    test = open_page("transcribe", recordings="rec_gone,nonsense")
    assert "start" not in [button.key for button in test.button]


def test_remove_deletes_the_upload(open_page, fake):
    fake.recordings["rec_a"] = recording("rec_a")
    test = open_page("transcribe", recordings="rec_a")
    test.button(key="remove-rec_a").click().run()
    assert ("delete_recording", "rec_a") in fake.calls
    assert "recordings" not in test.query_params


@pytest.mark.chapter(18)
def test_running_jobs_are_those_of_the_product_with_text_as_it_comes(open_page, fake, words):
    fake.jobs = [job("tr_wait", "queued"), job("tr_run", "running", text="First words")]
    test = open_page("transcribe")
    said = words(test)
    assert "recognising · 5.0 of 10.0 min · ready about" in said
    assert "waiting, number 2 in the queue" in said
    assert "First words" in said
    test.button(key="cancel-tr_run").click().run()
    assert fake.calls == [("cancel", "tr_run")]


def test_finished_jobs_link_to_their_transcripts(open_page, fake, words):
    fake.jobs = [job("tr_ok"), job("tr_bad", "failed"), job("tr_stop", "cancelled")]
    test = open_page("transcribe")
    links = {link.label: link.proto.query_string for link in test.page_link}
    assert links["**tr\\_ok\\.wav**"] == "id=tr_ok"
    assert "ready · 10 min · en" in words(test)


@pytest.mark.chapter(28)
def test_hostile_names_and_text_stay_text(open_page, fake, words):
    fake.recordings["rec_a"] = recording("rec_a", name=f"{SCRIPT}.mp3")
    fake.jobs = [job("tr_run", "running", name=SCRIPT, text=SCRIPT), job("tr_ok", name=SCRIPT)]
    test = open_page("transcribe", recordings="rec_a")
    said = words(test)
    assert "<script" not in said
    assert said.count("&lt;script&gt;alert(1)") >= 3
    assert "**\\<script\\>alert\\(1\\)\\<\\/script\\>**" in [link.label for link in test.page_link]


def test_a_service_that_is_not_up_yet_is_waited_for(open_page, fake, words):
    fake.down = True
    said = words(open_page("transcribe"))
    assert "Starting the transcription service." in said
    assert "Everything stored is safe." in said

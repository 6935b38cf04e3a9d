"""Jobs through the whole product: real processes, a real broker, the real recogniser."""

from __future__ import annotations

import json
import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor

import jiwer
import pytest

from deploy.local.product import Product
from tests.support.jobs import AUDIO, SPEECH, TWO_MINUTES, Jobs
from tests.support.media import silent_flac

TURNS = json.loads((AUDIO / "speech.json").read_text())["turns"]
REFERENCE = " ".join(turn["text"] for turn in TURNS)


def plain(text: str) -> str:
    return "".join(c for c in text.lower() if c.isalnum() or c == " ")


def test_a_recording_becomes_text_with_times(jobs: Jobs) -> None:
    job = jobs.finish(jobs.submit())
    assert job["status"] == "succeeded"
    assert jiwer.wer(plain(REFERENCE), plain(job["text"])) < 0.1
    words = [word for segment in job["segments"] for word in segment["words"]]
    assert words[0]["start"] < words[-1]["end"] <= job["duration"]
    assert all(0 <= word["probability"] <= 1 for word in words)
    assert job["language"] == "en"
    assert len(job["model"]["version"]) == 64


def test_the_first_words_come_before_the_end(jobs: Jobs) -> None:
    jobs.fault("slow_model", seconds=1.0)
    job = jobs.submit(TWO_MINUTES)
    running = jobs.until(
        job, lambda found: bool(found["segments"]) and found["status"] == "running"
    )
    assert 0 < running["progress"] < 1
    assert running["eta_seconds"] > 0
    jobs.no_faults()
    assert jobs.finish(job)["status"] == "succeeded"


def test_many_jobs_at_once_all_end_with_the_same_text(jobs: Jobs) -> None:
    with ThreadPoolExecutor(8) as pool:
        submitted = list(pool.map(lambda _: jobs.submit(model="tiny.en"), range(12)))
    texts = {jobs.finish(job)["text"] for job in submitted}
    assert len(texts) == 1, "the company a window keeps changed its text"


@pytest.mark.chapter(12)
def test_a_message_delivered_twice_changes_nothing(jobs: Jobs, product: Product) -> None:
    job = jobs.submit(TWO_MINUTES)
    with sqlite3.connect(product.home / "lectern.db", timeout=30) as database:
        for _ in range(3):
            database.execute(
                "INSERT INTO outbox (organisation_id, created_at, topic, payload, tries)"
                " SELECT organisation_id, created_at, 'prepare', ?, 0"
                " FROM transcription WHERE id=?",
                (json.dumps({"transcription_id": job}), job),
            )
    found = jobs.finish(job)
    assert found["status"] == "succeeded"
    with sqlite3.connect(product.home / "lectern.db") as database:
        attempts = database.execute("SELECT count(*) FROM attempt WHERE transcription_id=?", (job,))
        assert attempts.fetchone() == (1,)
    starts = [segment["start"] for segment in found["segments"]]
    assert len(starts) == len(set(starts))


@pytest.mark.chapter(7)
def test_a_crashing_model_is_replaced_by_the_smallest_and_it_is_said(jobs: Jobs) -> None:
    jobs.fault("crashing_model", share=1.0, kill=0.0)
    job = jobs.finish(jobs.submit())
    assert job["status"] == "succeeded"
    assert jiwer.wer(plain(REFERENCE), plain(job["text"])) < 0.2
    assert [fallback["model"] for fallback in job["fallbacks"]] == ["tiny.en"]


@pytest.mark.chapter(7)
def test_a_model_that_kills_its_process_is_given_up_for_the_smallest(jobs: Jobs) -> None:
    jobs.fault("crashing_model", share=1.0, kill=1.0)
    job = jobs.finish(jobs.submit())
    assert job["status"] == "succeeded"
    assert [fallback["model"] for fallback in job["fallbacks"]] == ["tiny.en"]


@pytest.mark.chapter(13)
@pytest.mark.parametrize("name", ["host", "media", "dispatcher", "decoder", "api"])
def test_a_killed_process_loses_nothing(jobs: Jobs, product: Product, name: str) -> None:
    quiet = jobs.finish(jobs.submit(TWO_MINUTES, model="tiny.en"))
    jobs.fault("slow_model", seconds=0.5)
    job = jobs.submit(TWO_MINUTES, model="tiny.en")
    jobs.until(job, lambda found: found["progress"] > 0)
    product.kill(name)
    product.wait_until_ready()
    jobs.no_faults()
    found = jobs.finish(job)
    assert found["status"] == "succeeded"
    assert found["text"] == quiet["text"]


@pytest.mark.chapter(12)
def test_a_broker_that_loses_messages_loses_no_job(jobs: Jobs) -> None:
    jobs.fault("lost_broker")
    time.sleep(1.5)  # until the dispatcher knows, and what was sent before has been taken
    job = jobs.submit()
    jobs.until(job, lambda found: found["status"] == "queued")
    with pytest.raises(AssertionError):
        jobs.until(job, lambda found: found["status"] != "queued", patience_s=3)
    jobs.no_faults()
    assert jobs.finish(job)["status"] == "succeeded"


@pytest.mark.chapter(12)
def test_a_broker_killed_with_all_its_messages_loses_no_job(jobs: Jobs, product: Product) -> None:
    product.kill("broker")
    submitted = [jobs.submit() for _ in range(3)]
    assert {jobs.finish(job)["status"] for job in submitted} == {"succeeded"}


@pytest.mark.chapter(13)
def test_a_slow_model_moves_the_finish_time_and_fails_nothing(jobs: Jobs) -> None:
    jobs.fault("slow_model", seconds=2.0)
    job = jobs.submit()
    assert jobs.http.get("/healthz", timeout=1).status_code == 200
    assert jobs.finish(job)["status"] == "succeeded"


def test_cancel_stops_the_work_and_retry_takes_it_up_again(jobs: Jobs) -> None:
    jobs.fault("slow_model", seconds=1.5)
    job = jobs.submit(TWO_MINUTES)
    jobs.until(job, lambda found: bool(found["segments"]))
    cancelled = jobs.http.post(f"/v1/transcriptions/{job}/cancel").json()
    assert cancelled["status"] == "cancelled"
    kept = [segment["id"] for segment in jobs.read(job)["segments"]]
    jobs.no_faults()
    other = jobs.finish(jobs.submit())
    assert other["status"] == "succeeded"
    assert jobs.read(job)["status"] == "cancelled"
    assert jobs.http.post(f"/v1/transcriptions/{job}/retry").status_code == 202
    again = jobs.finish(job)
    assert again["status"] == "succeeded"
    assert set(kept) <= {segment["id"] for segment in again["segments"]}


def test_deleting_a_running_job_leaves_nothing_and_disturbs_nobody(
    jobs: Jobs, product: Product
) -> None:
    jobs.fault("slow_model", seconds=1.0)
    job, other = jobs.submit(TWO_MINUTES), jobs.submit()
    jobs.until(job, lambda found: found["progress"] > 0)
    assert jobs.http.delete(f"/v1/transcriptions/{job}").status_code == 204
    assert jobs.http.get(f"/v1/transcriptions/{job}").status_code == 404
    jobs.no_faults()
    assert jobs.finish(other)["status"] == "succeeded"
    windows = product.home / "storage" / "windows" / job

    def gone(_: object) -> bool:
        return not windows.exists() or not any(windows.iterdir())

    jobs.until(other, gone)


def test_silence_is_a_result_and_not_an_error(jobs: Jobs) -> None:
    silence = {"file": ("silence.flac", silent_flac(20))}
    answer = jobs.http.post("/v1/transcriptions", files=silence)
    job = jobs.finish(answer.json()["id"])
    assert job["status"] == "succeeded"
    assert job["segments"] == []
    assert job["text"] == ""
    assert "No speech" in job["warnings"][0]
    assert job["skipped"][0]["end"] == pytest.approx(20, abs=0.1)


def test_a_short_recording_overtakes_a_long_one(jobs: Jobs) -> None:
    jobs.fault("slow_model", seconds=1.0)
    long, short = jobs.submit(TWO_MINUTES), jobs.submit(SPEECH)
    jobs.finish(short)
    assert jobs.read(long)["status"] == "running"
    jobs.no_faults()
    assert jobs.finish(long)["status"] == "succeeded"

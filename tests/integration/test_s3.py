"""A whole product that keeps its recordings in a bucket of a real S3 server."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from deploy.local.product import Product, running_product
from tests.support import media
from tests.support.jobs import ENDED, SPEECH, TWO_MINUTES, Jobs
from tests.support.s3 import S3Server, s3_server

pytestmark = pytest.mark.slow

PREFIX = "lectern/one"


@pytest.fixture(scope="module")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    with s3_server(tmp_path_factory.mktemp("s3")) as server:
        yield server


@pytest.fixture(scope="module")
def product(s3: S3Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    settings = s3.environment(PREFIX, LECTERN_MODEL="tiny.en", LECTERN_LEASE_S="10")
    with running_product(tmp_path_factory.mktemp("product"), env=settings) as running:
        yield running


def until(condition: Callable[[], bool], patience_s: float = 60) -> None:
    end = time.monotonic() + patience_s
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.1)


def test_a_recording_is_transcribed_played_and_deleted_without_a_rest(
    jobs: Jobs, product: Product, s3: S3Server
) -> None:
    job = jobs.submit(SPEECH)
    found = jobs.finish(job)
    assert found["status"] == "succeeded", found
    assert found["text"]
    assert any(name.startswith("recordings/") for name in s3.files(PREFIX))
    address = f"/v1/transcriptions/{job}/audio"
    recording = SPEECH.read_bytes()
    assert jobs.http.get(address).content == recording
    part = jobs.http.get(address, headers={"Range": "bytes=1000-1999"})
    assert (part.status_code, part.content) == (206, recording[1000:2000])
    assert not (product.home / "storage").exists(), "something was kept in the folder"
    assert jobs.http.delete(f"/v1/transcriptions/{job}").status_code == 204
    until(lambda: s3.files(PREFIX) == [])


def test_a_copy_for_browsers_is_made_in_the_bucket(jobs: Jobs, s3: S3Server) -> None:
    sound = ("talk.wma", media.encode("asf", "wmav2", 16_000, 1))
    job = jobs.http.post("/v1/transcriptions", files={"file": sound}).json()["id"]
    assert jobs.finish(job)["status"] == "succeeded"
    played = jobs.http.get(f"/v1/transcriptions/{job}/audio", headers={"Range": "bytes=0-3"})
    assert (played.status_code, played.content) == (206, b"OggS")
    jobs.http.delete(f"/v1/transcriptions/{job}")
    until(lambda: s3.files(PREFIX) == [])


@pytest.mark.chapter(13)
def test_a_server_killed_during_a_job_and_started_again_loses_nothing(
    jobs: Jobs, s3: S3Server
) -> None:
    quiet = jobs.finish(jobs.submit(TWO_MINUTES))
    jobs.fault("slow_model", seconds=1.0)
    job = jobs.submit(TWO_MINUTES)
    jobs.until(job, lambda found: found["progress"] > 0)
    s3.kill()
    try:
        with SPEECH.open("rb") as file:
            refused = jobs.http.post("/v1/transcriptions", files={"file": ("talk.opus", file)})
        assert refused.status_code == 503, refused.text
        assert refused.json()["code"] == "storage_away"
        assert int(refused.headers["retry-after"]) > 0
        ready = jobs.http.get("/readyz")
        assert ready.status_code == 503
        assert ready.json()["checks"]["storage"] == "failed: StorageAway"
        time.sleep(5)
    finally:
        s3.start()
    jobs.no_faults()
    found = jobs.finish(job, patience_s=180)
    assert found["status"] == "succeeded", found["error"]
    assert found["text"] == quiet["text"]


@pytest.mark.chapter(13)
def test_a_full_storage_keeps_recordings_and_finishes_jobs_later(jobs: Jobs) -> None:
    jobs.fault("lost_broker")
    job = jobs.submit(SPEECH)
    jobs.fault("full_disk")
    jobs.http.delete("/v1/faults/lost_broker").raise_for_status()
    with pytest.raises(AssertionError, match="in vain"):
        jobs.until(job, lambda found: found["status"] in ENDED, patience_s=8)
    with SPEECH.open("rb") as file:
        refused = jobs.http.post("/v1/recordings", files={"file": ("talk.opus", file)})
    assert (refused.status_code, refused.json()["code"]) == (507, "storage_full")
    jobs.no_faults()
    assert jobs.finish(job, patience_s=180)["status"] == "succeeded"


def test_the_product_starts_while_its_storage_is_away(s3: S3Server, tmp_path: Path) -> None:
    s3.kill()
    back = threading.Timer(15, s3.start)
    back.start()
    try:
        environment = s3.environment("lectern/two", LECTERN_MODEL="tiny.en")
        # Ready when the storage is
        with running_product(tmp_path / "home", env=environment) as running:
            assert not back.is_alive()
            assert httpx.get(f"{running.api}/healthz").status_code == 200
    finally:
        back.join()

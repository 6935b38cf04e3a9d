"""The recording, played from any place in it."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient

from app.recordings.tables import Recording
from tests.support import media
from tests.support.problems import assert_problem
from tests.support.rows import Rows

GOOD = media.speech_like_wav(2)


@pytest.fixture
def address(client: TestClient) -> str:
    files = {"file": ("talk.wav", GOOD)}
    job = client.post("/v1/transcriptions", files=files).json()["id"]
    return f"/v1/transcriptions/{job}/audio"


def test_the_whole_recording(client: TestClient, address: str) -> None:
    answer = client.get(address)
    assert (answer.status_code, answer.content) == (200, GOOD)
    assert answer.headers["accept-ranges"] == "bytes"
    assert answer.headers["content-type"].startswith("audio/")
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    ("asked", "part"), [("0-99", GOOD[:100]), ("1000-", GOOD[1000:]), ("-50", GOOD[-50:])]
)
def test_a_part_of_it(client: TestClient, address: str, asked: str, part: bytes) -> None:
    answer = client.get(address, headers={"Range": f"bytes={asked}"})
    assert (answer.status_code, answer.content) == (206, part)
    assert answer.headers["content-range"].endswith(f"/{len(GOOD)}")


def test_a_part_behind_its_end(client: TestClient, address: str) -> None:
    answer = client.get(address, headers={"Range": "bytes=99999999-"})
    assert answer.status_code == 416


def test_what_browsers_cannot_play_is_said_to_be_in_the_making(client: TestClient) -> None:
    files = {"file": ("talk.wma", media.encode("asf", "wmav2", 16_000, 1))}
    job = client.post("/v1/transcriptions", files=files).json()["id"]
    answer = client.get(f"/v1/transcriptions/{job}/audio")
    assert_problem(answer, 409, "audio_not_ready")


def test_audio_that_was_lost_is_gone_and_nothing_breaks(
    client: TestClient, address: str, rows: Rows
) -> None:
    [recording] = rows.all(Recording)
    rows.context.storage.delete(recording.storage_key)
    assert_problem(client.get(address), 410, "audio_deleted")

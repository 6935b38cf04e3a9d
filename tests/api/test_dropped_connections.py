"""Connections that are cut just before a commit, or just after it: no job twice, no audio lost."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session

from app.context import Context
from app.database import DatabaseAway
from app.recordings.tables import Recording
from app.transcriptions.tables import Transcription
from tests.support import media
from tests.support.rows import Rows

pytestmark = pytest.mark.chapter(12)
SOUND = media.speech_like_wav(1)


def send(client: TestClient, path: str) -> int:
    return client.post(path, files={"file": ("a.wav", SOUND)}).status_code


@pytest.fixture
def after_commit(context: Context, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Lose the answer to the next commit, as if the connection had dropped behind it."""

    def arm() -> None:
        real = context.database.write
        left = [True]

        class Losing:
            def __init__(self) -> None:
                self.real = real()

            def __enter__(self) -> Session:
                return self.real.__enter__()

            def __exit__(self, *error: object) -> bool | None:
                handled = self.real.__exit__(*error)  # type: ignore[arg-type]
                if left and error[0] is None:
                    left.clear()
                    raise DatabaseAway("the answer to COMMIT was lost")
                return handled

        monkeypatch.setattr(context.database, "write", Losing)

    return arm


@pytest.mark.parametrize("path", ["/v1/transcriptions", "/v1/recordings"])
def test_a_commit_whose_answer_was_lost_is_not_done_twice(
    client: TestClient, rows: Rows, after_commit: Callable[[], None], path: str
) -> None:
    after_commit()
    assert send(client, path) in (201, 202)
    assert len(rows.all(Recording)) == 1
    assert len(rows.all(Transcription)) == (path == "/v1/transcriptions")
    assert list(rows.context.storage.keys("recordings/")) == [rows.all(Recording)[0].storage_key]


def test_connections_that_keep_dropping_lose_no_submission(client: TestClient, rows: Rows) -> None:
    rows.fault("dropped_connections", share=0.4)
    assert [send(client, "/v1/transcriptions") for _ in range(8)] == [202] * 8
    assert len(rows.all(Transcription)) == len(rows.all(Recording)) == 8
    named = {recording.storage_key for recording in rows.all(Recording)}
    assert set(rows.context.storage.keys("recordings/")) == named

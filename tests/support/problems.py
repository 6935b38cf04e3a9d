"""What every refusal has to look like."""

from __future__ import annotations

from typing import Any

import httpx

from app.context import Context
from app.recordings.tables import Recording
from app.transcriptions.tables import Transcription
from tests.support.rows import Rows


def assert_problem(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    """A problem document (RFC 9457) with the code, an id for the log, and words for a person."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    assert body["code"] == code, body
    assert body["status"] == status
    assert body["request_id"] == answer.headers["x-request-id"]
    assert body["request_id"].startswith("req_")
    assert len(body["detail"]) > 20
    assert body["detail"].rstrip()[-1] in ".!?)"
    assert "Traceback" not in body["detail"]
    return body


def left_behind(context: Context) -> tuple[list[str], list[str], list[str]]:
    """Files of the storage, unfinished ones included, and ids of recordings and jobs.

    Adapters that come with the source are there from the first start on, and not counted.
    """
    root = context.settings.storage_dir
    rows = Rows(context)
    paths = [path.relative_to(root) for path in root.rglob("*") if path.is_file()]
    files = sorted(str(path) for path in paths if path.parts[0] != "adapters")
    recordings = sorted(recording.id for recording in rows.all(Recording))
    return files, recordings, sorted(job.id for job in rows.all(Transcription))

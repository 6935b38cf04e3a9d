"""Bad input is refused with its reason, leaves nothing behind and disturbs no other job."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from fastapi.testclient import TestClient

from app.context import Context
from tests.support import media
from tests.support.problems import assert_problem, left_behind
from tests.support.rows import Rows

pytestmark = pytest.mark.chapter(16)

PATHS = ("/v1/transcriptions", "/v1/recordings")
GOOD = media.speech_like_wav(1)


@pytest.fixture(autouse=True)
def _nothing_changes(context: Context) -> Iterator[None]:
    """A queued and a running job and their files are, to the byte, what they were."""
    rows = Rows(context)
    jobs = [rows.in_state("running"), rows.submit()]
    before = left_behind(context), [rows.job(job).model_dump() for job in jobs]
    yield
    assert (left_behind(context), [rows.job(job).model_dump() for job in jobs]) == before


def upload(client: TestClient, path: str, data: bytes, name: str = "talk.mp3"):  # type: ignore[no-untyped-def]
    return client.post(path, files={"file": (name, data)})


BAD_FILES: dict[str, tuple[Callable[[], bytes], int, str]] = {
    "an empty file": (lambda: b"", 400, "empty_file"),
    "text": (lambda: b"Minutes of the meeting.\n" * 99, 415, "unsupported_media_type"),
    "a picture": (media.png, 415, "unsupported_media_type"),
    "a playlist": (lambda: media.ffconcat("../token"), 415, "unsupported_media_type"),
    "noise": (lambda: bytes(range(7, 250)) * 99, 415, "unsupported_media_type"),
    "a truncated mp4": (media.mp4_without_moov, 422, "truncated_file"),
    "a video without sound": (media.video_without_sound, 422, "no_audio_stream"),
    "a zero-length wav": (media.empty_wav, 422, "empty_audio"),
}


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("kind", BAD_FILES)
def test_what_is_no_recording_is_refused(client: TestClient, path: str, kind: str) -> None:
    make, status, code = BAD_FILES[kind]
    assert_problem(upload(client, path, make()), status, code)


def test_the_refusal_says_what_the_file_is(client: TestClient) -> None:
    answer = upload(client, PATHS[0], b"Minutes of the meeting.\n" * 99)
    assert "text" in answer.json()["detail"]


@pytest.mark.chapter(28)
@pytest.mark.parametrize("path", PATHS)
def test_a_nul_in_the_name_is_refused(client: TestClient, path: str) -> None:
    body = raw_form(b'form-data; name="file"; filename="a\0b.wav"')
    answer = client.post(path, content=body, headers=MULTIPART)
    assert_problem(answer, 422, "bad_name")


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("length", [256, 4_000, 20_000])
def test_a_name_that_is_too_long_is_refused(client: TestClient, path: str, length: int) -> None:
    answer = upload(client, path, GOOD, name="n" * (length - 4) + ".wav")
    assert answer.status_code in (400, 422)
    assert_problem(answer, answer.status_code, "name_too_long")


@pytest.mark.parametrize("path", PATHS)
def test_a_form_without_a_file_is_refused(client: TestClient, path: str) -> None:
    for files in ({"other": ("a.wav", GOOD)}, {"file": (None, GOOD)}):
        assert_problem(client.post(path, files=files), 400, "file_missing")


@pytest.mark.parametrize("path", PATHS)
def test_two_files_are_refused(client: TestClient, path: str) -> None:
    files = [("file", ("a.wav", GOOD)), ("file", ("b.wav", GOOD))]
    assert_problem(client.post(path, files=files), 400, "two_files")


BOUNDARY = b"x" * 20
MULTIPART = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY.decode()}"}


def raw_form(disposition: bytes, data: bytes = GOOD, end: bytes | None = None) -> bytes:
    head = b"--" + BOUNDARY + b"\r\nContent-Disposition: " + disposition + b"\r\n\r\n"
    return head + data + (b"\r\n--" + BOUNDARY + b"--\r\n" if end is None else end)


FILE = b'form-data; name="file"; filename="a.wav"'
MALFORMED = {
    "not a form at all": (b"RIFF....", "malformed_multipart"),
    "a header without an end": (
        b"--" + BOUNDARY + b"\r\nContent-Disposition\r\n\r\n",
        "malformed_multipart",
    ),
    "no last boundary": (raw_form(FILE, end=b""), "upload_incomplete"),
    "nothing": (b"", "upload_incomplete"),
    "half a boundary": (raw_form(FILE, end=b"\r\n--" + BOUNDARY[:5]), "upload_incomplete"),
    "too many headers": (
        b"--" + BOUNDARY + b"\r\n" + b"X-A: b\r\n" * 99 + b"\r\n",
        "malformed_multipart",
    ),
}


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("kind", MALFORMED)
def test_a_malformed_form_is_refused(client: TestClient, path: str, kind: str) -> None:
    body, code = MALFORMED[kind]
    assert_problem(client.post(path, content=body, headers=MULTIPART), 400, code)


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("kind", ["application/json", "multipart/form-data", "multipart/mixed", ""])
def test_a_body_that_is_no_form_is_refused(client: TestClient, path: str, kind: str) -> None:
    answer = client.post(path, content=GOOD, headers={"Content-Type": kind})
    assert_problem(answer, 400, "not_multipart")


@pytest.mark.parametrize("path", PATHS)
def test_a_declared_length_above_the_limit_is_refused(client: TestClient, path: str) -> None:
    answer = upload(client, path, media.wav(bytes(3 * 1024**2)))
    assert_problem(answer, 413, "too_large")


@pytest.mark.parametrize("path", PATHS)
def test_bytes_above_the_limit_are_refused_whatever_was_declared(
    client: TestClient, path: str
) -> None:
    def body() -> Iterator[bytes]:
        yield raw_form(FILE, media.wav(b""), end=b"")
        for _ in range(48):
            yield bytes(64 * 1024)

    answer = client.post(path, content=body(), headers=MULTIPART)
    assert "content-length" not in answer.request.headers
    assert_problem(answer, 413, "too_large")


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"model": "whisper-9000"}, "unknown_model"),
        ({"language": "klingon"}, "unknown_language"),
        ({"model": "tiny.en", "language": "de"}, "language_not_supported"),
        ({"priority": "99"}, "bad_priority"),
        ({"keywords[]": "k" * 61}, "keyword_too_long"),
        ({"keywords[]": [f"k{i}" for i in range(201)]}, "too_many_keywords"),
        ({"speakers": "2"}, "not_supported"),
    ],
)
def test_a_wrong_field_beside_a_good_file_keeps_nothing(
    client: TestClient, fields: dict[str, str], code: str
) -> None:
    answer = client.post(PATHS[0], files={"file": ("a.wav", GOOD)}, data=fields)
    assert_problem(answer, 422, code)


def test_a_field_as_long_as_a_book_is_refused(client: TestClient) -> None:
    fields = {"language": "e" * 70_000}
    answer = client.post(PATHS[0], files={"file": ("a.wav", GOOD)}, data=fields)
    assert_problem(answer, 400, "field_too_long")


def test_a_file_and_a_recording_at_once_are_refused(client: TestClient) -> None:
    answer = client.post(PATHS[0], files={"file": ("a.wav", GOOD)}, data={"recording": "rec_1"})
    assert_problem(answer, 400, "file_missing")


def test_a_recording_nobody_uploaded_is_refused(client: TestClient) -> None:
    answer = client.post(PATHS[0], files={"recording": (None, "rec_1")})
    assert_problem(answer, 404, "recording_not_found")


def test_a_recording_longer_than_the_limit_is_refused(
    client: TestClient, context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit = context.settings.model_copy(update={"max_audio_s": 0.5})
    monkeypatch.setattr(client.app.state, "context", replaced(context, limit))
    assert_problem(upload(client, PATHS[0], GOOD), 422, "too_long")


def replaced(context: Context, settings) -> Context:  # type: ignore[no-untyped-def]
    return replace(context, settings=settings)

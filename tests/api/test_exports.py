"""Exports, read back with other people's programs."""

from __future__ import annotations

import json
from itertools import pairwise

import pysubs2
import pytest
from fastapi.testclient import TestClient

from app.transcriptions.schemas import TranscriptionOut
from tests.support.problems import assert_problem
from tests.support.rows import Rows

TEXT = (
    "The morning train was late again, so we had time to wait, and we talked about the book"
    " for a good while. Then the other train came, and it was full of children and dogs."
)


@pytest.fixture
def job(rows: Rows) -> str:
    made = rows.prepared(3, name='the "best" talk 🎙️.final.wav')
    rows.recognise_all(TEXT)
    return made


def export(client: TestClient, job: str, format: str):  # type: ignore[no-untyped-def]
    answer = client.get(f"/v1/transcriptions/{job}/export", params={"format": format})
    assert answer.status_code == 200, answer.text
    return answer


@pytest.mark.parametrize("format", ["srt", "vtt"])
def test_subtitles_are_in_order_do_not_overlap_and_fit_the_screen(
    client: TestClient, job: str, format: str
) -> None:
    file = pysubs2.SSAFile.from_string(export(client, job, format).text, format_=format)
    assert len(file) > 6
    for cue in file:
        lines = cue.plaintext.split("\n")
        assert len(lines) <= 2
        assert all(0 < len(line) <= 42 for line in lines)
        assert cue.start < cue.end
        assert cue.end - cue.start <= 7000
    for one, other in pairwise(file):
        assert one.end <= other.start
    said = " ".join(cue.plaintext.replace("\n", " ") for cue in file)
    assert said == " ".join([TEXT] * 3)


def test_text_is_what_was_said(client: TestClient, job: str) -> None:
    assert " ".join([TEXT] * 3) in " ".join(export(client, job, "txt").text.split())


def test_json_is_all_the_api_knows(client: TestClient, job: str) -> None:
    answer = export(client, job, "json")
    exported = TranscriptionOut.model_validate_json(answer.text)
    known = TranscriptionOut.model_validate(client.get(f"/v1/transcriptions/{job}").json())
    assert exported.model_copy(update={"warnings": []}) == known
    assert json.loads(answer.text)["segments"][0]["words"][0]["word"] == " The"


@pytest.mark.chapter(29)
@pytest.mark.parametrize("format", ["txt", "vtt", "json"])
def test_an_export_says_that_a_machine_wrote_it_and_which(
    client: TestClient, job: str, format: str
) -> None:
    label = "Transcribed by machine (tiny.en)"
    text = export(client, job, format).text
    assert label in text
    if format == "vtt":
        cues = pysubs2.SSAFile.from_string(text, format_="vtt")
        assert not any(label in cue.text for cue in cues), "a note, not something said"


def test_the_file_is_named_after_the_recording(client: TestClient, job: str) -> None:
    header = export(client, job, "srt").headers["content-disposition"]
    assert header.startswith('attachment; filename="the _best_ talk __.final.srt"')
    encoded = "the%20%22best%22%20talk%20%F0%9F%8E%99%EF%B8%8F.final.srt"
    assert header.endswith(f"filename*=UTF-8''{encoded}")


@pytest.mark.parametrize("state", ["queued", "running", "failed", "cancelled"])
def test_what_is_not_finished_is_not_exported(client: TestClient, rows: Rows, state: str) -> None:
    answer = client.get(f"/v1/transcriptions/{rows.in_state(state)}/export")
    assert state in assert_problem(answer, 409, "not_ready")["detail"]


def test_an_unknown_format_is_refused(client: TestClient, job: str) -> None:
    answer = client.get(f"/v1/transcriptions/{job}/export", params={"format": "docx"})
    assert_problem(answer, 422, "invalid_request")


@pytest.mark.parametrize("format", ["txt", "srt", "vtt", "json"])
def test_a_recording_without_speech_can_be_exported(
    client: TestClient, rows: Rows, format: str
) -> None:
    answer = export(client, rows.prepared(0), format)
    if format in ("srt", "vtt"):
        assert len(pysubs2.SSAFile.from_string(answer.text, format_=format)) == 0

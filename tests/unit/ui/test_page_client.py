"""The typed client against an API that answers as ours does."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from tests.unit.ui.fake_client import job, recording
from ui.client import ApiError, Client
from ui.settings import Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "token").write_text("secret\n")
    return Settings(home=tmp_path, api_url="http://127.0.0.1:8000")


def client(settings: Settings, answer: httpx.Response, seen: list[httpx.Request]) -> Client:
    def handle(request: httpx.Request) -> httpx.Response:
        request.read()
        seen.append(request)
        return answer

    return Client(settings, httpx.MockTransport(handle))


def test_a_job_is_submitted_as_a_form_with_the_token(settings):
    seen: list[httpx.Request] = []
    body = job("tr_1", "queued").model_dump(mode="json")
    made = client(settings, httpx.Response(202, json=body), seen).transcribe(
        "rec_1", language="de", keywords=["EU-SILC", "Größe"]
    )
    assert made.id == "tr_1"
    sent = seen[0].content.decode()
    assert seen[0].headers["content-type"].startswith("multipart/form-data")
    assert seen[0].headers["authorization"] == "Bearer secret"
    assert sent.count('name="keywords[]"') == 2
    assert "Größe" in sent
    assert 'name="model"' not in sent
    assert "filename" not in sent


def test_a_refusal_carries_what_the_api_says(settings):
    problem = {"code": "no_audio", "detail": "It has no sound.", "request_id": "req_1"}
    api = client(settings, httpx.Response(422, json=problem), [])
    with pytest.raises(ApiError) as caught:
        api.upload("a.mp4", b"x")
    error = caught.value
    assert (error.code, error.detail) == ("no_audio", "It has no sound.")
    assert (error.status, error.request_id) == (422, "req_1")


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'{"title": "x"}'])
def test_an_answer_that_is_no_problem_document_is_still_explained(settings, body):
    with pytest.raises(ApiError, match="HTTP 502") as caught:
        client(settings, httpx.Response(502, content=body), []).models()
    assert caught.value.code == "unexpected_answer"


def test_no_answer_says_what_is_safe_and_what_to_do(settings):
    def refuse(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused", request=request)

    with pytest.raises(ApiError, match="safe on disk") as caught:
        Client(settings, httpx.MockTransport(refuse)).models()
    assert caught.value.code == "api_unreachable"


def test_ids_from_a_link_cannot_change_the_address(settings):
    seen: list[httpx.Request] = []
    api = client(settings, httpx.Response(404, json={}), seen)
    with pytest.raises(ApiError):
        api.transcription("../models?x=1#y")
    assert seen[0].url.raw_path == b"/v1/transcriptions/..%2Fmodels%3Fx%3D1%23y"


def test_the_token_is_read_anew(settings):
    (settings.home / "token").unlink()
    assert settings.token() is None
    (settings.home / "token").write_text("later")
    assert settings.token() == "later"


def test_unknown_fields_do_not_matter(settings):
    body = recording("rec_1").model_dump(mode="json") | {"new": 1}
    api = client(settings, httpx.Response(200, json=body), [])
    assert api.recording("rec_1", "tiny.en").id == "rec_1"


def test_a_document_and_a_pasted_text_travel_as_the_api_wants_them(settings):
    seen: list[httpx.Request] = []
    told = {"text": "x", "words": 1, "language": "en", "prose": True, "terms": [], "notes": []}
    api = client(settings, httpx.Response(200, json=told), seen)
    assert api.propose("page.pdf", b"%PDF").prose
    api.propose_from_text("Größe")
    document, pasted = (request.content.decode() for request in seen)
    assert 'name="file"; filename="page.pdf"' in document
    assert 'name="text"' in pasted
    assert "Größe" in pasted
    assert "filename" not in pasted


def test_a_domain_without_a_page_of_text_has_none(settings):
    problem = {"code": "text_not_found", "detail": "It has none."}
    assert client(settings, httpx.Response(404, json=problem), []).domain_text("ruby") is None
    other = {"code": "domain_not_found", "detail": "There is none."}
    with pytest.raises(ApiError):
        client(settings, httpx.Response(404, json=other), []).domain_text("ruby")

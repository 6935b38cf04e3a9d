"""Whatever is refused raises the right class in the official client, with all four keys."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import openai
import pytest

from app.compatible.form import Format
from tests.support import media
from tests.support.hearing import hearing
from tests.support.openai_client import SOUND, OpenAIApi, create
from tests.support.problems import left_behind


@pytest.fixture
def client(openai_api: OpenAIApi) -> Iterator[openai.OpenAI]:
    with openai_api.client() as client:
        yield client


def body(**fields: Any) -> dict[str, Any]:
    return {"extra_body": fields}


VAD = {"type": "server_vad"}
REFUSED: list[tuple[dict[str, Any], type[openai.APIStatusError], str, str]] = [
    ({"model": "whisper-9"}, openai.NotFoundError, "model_not_found", "model"),
    ({"model": "whisper-9:ruby"}, openai.NotFoundError, "model_not_found", "model"),
    ({"model": "whisper-1:nope"}, openai.NotFoundError, "domain_not_found", "domain"),
    ({"model": "whisper-base+0123456789ab"}, openai.NotFoundError, "model_not_found", "model"),
    ({"model": ""}, openai.BadRequestError, "missing_required_parameter", "model"),
    ({"model": "gpt-4o-transcribe-diarize"}, openai.BadRequestError, "unsupported", "model"),
    ({"language": "xx"}, openai.BadRequestError, "unknown_language", "language"),
    (
        {"model": "tiny.en", "language": "de"},
        openai.BadRequestError,
        "language_not_supported",
        "language",
    ),
    ({"languages": ["de", "xx"]}, openai.BadRequestError, "invalid_value", "languages"),
    (
        {"languages": ["de", "fr"], "language": "de"},
        openai.BadRequestError,
        "invalid_value",
        "languages",
    ),
    (
        {"languages": ["de", "fr"], "model": "tiny.en"},
        openai.BadRequestError,
        "invalid_value",
        "languages",
    ),
    ({"keywords": ["x" * 61]}, openai.BadRequestError, "keyword_too_long", "keywords"),
    ({"temperature": 1.01}, openai.BadRequestError, "invalid_value", "temperature"),
    ({"temperature": float("nan")}, openai.BadRequestError, "invalid_value", "temperature"),
    (body(temperature="warm"), openai.BadRequestError, "invalid_value", "temperature"),
    ({"response_format": "xml"}, openai.BadRequestError, "invalid_value", "response_format"),
    (
        {"response_format": "diarized_json"},
        openai.BadRequestError,
        "unsupported",
        "response_format",
    ),
    (
        {"response_format": "verbose_json", "timestamp_granularities": ["letter"]},
        openai.BadRequestError,
        "invalid_value",
        "timestamp_granularities",
    ),
    ({"include": ["usage"]}, openai.BadRequestError, "invalid_value", "include"),
    (
        {"include": ["logprobs"], "response_format": "verbose_json"},
        openai.BadRequestError,
        "invalid_value",
        "include",
    ),
    ({"chunking_strategy": "never"}, openai.BadRequestError, "invalid_value", "chunking_strategy"),
    (
        {"chunking_strategy": {**VAD, "threshold": 0.4}},
        openai.BadRequestError,
        "unsupported",
        "chunking_strategy",
    ),
    (
        {"known_speaker_names": ["Anna"]},
        openai.BadRequestError,
        "unsupported",
        "known_speaker_names",
    ),
    (body(beam_size=5), openai.BadRequestError, "unknown_parameter", "beam_size"),
    (body(stream="maybe"), openai.BadRequestError, "invalid_value", "stream"),
    ({"file": ("a.wav", b"")}, openai.BadRequestError, "empty_file", "file"),
    ({"file": ("a.wav", b"Hello")}, openai.BadRequestError, "unsupported_media_type", "file"),
]


@pytest.mark.parametrize(
    ("options", "kind", "code", "param"), REFUSED, ids=[f"{r[3]}-{r[2]}" for r in REFUSED]
)
def test_what_is_refused_says_why_and_keeps_nothing(
    openai_api: OpenAIApi,
    client: openai.OpenAI,
    options: dict[str, Any],
    kind: type[openai.APIStatusError],
    code: str,
    param: str,
) -> None:
    before = left_behind(openai_api.rows.context)
    with pytest.raises(kind) as raised:
        create(client, **options)
    assert_openai_error(raised.value.response, code, param)
    assert (raised.value.code, raised.value.param) == (code, param)
    assert raised.value.request_id == raised.value.response.headers["x-request-id"]
    assert left_behind(openai_api.rows.context) == before


def assert_openai_error(answer: Any, code: str, param: str | None) -> None:
    """https://github.com/openai/openai-openapi, schema `ErrorResponse`: all four are required."""
    error = answer.json()["error"]
    assert set(error) == {"message", "type", "param", "code"}
    assert (error["code"], error["param"]) == (code, param)
    assert len(error["message"]) > 20
    assert error["message"].rstrip()[-1] in ".!?)"
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["x-request-id"].startswith("req_")


@pytest.mark.parametrize("form", [each for each in Format if each is not Format.VERBOSE_JSON])
def test_times_are_in_verbose_json_only(client: openai.OpenAI, form: Format) -> None:
    with pytest.raises(openai.BadRequestError) as raised:
        create(client, response_format=form.value, timestamp_granularities=["word"])
    assert raised.value.param == "timestamp_granularities"


@pytest.mark.parametrize("form", [Format.SRT, Format.VTT, Format.VERBOSE_JSON])
def test_a_stream_has_the_text_alone(client: openai.OpenAI, form: Format) -> None:
    with pytest.raises(openai.BadRequestError) as raised:
        create(client, response_format=form.value, stream=True)
    assert raised.value.param == "stream"


@pytest.mark.filterwarnings("ignore:deprecated:DeprecationWarning")  # OpenAI's, of the endpoint
@pytest.mark.parametrize(
    ("options", "code", "param"),
    [
        ({"model": "tiny.en"}, "unsupported", "model"),
        (
            {"model": "whisper-1", "extra_body": {"timestamp_granularities": ["word"]}},
            "unknown_parameter",
            "timestamp_granularities[]",
        ),
    ],
)
def test_what_cannot_be_translated_is_refused(
    client: openai.OpenAI, options: dict[str, Any], code: str, param: str
) -> None:
    with pytest.raises(openai.BadRequestError) as raised:
        client.audio.translations.create(file=SOUND, **options)
    assert_openai_error(raised.value.response, code, param)


def test_a_wrong_key_is_an_authentication_error(openai_api: OpenAIApi) -> None:
    with openai_api.client() as client, pytest.raises(openai.AuthenticationError) as raised:
        create(client.with_options(api_key="sk-wrong"))
    assert_openai_error(raised.value.response, "invalid_api_key", None)


def test_a_file_that_is_no_file_is_told_so(openai_api: OpenAIApi) -> None:
    with openai_api.served.client as http:
        for data in ({"model": "whisper-1"}, {"model": "whisper-1", "file": "a.wav"}):
            answer = http.post("/v1/audio/transcriptions", files={"x": ("", b"")}, data=data)
            assert answer.status_code == 400
            bare = http.post("/v1/audio/transcriptions", data=data)
            assert_openai_error(bare, "not_multipart", None)


def test_what_is_not_there_is_told_in_the_same_shape(openai_api: OpenAIApi) -> None:
    with openai_api.served.client as http:
        absent = http.post("/v1/audio/speech").json()["error"]
        wrong = http.get("/v1/audio/translations").json()["error"]
    assert absent == {
        "message": "Not Found",
        "type": "invalid_request_error",
        "param": None,
        "code": "not_found",
    }
    assert wrong == {**absent, "message": "Method Not Allowed", "code": "method_not_allowed"}


def asked_for(client: openai.OpenAI) -> list[httpx.Request]:
    """Every request the client sends from now on."""
    sent: list[httpx.Request] = []
    client._client.event_hooks["request"].append(sent.append)
    return sent


def test_what_will_not_change_is_not_sent_again(openai_api: OpenAIApi) -> None:
    with openai_api.client(max_retries=2) as client, hearing(openai_api.rows, failing=True):
        sent = asked_for(client)
        with pytest.raises(openai.InternalServerError) as raised:
            create(client, model="tiny.en")
        assert raised.value.code == "recognition_failed"
        assert raised.value.response.headers["x-should-retry"] == "false"
        assert len(sent) == 1


def test_a_recording_without_sound_is_the_callers_mistake(
    openai_api: OpenAIApi, client: openai.OpenAI
) -> None:
    with pytest.raises(openai.BadRequestError) as raised:
        create(client, file=("a.wav", media.wav(b"", declared_bytes=0)))
    assert (raised.value.code, raised.value.param) == ("empty_audio", "file")


def test_a_full_queue_tells_when_to_come_back(openai_api: OpenAIApi) -> None:
    openai_api.rows.fault("crowd", hours=1000.0)
    try:
        with openai_api.client(max_retries=2) as client:
            sent = asked_for(client)
            with pytest.raises(openai.InternalServerError) as raised:
                create(client)
    finally:
        with openai_api.served.client as http:
            http.delete("/v1/faults/crowd")
    assert raised.value.status_code == 503
    assert raised.value.code == "queue_full"
    assert int(raised.value.response.headers["retry-after"]) > 60
    assert raised.value.response.headers["x-should-retry"] == "false"
    assert len(sent) == 1


def test_models_are_listed_and_found(openai_api: OpenAIApi) -> None:
    with openai_api.client() as client:
        listed = client.models.list().data
        assert [model.id for model in listed][:2] == ["whisper-base", "tiny.en"]
        for name in [*(model.id for model in listed), "whisper-1", "gpt-4o-transcribe"]:
            found = client.models.retrieve(name)
            assert (found.id, found.object, found.owned_by) == (name, "model", "lectern")
            assert isinstance(found.created, int)
        with pytest.raises(openai.NotFoundError) as raised:
            client.models.retrieve("whisper-9")
        assert raised.value.code == "model_not_found"


def test_openapi_describes_the_forms(openai_api: OpenAIApi) -> None:
    with openai_api.served.client as http:
        paths = http.get("/openapi.json").json()["paths"]
    for path, has in {"/v1/audio/transcriptions": True, "/v1/audio/translations": False}.items():
        described = paths[path]["post"]
        form = described["requestBody"]["content"]["multipart/form-data"]
        assert form["schema"]["required"] == ["file", "model"]
        assert ("stream" in form["schema"]["properties"]) is has
        assert form["example"]["model"] == "whisper-1"
        assert "text/vtt" in described["responses"]["200"]["content"]
        assert {"400", "401", "404", "413", "503"} <= set(described["responses"])

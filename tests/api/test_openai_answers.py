"""What the official client gets: every format, with and without word times, and as a stream."""

from __future__ import annotations

import math
from collections.abc import Iterator

import openai
import pysubs2
import pytest
from openai.types.audio import Transcription as Json
from openai.types.audio import TranscriptionVerbose, TranslationVerbose

from tests.support.hearing import SCORES, Hearing, hearing
from tests.support.openai_client import SOUND, OpenAIApi, create
from tests.support.rows import WINDOW_S, Rows

TEXTS = ("The train was late.", "Nobody was in a hurry.", "We had time to wait.")
WHOLE = " ".join(TEXTS)


@pytest.fixture
def client(openai_api: OpenAIApi) -> Iterator[openai.OpenAI]:
    with openai_api.client() as client:
        yield client


@pytest.fixture
def rows(openai_api: OpenAIApi) -> Rows:
    return openai_api.rows


@pytest.fixture
def ears(rows: Rows) -> Iterator[Hearing]:
    with hearing(rows, *TEXTS) as ears:
        yield ears


def raw(client: openai.OpenAI, **options: object):  # type: ignore[no-untyped-def]
    fields = {"file": SOUND, "model": "whisper-1", **options}
    return client.audio.transcriptions.with_raw_response.create(**fields)  # type: ignore[call-overload]


def test_json_is_the_text_and_what_it_cost(client: openai.OpenAI, ears: Hearing) -> None:
    answer = create(client)
    assert isinstance(answer, Json)
    assert answer.text == WHOLE
    assert answer.usage is not None
    assert answer.usage.model_dump() == {"type": "duration", "seconds": 100.0}
    assert [language.code for language in answer.languages or []] == ["en"]
    assert answer.logprobs is None


def test_logprobs_are_those_of_the_words(client: openai.OpenAI, ears: Hearing) -> None:
    answer = create(client, include=["logprobs"])
    assert answer.logprobs is not None
    assert "".join(each.token or "" for each in answer.logprobs).strip() == WHOLE
    first = answer.logprobs[0]
    assert bytes(int(each) for each in first.bytes or []) == b" The"
    assert first.logprob == pytest.approx(math.log(0.9), abs=1e-3)


def test_text_is_the_text(client: openai.OpenAI, ears: Hearing) -> None:
    assert create(client, response_format="text") == WHOLE + "\n"


@pytest.mark.parametrize("form", ["srt", "vtt"])
def test_subtitles_are_read_by_other_peoples_programs(
    client: openai.OpenAI, ears: Hearing, form: str
) -> None:
    answer = create(client, response_format=form)
    cues = pysubs2.SSAFile.from_string(answer, format_=form)
    assert " ".join(cue.plaintext.replace("\n", " ") for cue in cues) == WHOLE
    assert [round(cues[0].start, -1), round(cues[-1].end, -1)] == [0, 3 * WINDOW_S * 1000]
    assert all(cue.start < cue.end for cue in cues)
    broken = answer.replace(":", "-")
    assert len(pysubs2.SSAFile.from_string(broken, format_=form)) == 0


GRANULARITIES = {
    (): (True, False),
    ("segment",): (True, False),
    ("word",): (False, True),
    ("word", "segment"): (True, True),
}


@pytest.mark.parametrize("asked", GRANULARITIES, ids=lambda asked: "+".join(asked) or "default")
def test_verbose_json_has_the_times_that_were_asked_for(
    client: openai.OpenAI, ears: Hearing, asked: tuple[str, ...]
) -> None:
    options = {"timestamp_granularities": list(asked)} if asked else {}
    answer = raw(client, response_format="verbose_json", **options)
    body = answer.http_response.json()
    segments, words = GRANULARITIES[asked]
    assert ("segments" in body, "words" in body) == (segments, words)
    found = TranscriptionVerbose.model_validate(body, strict=True)
    assert (body["task"], found.language, found.text) == ("transcribe", "english", WHOLE)
    assert found.duration == 100.0
    assert found.usage is not None
    assert found.usage.seconds == 100.0
    if segments:
        assert [each.text for each in found.segments or []] == list(TEXTS)
        assert [each.id for each in found.segments or []] == [0, 1, 2]
        assert [each.seek for each in found.segments or []] == [0, 2000, 4000]
        for each in body["segments"]:
            assert {name: each[name] for name in SCORES} == SCORES
            assert (each["temperature"], each["tokens"]) == (0.0, [])
    if words:
        assert " ".join(each.word for each in found.words or []) == WHOLE
        assert all(each.start < each.end for each in found.words or [])
        assert {each["probability"] for each in body["words"]} == {0.9}


def test_a_score_that_was_not_recorded_is_null(client: openai.OpenAI, rows: Rows) -> None:
    with hearing(rows, *TEXTS, scores={}):
        answer = raw(client, response_format="verbose_json")
    for segment in answer.http_response.json()["segments"]:
        assert {name: segment[name] for name in SCORES} == dict.fromkeys(SCORES)


def test_silence_is_no_text_and_no_language(client: openai.OpenAI, rows: Rows) -> None:
    with hearing(rows, ""):
        body = raw(client, response_format="verbose_json").http_response.json()
    assert (body["text"], body["segments"]) == ("", [])
    TranscriptionVerbose.model_validate(body, strict=True)


def test_languages_have_english_names(client: openai.OpenAI, rows: Rows) -> None:
    with hearing(rows, *TEXTS, language="de"):
        assert create(client, response_format="verbose_json").language == "german"


@pytest.mark.filterwarnings("ignore:deprecated:DeprecationWarning")  # OpenAI's, of the endpoint
def test_a_translation_is_english_and_says_so(client: openai.OpenAI, openai_api: OpenAIApi) -> None:
    with hearing(openai_api.rows, *TEXTS, language="de"):
        answer = client.audio.translations.with_raw_response.create(
            file=SOUND, model="whisper-1", response_format="verbose_json", prompt="Trains."
        )
    body = answer.http_response.json()
    found = TranslationVerbose.model_validate(body, strict=True)
    assert (body["task"], found.language, found.text) == ("translate", "english", WHOLE)
    job = openai_api.jobs()[-1]
    assert job.language == "de"
    assert job.options["task"] == "translate"
    assert job.options["prompt"] == "Trains."


def test_what_was_asked_for_reaches_the_job(client: openai.OpenAI, openai_api: OpenAIApi) -> None:
    with hearing(openai_api.rows):
        create(
            client,
            model="tiny.en",
            prompt=" A talk about trains. ",
            keywords=["Oaxaca", "Blinder"],
            extra_body={"hotwords": "Gini, Theil"},
            chunking_strategy="auto",
            temperature=0.2,
        )
        create(client, languages=["de", "french"])
        create(client, languages=["de"])
        create(client, language="English", model="whisper-base")
    jobs = openai_api.jobs()[-4:]
    assert jobs[0].model == "tiny.en"
    assert jobs[0].options == {
        "language": None,
        "keywords": ["Oaxaca", "Blinder", "Gini", "Theil"],
        "prompt": "A talk about trains.",
    }
    assert jobs[1].options == {"language": None, "keywords": [], "languages": ["de", "fr"]}
    assert jobs[2].options == {"language": "de", "keywords": []}
    assert jobs[3].options == {"language": "en", "keywords": []}


def test_a_model_may_be_named_with_a_domain(client: openai.OpenAI, openai_api: OpenAIApi) -> None:
    with hearing(openai_api.rows):
        create(client, model="whisper-1:medicine")
    job = openai_api.jobs()[-1]
    assert job.domain_id is not None
    assert len(job.options["keywords"]) > 10

"""The official client, in the version that the tests are installed with, against our API."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import openai

from app.transcriptions.tables import Transcription
from tests.support import media
from tests.support.rows import Rows
from tests.support.served import Served

SOUND = ("talk.wav", media.speech_like_wav(1))


@dataclass(frozen=True, slots=True)
class OpenAIApi:
    """An API behind a real socket, and its rows."""

    served: Served
    rows: Rows

    def client(self, **options: Any) -> openai.OpenAI:
        return openai_client(self.served, **options)

    def jobs(self) -> list[Transcription]:
        """The oldest first."""
        return sorted(self.rows.all(Transcription), key=lambda job: (job.created_at, job.id))


def openai_client(api: Served, **options: Any) -> openai.OpenAI:
    key = api.headers["Authorization"].removeprefix("Bearer ")
    address = f"http://127.0.0.1:{options.pop('port', api.port)}/v1"
    options = {"timeout": 20.0, "max_retries": 0, **options}
    return openai.OpenAI(base_url=address, api_key=key, **options)


def create(client: openai.OpenAI, **options: Any) -> Any:
    """Transcribe `SOUND` with the default model, unless `options` say otherwise."""
    fields = {"file": SOUND, "model": "whisper-1", **options}
    return client.audio.transcriptions.create(**fields)

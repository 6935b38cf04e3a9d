"""What OpenAPI says of the compatible endpoints, whose forms are read by hand."""

from __future__ import annotations

from typing import Any, Final

from app.compatible.form import Format
from app.described.bodies import TEXT

_BINARY = {"type": "string", "format": "binary", "description": "Audio or video of any usual kind."}
_STRINGS = {"type": "array", "items": {"type": "string"}}
_BOTH: Final[dict[str, Any]] = {
    "file": _BINARY,
    "model": {
        "type": "string",
        "description": "`whisper-1` and OpenAI's other names for models that transcribe mean the"
        " default model here. `MODEL:DOMAIN` asks for a domain as well.",
        "examples": ["whisper-1", "whisper-base", "whisper-base:medicine"],
    },
    "prompt": {
        "type": "string",
        "description": "Text that might have come before. Every window is given its end, 223 tokens"
        " of it at most, `keywords` included.",
    },
    "response_format": {"enum": [each.value for each in Format], "default": "json"},
    "temperature": {
        "type": "number",
        "minimum": 0,
        "maximum": 1,
        "description": "Decoding is a search without chance: any value gives the same text.",
    },
    "language": {"type": "string", "description": "Of the speech; detected if left out."},
    "languages[]": {**_STRINGS, "description": "What is detected is one of these."},
    "keywords[]": {**_STRINGS, "description": "Terms the recording is expected to contain."},
    "hotwords": {"type": "string", "description": "The same, separated by commas."},
}
_TRANSCRIPTION: Final[dict[str, Any]] = {
    "domain": {"type": "string", "description": "Its glossary and its adapter are used."},
    "timestamp_granularities[]": {
        "type": "array",
        "items": {"enum": ["word", "segment"]},
        "description": "What `verbose_json` carries; `segment` if left out.",
    },
    "stream": {
        "type": "boolean",
        "default": False,
        "description": "Server-sent events, with the formats `json` and `text`.",
    },
    "include[]": {
        "type": "array",
        "items": {"enum": ["logprobs"]},
        "description": "With the format `json`: the logarithm of each word's probability.",
    },
    "chunking_strategy": {
        "enum": ["auto"],
        "description": "Recordings are always cut at pauses; `server_vad` is taken without"
        " numbers.",
    },
}
_USAGE = {"type": "duration", "seconds": 4.2}
_JSON = {"text": "Thank you for coming.", "usage": _USAGE}
_VERBOSE = {
    "task": "transcribe",
    "language": "english",
    "duration": 4.2,
    "text": "Thank you for coming.",
    "usage": _USAGE,
    "segments": [
        {
            "id": 0,
            "start": 0.4,
            "end": 1.3,
            "text": "Thank you for coming.",
            "tokens": [],
            "temperature": 0.0,
            "seek": 30,
            "avg_logprob": -0.21,
            "compression_ratio": 0.72,
            "no_speech_prob": 0.01,
            "flags": [],
        }
    ],
}
_TEXT_SCHEMA = {
    "type": "object",
    "description": "Whatever the format, the whole text is in `text`.",
    "required": ["text"],
    "properties": {"text": {"type": "string"}},
    "additionalProperties": True,
}
_STREAM = (
    'data: {"type": "transcript.text.delta", "delta": "Thank you for coming."}\n\n'
    'data: {"type": "transcript.text.done", "text": "Thank you for coming.",'
    ' "usage": {"type": "duration", "seconds": 4.2}}\n\n'
)
_ERROR = {
    "error": {
        "message": "There is no model 'whisper-9' here; there are whisper-base, tiny.en.",
        "type": "invalid_request_error",
        "param": "model",
        "code": "model_not_found",
    }
}


def _body(properties: dict[str, Any]) -> dict[str, Any]:
    schema = {"type": "object", "required": ["file", "model"], "properties": properties}
    example = {"file": "interview.m4a", "model": "whisper-1", "response_format": "verbose_json"}
    content = {"multipart/form-data": {"schema": schema, "example": example}}
    return {"required": True, "content": content}


def _responses(*, streams: bool) -> dict[str, Any]:
    error = {
        "description": "An error in OpenAI's shape",
        "content": {"application/json": {"example": _ERROR}},
    }
    content: dict[str, Any] = {
        "application/json": {
            "schema": _TEXT_SCHEMA,
            "examples": {"json": {"value": _JSON}, "verbose_json": {"value": _VERBOSE}},
        },
        "text/plain": {"schema": TEXT, "example": "Thank you for coming.\n"},
        "application/x-subrip": {
            "schema": TEXT,
            "example": "1\n00:00:00,400 --> 00:00:01,300\nThank you for coming.\n\n",
        },
        "text/vtt": {
            "schema": TEXT,
            "example": "WEBVTT\n\n1\n00:00:00.400 --> 00:00:01.300\nThank you for coming.\n\n",
        },
    }
    if streams:
        content["text/event-stream"] = {"schema": TEXT, "example": _STREAM}
    return {"200": {"description": "The text", "content": content}, "4XX": error, "5XX": error}


TRANSCRIPTIONS: Final[dict[str, Any]] = {
    "requestBody": _body(_BOTH | _TRANSCRIPTION),
    "responses": _responses(streams=True),
}
TRANSLATIONS: Final[dict[str, Any]] = {
    "requestBody": _body(_BOTH),
    "responses": _responses(streams=False),
}

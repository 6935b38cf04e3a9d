"""Transcribe the sample of the first page, without and with its field's terms.

`python -m evaluation.sample` rewrites `data/samples/interview.transcripts.json`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from app.sample.routes import FOLDER, NAME
from app.settings import get_settings
from worker.decoder.local import decoder
from worker.pipeline.loading import load_recogniser
from worker.pipeline.recognise import DecodingOptions, Recogniser
from worker.pipeline.transcribe import transcribe
from worker.pipeline.types import Samples, Segment

MODEL = "whisper-base"


@lru_cache(maxsize=2)
def _load(name: str) -> Recogniser:
    return load_recogniser(name, get_settings())[0]


def _segments(keywords: tuple[str, ...]) -> list[Segment]:
    with decoder() as client:

        def blocks() -> Iterator[Samples]:
            with client.decode(FOLDER / f"{NAME}.opus", 600) as decoding:
                yield from decoding

        outcomes = transcribe(blocks(), _load, MODEL, options=DecodingOptions(keywords=keywords))
        return [segment for outcome in outcomes for segment in outcome.segments]


def terms_heard(text: str, terms: list[str]) -> int:
    """How many of the terms stand in the text, capitals, hyphens and spaces aside."""
    plain = _plain(text)
    return sum(_plain(term) in plain for term in terms)


def _plain(text: str) -> str:
    return re.sub(r"[\W_]+", "", text.lower())


def _version(how: str, terms: list[str], keywords: tuple[str, ...]) -> dict[str, Any]:
    segments = _segments(keywords)
    text = " ".join(segment.text for segment in segments)
    return {
        "model": MODEL,
        "how": how,
        "keywords": list(keywords),
        "text": text,
        "terms_right": terms_heard(text, terms),
        "terms": len(terms),
        "segments": [
            {
                "start": s.start_s,
                "end": s.end_s,
                "text": s.text,
                "words": [
                    {
                        "word": w.word,
                        "start": w.start_s,
                        "end": w.end_s,
                        "probability": w.probability,
                    }
                    for w in s.words
                ],
            }
            for s in segments
        ],
    }


def main() -> None:
    terms = (FOLDER / f"{NAME}.glossary.txt").read_text().split("\n")[:-1]
    made = {
        "command": "python -m evaluation.sample",
        "generic": _version("as it is", terms, ()),
        "adapted": _version("with the field's terms given as keywords", terms, tuple(terms)),
    }
    target = FOLDER / f"{NAME}.transcripts.json"
    target.write_text(json.dumps(made, indent=1) + "\n")
    for name in ("generic", "adapted"):
        version = made[name]
        assert isinstance(version, dict)
        print(f"{name}: {version['terms_right']} of {version['terms']} terms\n{version['text']}\n")


if __name__ == "__main__":
    main()

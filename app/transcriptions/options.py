"""What a person may ask for when submitting a recording, checked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from app.errors import Unprocessable
from app.recordings.multipart import Form
from app.settings import Settings

MAX_KEYWORDS = 200
MAX_KEYWORD_CHARACTERS = 60
TINY = "tiny.en"
# fmt: off
LANGUAGES = frozenset(
    (
        "af", "am", "ar", "as", "az", "ba", "be", "bg", "bn", "bo", "br", "bs", "ca", "cs", "cy",
        "da", "de", "el", "en", "es", "et", "eu", "fa", "fi", "fo", "fr", "gl", "gu", "ha",
        "haw", "he", "hi", "hr", "ht", "hu", "hy", "id", "is", "it", "ja", "jw", "ka", "kk",
        "km", "kn", "ko", "la", "lb", "ln", "lo", "lt", "lv", "mg", "mi", "mk", "ml", "mn", "mr",
        "ms", "mt", "my", "ne", "nl", "nn", "no", "oc", "pa", "pl", "ps", "pt", "ro", "ru", "sa",
        "sd", "si", "sk", "sl", "sn", "so", "sq", "sr", "su", "sv", "sw", "ta", "te", "tg", "th",
        "tk", "tl", "tr", "tt", "uk", "ur", "uz", "vi", "yi", "yo", "zh", "yue",
    )
)
# fmt: on
"""ISO 639 codes of the languages Whisper knows (its own spelling for a few of them)."""


@dataclass(frozen=True, slots=True)
class Request:
    """A checked request."""

    model: str
    language: str | None
    keywords: tuple[str, ...]
    priority: int

    def options(self) -> dict[str, Any]:
        """What decides the text, beside the model."""
        return {"language": self.language, "keywords": list(self.keywords)}


def parse(form: Form, settings: Settings) -> Request:
    """Raises `Unprocessable`, naming the field, what it held and what it may hold."""
    model = form.first("model") or settings.model
    offered = models(settings)
    if model not in offered:
        raise Unprocessable(
            code="unknown_model",
            detail=f"There is no model {model[:80]!r} here; there are {', '.join(offered)}.",
        )
    language = (form.first("language") or "").strip().lower() or None
    if language is not None and language not in LANGUAGES:
        raise Unprocessable(
            code="unknown_language",
            detail=f"{language[:20]!r} is not the code of a language the model knows; use for"
            " example en, de or fr, or leave it out.",
        )
    if model.endswith(".en") and language not in (None, "en"):
        raise Unprocessable(
            code="language_not_supported",
            detail=f"The model {model} knows English only, not {language!r}.",
        )
    for absent in ("domain", "project", "speakers"):
        if form.first(absent):
            raise Unprocessable(
                code="not_supported",
                detail=f"The field {absent!r} is not supported by this version; leave it out.",
            )
    return Request(model, language, _keywords(form), _priority(form))


def models(settings: Settings) -> list[str]:
    """Names that may be asked for; the first is the default."""
    return list(dict.fromkeys([settings.model, TINY]))


def _keywords(form: Form) -> tuple[str, ...]:
    keywords = tuple(
        dict.fromkeys(k for raw in form.all("keywords") if (k := " ".join(raw.split())))
    )
    if len(keywords) > MAX_KEYWORDS:
        raise Unprocessable(
            code="too_many_keywords",
            detail=f"{len(keywords)} keywords were given, at most {MAX_KEYWORDS} are used.",
        )
    for keyword in keywords:
        if len(keyword) > MAX_KEYWORD_CHARACTERS:
            raise Unprocessable(
                code="keyword_too_long",
                detail=f"The keyword {keyword[:40]!r}… has {len(keyword)} characters, at most"
                f" {MAX_KEYWORD_CHARACTERS} are allowed.",
            )
    return keywords


def _priority(form: Form) -> int:
    raw = form.first("priority") or "0"
    if raw not in ("-1", "0", "1"):
        raise Unprocessable(
            code="bad_priority", detail="`priority` is -1 (can wait), 0 or 1 (soon)."
        )
    return int(raw)

"""What a person may ask for when submitting a recording, checked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from sqlmodel import Session

from app.domains import service as domains
from app.domains.service import Use
from app.domains.serving import use_adapter
from app.domains.tables import Glossary
from app.errors import Unprocessable
from app.models.names import TINY, adapter_of, english_only, parent_of
from app.recordings.multipart import Form
from app.settings import Settings
from app.transcriptions.tables import Transcription

MAX_KEYWORDS = 200
MAX_KEYWORD_CHARACTERS = 60
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
    domain: str | None = None
    named: bool = False
    """Whether the model was asked for by name; else a domain may choose it."""
    use: Use | None = None
    """What the domain stands for, once it was looked up."""
    task: str = "transcribe"
    """Or `translate`: English is written, whatever is spoken."""
    prompt: str = ""
    """Text that might have come before the recording, for its words and its spelling."""
    languages: tuple[str, ...] = ()
    """Languages that are expected, where none is given."""
    project: str | None = None
    """Id of the project it belongs to; what it does not say itself, the project does."""
    first_s: float | None = None
    """For a preview: how much of the recording is heard at most; None: all of it."""

    def options(self) -> dict[str, Any]:
        """What decides the text, beside the model."""
        options: dict[str, Any] = {"language": self.language, "keywords": list(self.keywords)}
        if self.task != "transcribe":
            options["task"] = self.task
        if self.prompt:
            options["prompt"] = self.prompt
        if self.languages:
            options["languages"] = list(self.languages)
        if self.use is None or not self.use.sounds:
            return options
        return {**options, "repair": [list(pair) for pair in self.use.sounds]}


def parse(form: Form, settings: Settings) -> Request:
    """Raises `Unprocessable`, naming the field, what it held and what it may hold."""
    model = form.first("model") or settings.model
    offered = models(settings)
    if model not in offered and adapter_of(model) is None:  # those the database knows
        raise Unprocessable(
            code="unknown_model",
            detail=f"There is no model {model[:80]!r} here; there are {', '.join(offered)}.",
        )
    language = (form.first("language") or "").strip().lower() or None
    check_language(language)
    check_spoken(model, language)
    if form.first("speakers"):
        raise Unprocessable(
            code="not_supported",
            detail="The field 'speakers' is not supported by this version; leave it out.",
        )
    domain = (form.first("domain") or "").strip() or None
    return Request(
        model,
        language,
        checked_keywords(form.all("keywords")),
        _priority(form),
        domain,
        bool(form.first("model")),
        project=(form.first("project") or "").strip() or None,
    )


def check_language(code: str | None) -> None:
    """Raises `Unprocessable` for what is no code of a language."""
    if code is not None and code not in LANGUAGES:
        raise Unprocessable(
            code="unknown_language",
            detail=f"{code[:20]!r} is not the code of a language the model knows; use for"
            " example en, de or fr, or leave it out.",
        )


def check_spoken(model: str, language: str | None) -> None:
    """Raises `Unprocessable` where the model does not know the language."""
    if english_only(model) and language not in (None, "en"):
        raise Unprocessable(
            code="language_not_supported",
            detail=f"The model {model} knows English only, not {language!r}.",
        )


def with_domain(asked: Request, session: Session, settings: Settings) -> Request:
    """The request with what its domain brings at this moment: adapter, language, terms.

    The request's own keywords come first; the model reads as many terms as its prompt holds.
    Raises `NotFound` for an unknown domain, `Unprocessable` for an adapter that does not serve.
    """
    named = asked.model if asked.named else None
    if asked.domain is not None:
        found = domains.use(session, asked.domain, named, settings.model)
    elif named is not None and adapter_of(named) is not None:
        found = use_adapter(session, named)
    else:
        return asked
    return with_use(asked, found)


def with_use(asked: Request, found: Use) -> Request:
    """The request with what its domain stands for, once that is known.

    Raises `Unprocessable` for an adapter that was named and is of another language.
    """
    named = asked.model if asked.named else None
    keywords = tuple(dict.fromkeys([*asked.keywords, *found.terms]))[:MAX_KEYWORDS]
    language = asked.language or found.language
    model = found.model
    if language != found.language:
        if named is not None and adapter_of(named) is not None:
            raise Unprocessable(
                code="language_not_supported",
                detail=f"The adapter of {named} was made for {found.language!r}, not for"
                f" {language!r}; leave the model out, or ask for {parent_of(named)}.",
            )
        model, found = parent_of(model), replace(found, version_id=None)
    return replace(asked, model=model, language=language, keywords=keywords, use=found)


def own_keywords(session: Session, job: Transcription) -> tuple[str, ...]:
    """Those that came with the job itself: the glossary's are taken from the glossary of today."""
    glossary = session.get(Glossary, job.glossary_id) if job.glossary_id else None
    then = {each["term"] for each in glossary.terms} if glossary else set()
    return tuple(k for k in job.options.get("keywords", ()) if k not in then)


def models(settings: Settings) -> list[str]:
    """Names that may be asked for; the first is the default."""
    return list(dict.fromkeys([settings.model, TINY]))


def checked_keywords(given: Iterable[str]) -> tuple[str, ...]:
    """Each once, in the order given. Raises `Unprocessable` for too many, or one too long."""
    keywords = tuple(dict.fromkeys(k for raw in given if (k := " ".join(raw.split()))))
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

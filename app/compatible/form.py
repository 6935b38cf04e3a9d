"""What OpenAI's clients may ask for, read from the form and checked.

The fields are those of openai-python 3.3 (`TranscriptionCreateParams`, `TranslationCreateParams`);
arrays come as `name[]`, objects as `name[key]`. Nothing is ignored in silence: what cannot be
done is refused with its name.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final, Literal

from app.compatible.chunking import check_chunking
from app.compatible.languages import NAMES
from app.errors import BadRequest
from app.models.names import ALIASES, WITH_SPEAKERS, adapter_of, english_only
from app.recordings.multipart import Form
from app.settings import Settings
from app.transcriptions import options
from app.transcriptions.options import Request

Task = Literal["transcribe", "translate"]


class Format(StrEnum):
    JSON = "json"
    TEXT = "text"
    SRT = "srt"
    VERBOSE_JSON = "verbose_json"
    VTT = "vtt"


NO_SPEAKERS: Final = "Speakers are not told apart by this version."
WITH_SPEAKERS_FORMAT: Final = "diarized_json"
_BOTH = ("model", "prompt", "response_format", "temperature")
_OURS = ("language", "languages", "keywords", "hotwords")
"""Which OpenAI has for transcriptions only, or not at all."""
_TRANSCRIPTION = (
    "timestamp_granularities", "stream", "include", "chunking_strategy", "domain",
    "known_speaker_names", "known_speaker_references",
)  # fmt: skip
_FIELDS: Final[dict[Task, frozenset[str]]] = {
    "transcribe": frozenset((*_BOTH, *_OURS, *_TRANSCRIPTION)),
    "translate": frozenset((*_BOTH, *_OURS)),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """A checked request: what is to be transcribed, and how it is to be told."""

    request: Request
    format: Format = Format.JSON
    segments: bool = True
    """Of `verbose_json`, as `words`."""
    words: bool = False
    stream: bool = False
    logprobs: bool = False


def parse(form: Form, settings: Settings, task: Task = "transcribe") -> Asked:
    """Raises `BadRequest`, `Unprocessable` or `NotFound`, naming the field."""
    _check_names(form, task)
    for speakers in ("known_speaker_names", "known_speaker_references"):
        if form.all(speakers):
            raise unsupported(speakers, NO_SPEAKERS)
    chosen = _format(form)
    _check_temperature(form)
    check_chunking(form)
    granularities = _granularities(form, chosen)
    return Asked(
        request=_request(form, settings, task),
        format=chosen,
        segments="segment" in granularities,
        words="word" in granularities,
        stream=_stream(form, chosen),
        logprobs=_logprobs(form, chosen),
    )


def unsupported(param: str, why: str, instead: str = "") -> BadRequest:
    instead = instead or f"leave `{param}` out"
    return BadRequest(code="unsupported", detail=f"{why} Nothing was kept; {instead}.", param=param)


def invalid(param: str, why: str) -> BadRequest:
    return BadRequest(code="invalid_value", detail=why, param=param)


def _check_names(form: Form, task: Task) -> None:
    for name, _ in form.fields:
        plain = name.partition("[")[0]
        if plain == "file":
            raise BadRequest(
                code="file_missing",
                detail="`file` must be sent as a file, with a name, not as a text field.",
            )
        if plain not in _FIELDS[task]:
            raise BadRequest(
                code="unknown_parameter",
                detail=f"There is no parameter {name[:80]!r} here. Known are `file` and"
                f" {_listed(sorted(_FIELDS[task]))}.",
                param=name[:80],
            )


def _request(form: Form, settings: Settings, task: Task) -> Request:
    model, domain = _model(form, settings)
    language = _code(form.first("language"))
    languages = tuple(dict.fromkeys(filter(None, map(_code, form.all("languages")))))
    for each in languages:
        if each not in options.LANGUAGES:
            raise invalid(
                "languages", f"{each[:20]!r} is not the code of a language the model knows."
            )
    if language is None and len(languages) == 1:
        language, languages = languages[0], ()
    elif language is not None and languages:
        raise invalid("languages", "Give either `language` or `languages`, not both.")
    name = model or settings.model
    if languages and english_only(name) and "en" in languages:
        languages = ()  # it hears English, whatever else might be spoken
    fields = [("model", model), ("language", language), ("domain", domain)]
    fields += [("keywords", keyword) for keyword in _keywords(form)]
    given = [(field, value) for field, value in fields if value]
    found = options.parse(Form(fields=given), settings)
    if languages and english_only(name):
        raise invalid("languages", f"The model {name} knows English only.")
    if task == "translate" and (english_only(name) or adapter_of(name)):
        raise unsupported(
            "model",
            f"The model {name} writes what is said and cannot translate.",
            "a multilingual model can: `GET /v1/models` lists those there are",
        )
    prompt = (form.first("prompt") or "").strip()
    return replace(found, task=task, prompt=prompt, languages=languages)


def _model(form: Form, settings: Settings) -> tuple[str | None, str | None]:
    """(Model, domain): `whisper-1` is nobody in particular, `whisper-base:ruby` has both."""
    given = (form.first("model") or "").strip()
    if not given:
        raise BadRequest(
            code="missing_required_parameter",
            detail="Name a `model`: `whisper-1` is the default one, `GET /v1/models` lists all.",
            param="model",
        )
    domain = form.first("domain")
    model: str | None = given
    if given not in options.models(settings) and ":" in given:
        model, _, named = given.rpartition(":")
        if domain and domain != named:
            raise invalid("domain", "`domain` and the domain in `model` differ; give one.")
        domain = named
    if model == WITH_SPEAKERS:
        raise unsupported("model", NO_SPEAKERS, "`whisper-1` gives the text alone")
    return (None if model in ALIASES else model), domain


def _code(language: str | None) -> str | None:
    """ISO 639 code; OpenAI's models take a language's English name as well."""
    plain = (language or "").strip().lower()
    return next((code for code, name in NAMES.items() if name == plain), plain) or None


def _keywords(form: Form) -> Iterable[str]:
    yield from form.all("keywords")
    for line in form.all("hotwords"):
        yield from line.split(",")


def _format(form: Form) -> Format:
    given = form.first("response_format") or Format.JSON
    if given == WITH_SPEAKERS_FORMAT:
        raise unsupported("response_format", NO_SPEAKERS, "`verbose_json` has all but them")
    try:
        return Format(given)
    except ValueError:
        raise invalid(
            "response_format",
            f"`response_format` cannot be {given[:40]!r}; it is {_listed(Format, 'or')}.",
        ) from None


def _check_temperature(form: Form) -> None:
    """Between 0 and 1. Decoding is a search without chance, whatever the value."""
    given = form.first("temperature")
    if not given:
        return
    try:
        fits = 0.0 <= float(given) <= 1.0
    except ValueError:
        fits = False
    if not fits:
        raise invalid("temperature", f"`temperature` is from 0 to 1, not {given[:20]!r}.")


def _granularities(form: Form, chosen: Format) -> set[str]:
    given = set(form.all("timestamp_granularities"))
    if unknown := given - {"word", "segment"}:
        raise invalid(
            "timestamp_granularities",
            f"`timestamp_granularities` are `word` and `segment`, not {min(unknown)[:40]!r}.",
        )
    if given and chosen is not Format.VERBOSE_JSON:
        raise invalid(
            "timestamp_granularities",
            "Times are in `verbose_json` only; ask for that `response_format`, or leave"
            " `timestamp_granularities` out.",
        )
    return given or {"segment"}


def _stream(form: Form, chosen: Format) -> bool:
    given = (form.first("stream") or "false").lower()
    if given not in ("true", "false"):
        raise invalid("stream", f"`stream` is `true` or `false`, not {given[:20]!r}.")
    if given == "true" and chosen not in (Format.JSON, Format.TEXT):
        raise invalid(
            "stream",
            f"A stream carries the text alone, not {chosen}; leave `stream` or"
            " `response_format` out.",
        )
    return given == "true"


def _logprobs(form: Form, chosen: Format) -> bool:
    given = set(form.all("include"))
    if unknown := given - {"logprobs"}:
        raise invalid("include", f"`include` can be `logprobs`, not {min(unknown)[:40]!r}.")
    if given and chosen is not Format.JSON:
        raise invalid("include", "`logprobs` are included in the format `json` only.")
    return bool(given)


def _listed(names: Iterable[str], last: str = "and") -> str:
    *most, end = (f"`{name}`" for name in names)
    return f"{', '.join(most)} {last} {end}"

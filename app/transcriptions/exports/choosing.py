"""From what was asked for to a format and checked options."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from app.errors import Unprocessable
from app.transcriptions.exports.fillers import lists, without_fillers
from app.transcriptions.exports.numbers import LANGUAGES, with_digits
from app.transcriptions.exports.options import Options
from app.transcriptions.exports.registry import FORMATS, Format, Preset
from app.transcriptions.schemas import SegmentOut


@dataclass(frozen=True, slots=True)
class Chosen:
    format: Format
    preset: Preset
    options: Options


def choose(format: str, preset: str | None, asked: Mapping[str, str | None]) -> Chosen:
    """Options of the preset, with those asked for in their place.

    Raises `Unprocessable`, naming what may be chosen: an unknown format or preset, or an option
    that this format does not have.
    """
    if format not in FORMATS:
        raise Unprocessable(
            code="unknown_format",
            detail=f"There is no format {format[:40]!r}; there are {', '.join(FORMATS)}.",
        )
    found = FORMATS[format]
    presets = {each.name: each for each in found.presets}
    name = preset or found.presets[0].name
    if name not in presets:
        raise Unprocessable(
            code="unknown_preset",
            detail=f"The format {format} has no preset {name[:40]!r}; it has {', '.join(presets)}.",
        )
    values = {option: value for option, value in asked.items() if value is not None}
    for option, value in values.items():
        _check(found, option, value)
    return Chosen(found, presets[name], presets[name].options.with_values(values))


def _check(format: Format, option: str, value: str) -> None:
    allowed = format.choices.get(option)
    if allowed is None:
        has = ", ".join(format.choices) or "none"
        raise Unprocessable(
            code="option_not_supported",
            detail=f"The format {format.name} has no option {option[:40]!r}; it has {has}.",
        )
    if value not in allowed:
        raise Unprocessable(
            code="bad_option",
            detail=f"{value[:40]!r} is no value of {option}; for the format {format.name} it is"
            f" {' or '.join(allowed)}.",
        )


def cleaned(
    segments: Iterable[SegmentOut], options: Options, language: str | None
) -> Iterable[SegmentOut]:
    """The segments as the file shall have them.

    Raises `Unprocessable` where fillers are to go or numbers to be digits and the language has no
    list for it: what is a filler in one is a word in another.
    """
    if options.fillers == "remove":
        if language not in lists():
            raise Unprocessable(
                code="no_filler_list",
                detail=f"There is no list of the fillers {_spoken(language)}; there are lists for"
                f" {', '.join(lists())}. Leave `fillers` out to get every word.",
            )
        segments = without_fillers(segments, language)
    if options.numbers == "digits":
        if language not in LANGUAGES:
            raise Unprocessable(
                code="no_number_words",
                detail=f"The number words {_spoken(language)} are not known; those of"
                f" {', '.join(sorted(LANGUAGES))} are. Leave `numbers` out to get them as heard.",
            )
        segments = with_digits(segments, language)
    return segments


def _spoken(language: str | None) -> str:
    return f"of {language!r}" if language else "of a recording whose language is unknown"

"""As much of the Rich Text Format, version 1.9.1, as a transcript needs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator


def escaped(text: str) -> str:
    """ASCII only: other characters as UTF-16 numbers, signed, each with a `?` for old readers."""
    return "".join(_escaped(character) for character in text)


def _escaped(character: str) -> str:
    if character in "\\{}":
        return f"\\{character}"
    if " " <= character <= "~":
        return character
    if character < " " or character == "\x7f":
        return " "
    units = character.encode("utf-16-le", "surrogatepass")
    numbers = (
        int.from_bytes(units[i : i + 2], "little", signed=True) for i in (0, 2)[: len(units) // 2]
    )
    return "".join(f"\\u{number}?" for number in numbers)


def document(title: str, comment: str, paragraphs: Iterable[str]) -> Iterator[str]:
    """A file of paragraphs that are RTF already; `comment` is a property of the document."""
    yield (
        "{\\rtf1\\ansi\\ansicpg1252\\deff0\\uc1{\\fonttbl{\\f0\\fswiss Arial;}}\n"
        f"{{\\info{{\\title {escaped(title)}}}{{\\doccomm {escaped(comment)}}}}}\n\\f0\\fs22\n"
    )
    for paragraph in paragraphs:
        yield f"\\pard\\sa120 {paragraph}\\par\n"
    yield "}\n"

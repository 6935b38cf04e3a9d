"""Tables for spreadsheets and statistics: comma- and tab-separated values, a row at a time."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Any

from app.transcriptions.exports.made import version
from app.transcriptions.exports.options import Options
from app.transcriptions.exports.times import plain_seconds
from app.transcriptions.schemas import SegmentOut, TranscriptionOut

SEGMENT_COLUMNS = (
    "start",
    "end",
    "speaker",
    "text",
    "flags",
    "lowest_probability",
    "segment",
    "transcribed_by",
)
WORD_COLUMNS = (
    "start",
    "end",
    "speaker",
    "word",
    "probability",
    "heard",
    "flags",
    "segment",
    "transcribed_by",
)
BYTE_ORDER_MARK = "\ufeff"


def to_csv(
    job: TranscriptionOut, segments: Iterable[SegmentOut], options: Options
) -> Iterator[str]:
    """RFC 4180, in UTF-8; a mark at its beginning tells Excel so."""
    line = io.StringIO()
    writer = csv.writer(line, quoting=csv.QUOTE_MINIMAL, lineterminator="\r\n")
    if options.marked == "on":
        yield BYTE_ORDER_MARK
    for row in _rows(job, segments, options):
        writer.writerow(row)
        yield line.getvalue()
        line.seek(0)
        line.truncate()


def to_tsv(
    job: TranscriptionOut, segments: Iterable[SegmentOut], options: Options
) -> Iterator[str]:
    """https://www.iana.org/assignments/media-types/text/tab-separated-values: a value can hold no
    tab and no line break, so both become spaces."""
    for row in _rows(job, segments, options):
        yield "\t".join(" ".join(str(value).split()) for value in row) + "\n"


def _rows(
    job: TranscriptionOut, segments: Iterable[SegmentOut], options: Options
) -> Iterator[tuple[Any, ...]]:
    by = f"machine: {version(job)}"
    words = options.layout == "words"
    yield WORD_COLUMNS if words else SEGMENT_COLUMNS
    for segment in segments:
        yield from _word_rows(segment, by) if words else [_segment_row(segment, by)]


def _segment_row(segment: SegmentOut, by: str) -> tuple[str, ...]:
    lowest = min((word.probability for word in segment.words), default=None)
    return (
        plain_seconds(segment.start),
        plain_seconds(segment.end),
        harmless(segment.speaker or ""),
        harmless(segment.text),
        " ".join(segment.flags),
        "" if lowest is None else f"{lowest:.3f}",
        segment.id,
        harmless(by),
    )


def _word_rows(segment: SegmentOut, by: str) -> Iterator[tuple[str, ...]]:
    """A row a word; a segment whose words have no times is one row without a probability."""
    same = (" ".join(segment.flags), segment.id, harmless(by))
    speaker = harmless(segment.speaker or "")
    if not segment.words:
        times = (plain_seconds(segment.start), plain_seconds(segment.end))
        yield (*times, speaker, harmless(segment.text), "", "", *same)
    for word in segment.words:
        yield (
            plain_seconds(word.start),
            plain_seconds(word.end),
            speaker,
            harmless(word.word.strip()),
            f"{word.probability:.3f}",
            harmless((word.heard or "").strip()),
            *same,
        )


def harmless(text: str) -> str:
    """Text that no spreadsheet takes for a formula: an apostrophe stands before = + - and @.

    https://owasp.org/www-community/attacks/CSV_Injection. Somebody may say "equals", a recogniser
    may write "=", and a file name is anybody's. Spaces and control characters before the sign do
    not hide it. JSON has the text untouched.
    """
    # Ch 28 · Security and Privacy: a table opened in a spreadsheet runs nothing that a stranger wrote
    bare = text.lstrip()
    dangerous = bare[:1] in ("=", "+", "-", "@") or text[:1] in ("\t", "\r", "\n")
    return f"'{text}" if dangerous else text

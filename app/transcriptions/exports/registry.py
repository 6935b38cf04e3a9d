"""Every format, its presets and its options: the one list that the API, the page, the command line
and the documentation are made from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from app.transcriptions.exports.options import Options
from app.transcriptions.exports.plain import to_json, to_text
from app.transcriptions.exports.research.refi import to_qdpx
from app.transcriptions.exports.research.stamped import to_stamped
from app.transcriptions.exports.subtitles.formats import to_srt, to_vtt
from app.transcriptions.exports.tables import to_csv, to_tsv
from app.transcriptions.exports.word.nvivo import to_nvivo
from app.transcriptions.exports.word.transcript import to_docx
from app.transcriptions.schemas import SegmentOut, TranscriptionOut

Writer = Callable[
    [TranscriptionOut, Iterable[SegmentOut], Options], Iterator[str] | Iterator[bytes]
]
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@dataclass(frozen=True, slots=True)
class Preset:
    """A ready choice for one use."""

    name: str
    label: str
    options: Options = field(default_factory=Options)


@dataclass(frozen=True, slots=True)
class Format:
    """A kind of file."""

    name: str
    label: str
    kind: str
    """What it is for: one of the headings under which a menu lists it."""
    about: str
    suffix: str
    media_type: str
    writer: Writer
    presets: tuple[Preset, ...]
    """The first one is taken where none is named."""
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """What may be chosen beyond the preset: name of an option -> values that make sense here."""

    binary: bool = False
    """Not text: nothing that a terminal could show."""

    def pieces(
        self,
        job: TranscriptionOut,
        segments: Iterable[SegmentOut],
        options: Options | None = None,
    ) -> Iterator[str] | Iterator[bytes]:
        """The file, a little at a time; the segments of the job itself are not looked at."""
        return self.writer(job, segments, options or self.presets[0].options)

    def render(self, job: TranscriptionOut, options: Options | None = None) -> str:
        """The file of a transcript that is in memory anyway; of a text format."""
        return self.content(job, options).decode()

    def content(self, job: TranscriptionOut, options: Options | None = None) -> bytes:
        """The same, of any format."""
        return bytes(joined(self.pieces(job, job.segments, options)))


def joined(pieces: Iterable[str] | Iterable[bytes]) -> memoryview:
    """Encoded as it comes: some megabytes where the same as objects would be a hundred."""
    body = bytearray()
    for piece in encoded(pieces):
        body += piece
    return memoryview(body)


def encoded(pieces: Iterable[str] | Iterable[bytes]) -> Iterator[bytes]:
    for piece in pieces:
        yield piece.encode() if isinstance(piece, str) else piece


_TURNS = {"layout": ("paragraphs", "segments")}
_WORDING = {"fillers": ("keep", "remove"), "numbers": ("keep", "digits")}
_SPEAKERS = {"speakers": ("on", "off")}
_TIMES = {"times": ("on", "off")}
_SPEED = {"speed": ("17", "20")}
_SUBTITLES = (
    Preset("standard", "Calm: 17 characters a second", Options(speed="17")),
    Preset("quick", "For quick readers: 20 characters a second", Options(speed="20")),
)
_SUBTITLES_PLAIN = tuple(
    Preset(each.name, each.label, each.options.with_values({"speakers": "off"}))
    for each in _SUBTITLES
)
_STAMPED = (Preset("standard", "Turns with time stamps"),)
_TABLES = (
    Preset("segments", "A row a segment", Options(layout="segments")),
    Preset("words", "A row a word", Options(layout="words")),
)
_ALL = (
    Format(
        "txt",
        "Plain text",
        "To read",
        "Paragraphs; how it was made and what to check stand below them.",
        "txt",
        "text/plain; charset=utf-8",
        to_text,
        (
            Preset("reading", "Paragraphs without times", Options(times="off")),
            Preset("timed", "Paragraphs with times"),
            Preset("lines", "A line a segment, with times", Options(layout="segments")),
        ),
        {**_TURNS, **_TIMES, **_SPEAKERS, **_WORDING},
    ),
    Format(
        "docx",
        "Word",
        "To read",
        "Turns with times in the margin; doubtful words dotted, commented and listed.",
        "docx",
        DOCX,
        to_docx,
        (
            Preset("transcript", "With times in the margin"),
            Preset("reading", "Without times", Options(times="off")),
        ),
        {**_TURNS, **_TIMES, **_SPEAKERS, **_WORDING},
        binary=True,
    ),
    Format(
        "srt",
        "SubRip (SRT)",
        "Subtitles",
        "Two lines of 42 characters, broken at phrases; for nearly every player and editor.",
        "srt",
        "application/x-subrip; charset=utf-8",
        to_srt,
        _SUBTITLES_PLAIN,
        {**_SPEED, **_SPEAKERS, **_WORDING},
    ),
    Format(
        "vtt",
        "WebVTT",
        "Subtitles",
        "The same for the web, with speakers, and with doubts as notes nobody sees on screen.",
        "vtt",
        "text/vtt; charset=utf-8",
        to_vtt,
        _SUBTITLES,
        {**_SPEED, **_SPEAKERS, **_WORDING},
    ),
    Format(
        "csv",
        "Table (CSV)",
        "Data",
        "RFC 4180; nothing in it is taken for a formula.",
        "csv",
        "text/csv; charset=utf-8; header=present",
        to_csv,
        (
            *_TABLES,
            Preset("excel", "For Excel", Options(layout="segments", marked="on")),
        ),
        {"layout": ("segments", "words"), **_WORDING},
    ),
    Format(
        "tsv",
        "Table (TSV)",
        "Data",
        "The same with tabs.",
        "tsv",
        "text/tab-separated-values; charset=utf-8",
        to_tsv,
        _TABLES,
        {"layout": ("segments", "words"), **_WORDING},
    ),
    Format(
        "json",
        "JSON",
        "Data",
        "All that the API knows: words, times, probabilities, flags.",
        "json",
        "application/json",
        to_json,
        (
            Preset("words", "With every word", Options(layout="words")),
            Preset("segments", "Segments only", Options(layout="segments")),
        ),
    ),
    Format(
        "nvivo",
        "NVivo",
        "Research",
        "A Word table with timespan, content and speaker, for Import Rows.",
        "docx",
        DOCX,
        to_nvivo,
        (Preset("standard", "A row a turn"),),
        {**_TURNS, **_WORDING},
        binary=True,
    ),
    Format(
        "atlasti",
        "ATLAS.ti",
        "Research",
        "Rich text with stamps #00:01:23-4#, for a multimedia transcript.",
        "rtf",
        "application/rtf",
        to_stamped,
        _STAMPED,
        {**_TURNS, **_SPEAKERS, **_WORDING},
    ),
    Format(
        "maxqda",
        "MAXQDA",
        "Research",
        "Rich text with stamps #00:01:23-4#, for Import, Transcripts with timestamps.",
        "rtf",
        "application/rtf",
        to_stamped,
        _STAMPED,
        {**_TURNS, **_SPEAKERS, **_WORDING},
    ),
    Format(
        "qdpx",
        "REFI-QDA project",
        "Research",
        "A project that programs exchange; doubts are codes on passages.",
        "qdpx",
        "application/zip",
        to_qdpx,
        (
            Preset("text", "The text as a document"),
            Preset(
                "recording",
                "The text synchronised with the recording beside it",
                Options(recording="on", layout="segments"),
            ),
        ),
        {**_TURNS, **_SPEAKERS, **_WORDING},
        binary=True,
    ),
)
FORMATS: Mapping[str, Format] = MappingProxyType({each.name: each for each in _ALL})
"""In the order in which a menu lists them."""

"""A multipart upload, parsed while it arrives: the file goes to a sink, short fields to memory."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from email.message import Message

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from app.errors import BadRequest

MAX_FIELD_BYTES = 64 * 1024
MAX_FIELDS = 2_100
MAX_HEADER_BYTES = 16 * 1024

Sink = Callable[[bytes], None]


@dataclass(slots=True)
class Form:
    """What came beside the file. `filename` is whatever the sender wrote: never a path."""

    filename: str | None = None
    fields: list[tuple[str, str]] = field(default_factory=list)

    def first(self, name: str) -> str | None:
        return next((value for key, value in self.fields if key == name), None)

    def all(self, name: str) -> list[str]:
        """Values of `name` and of `name[]`, the array spelling of common clients."""
        return [value for key, value in self.fields if key in (name, f"{name}[]")]


class MultipartReader:
    """Feed it the body in pieces of any size, then `close` it.

    `open_sink` is called once, when the part named `file` begins. Raises `BadRequest` when the
    body is not what its header says, has two files, or ends early.
    """

    def __init__(
        self,
        content_type: str,
        open_sink: Callable[[], Sink],
        max_field_bytes: int = MAX_FIELD_BYTES,
    ) -> None:
        kind, options = parse_options_header(content_type)
        boundary = options.get(b"boundary")
        if kind != b"multipart/form-data" or not boundary:
            raise BadRequest(
                code="not_multipart",
                detail="Send the recording as multipart/form-data, in a field named `file`.",
            )
        self.form = Form()
        self._open_sink = open_sink
        self._max_field_bytes = max_field_bytes
        self._sink: Sink | None = None
        self._had_file = False
        self._ended = False
        self._headers: dict[str, bytes] = {}
        self._header_name = self._header_value = b""
        self._name = ""
        self._value = bytearray()
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._part_begin,
                "on_header_field": self._header_field,
                "on_header_value": self._header_piece,
                "on_header_end": self._header_end,
                "on_headers_finished": self._headers_finished,
                "on_part_data": self._part_data,
                "on_part_end": self._part_end,
                "on_end": self._end,
            },
            max_header_size=4 * MAX_HEADER_BYTES,  # ours is checked first, and says what to do
        )

    def feed(self, chunk: bytes) -> None:
        try:
            self._parser.write(chunk)
        except FormParserError as error:
            raise BadRequest(
                code="malformed_multipart",
                detail=f"The upload's multipart body is malformed ({error}). Nothing was kept.",
            ) from error

    def close(self) -> Form:
        """The form, once everything has arrived."""
        if not self._ended:
            raise BadRequest(
                code="upload_incomplete",
                detail="The upload ended before the file was complete. Nothing was kept;"
                " send it again.",
            )
        return self.form

    @property
    def had_file(self) -> bool:
        return self._had_file

    def _part_begin(self) -> None:
        self._headers = {}
        self._value.clear()
        self._sink = None

    def _header_field(self, data: bytes, start: int, end: int) -> None:
        self._header_name += data[start:end]
        self._check_header()

    def _header_piece(self, data: bytes, start: int, end: int) -> None:
        self._header_value += data[start:end]
        self._check_header()

    def _check_header(self) -> None:
        if len(self._header_name) + len(self._header_value) > MAX_HEADER_BYTES:
            raise BadRequest(
                code="name_too_long",
                detail="The file's name is too long. Nothing was kept; shorten it to at most"
                " 255 characters.",
            )

    def _header_end(self) -> None:
        self._headers[self._header_name.decode("latin-1").lower()] = self._header_value
        self._header_name = self._header_value = b""

    def _headers_finished(self) -> None:
        disposition = _disposition(self._headers.get("content-disposition", b""))
        self._name = disposition.get("name", "")
        if self._name == "file" and "filename" in disposition:
            if self._had_file:
                raise BadRequest(code="two_files", detail="Send one file in a request.")
            self._had_file = True
            self.form.filename = disposition["filename"]
            self._sink = self._open_sink()

    def _part_data(self, data: bytes, start: int, end: int) -> None:
        if self._sink is not None:
            self._sink(data[start:end])
            return
        self._value += data[start:end]
        if len(self._value) > self._max_field_bytes:
            raise BadRequest(
                code="field_too_long",
                detail=f"The field {self._name[:80]!r} is longer than {self._max_field_bytes}"
                " bytes.",
            )

    def _part_end(self) -> None:
        if self._sink is None:
            if len(self.form.fields) >= MAX_FIELDS:
                raise BadRequest(code="too_many_fields", detail="The form has too many fields.")
            self.form.fields.append((self._name, self._value.decode("utf-8", "replace")))
        self._sink = None

    def _end(self) -> None:
        self._ended = True


def _disposition(header: bytes) -> dict[str, str]:
    """Parameters of a Content-Disposition header; `filename*` (RFC 5987) wins over `filename`.

    Browsers write a quotation mark in a name as `%22` (WHATWG HTML, multipart form data).
    """
    message = Message()
    message["content-disposition"] = header.decode("utf-8", "replace")
    found: dict[str, str] = {}
    for key, value in message.get_params(failobj=[], header="content-disposition")[1:]:
        if isinstance(value, tuple):
            charset, _, text = value
            charset = "latin-1" if (charset or "").lower() == "iso-8859-1" else "utf-8"
            value = text.encode("latin-1", "replace").decode(charset, "replace")
        else:
            value = value.replace("%22", '"')
        found[key.lower()] = value
    return found

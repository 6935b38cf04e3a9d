"""The one error that a recording can cause."""

from __future__ import annotations

from typing import Final, Literal, get_args

MediaErrorCode = Literal[
    "no_audio_stream",
    "truncated_file",
    "unreadable_audio",
    "empty_audio",
    "too_long",
    "unsupported_format",
    "decoder_crashed",
    "decoder_timeout",
    "decoder_unavailable",
]
CODES: Final[frozenset[str]] = frozenset(get_args(MediaErrorCode))
RETRYABLE: Final[frozenset[str]] = frozenset(
    {"decoder_crashed", "decoder_timeout", "decoder_unavailable"}
)
"""The cause may lie with us and not with the file: the same upload may work later."""


class MediaError(Exception):
    """A recording that cannot be turned into samples.

    `detail` is for the person who uploaded it: what happened and what to do. `retryable` says
    whether trying again makes sense: a decoder that somebody killed looks like one that a file
    made crash (`decoder_crashed`), so one such end is no verdict on the file. What a decoder
    lives to report, of memory and time spent as well, is one: the same bytes end the same way.
    """

    def __init__(self, code: MediaErrorCode, detail: str, retryable: bool | None = None) -> None:
        super().__init__(f"{code}: {detail}")
        self.code: Final[MediaErrorCode] = code
        self.detail: Final = detail
        self.retryable: Final = code in RETRYABLE if retryable is None else retryable

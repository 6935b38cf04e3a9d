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
RETRYABLE: Final[frozenset[str]] = frozenset({"decoder_timeout", "decoder_unavailable"})
"""The cause lies with us and not with the file: the same upload may work later."""


class MediaError(Exception):
    """A recording that cannot be turned into samples.

    `detail` is for the person who uploaded it: what happened and what to do. Of a file that
    kills the decoder (`decoder_crashed`) we do not say that trying again will help.
    """

    def __init__(self, code: MediaErrorCode, detail: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.code: Final[MediaErrorCode] = code
        self.detail: Final = detail

    @property
    def retryable(self) -> bool:
        return self.code in RETRYABLE

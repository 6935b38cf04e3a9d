"""What a document is refused with."""

from __future__ import annotations


class Refusal(Exception):
    """`detail` says what happened, what is safe and what to do; `code` is for programs."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail

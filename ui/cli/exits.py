"""How the command ends. The numbers are part of its interface and never change their meaning."""

from __future__ import annotations

from enum import IntEnum


class Exit(IntEnum):
    FINE = 0
    SOME_FAILED = 1
    USAGE = 2
    UNUSABLE = 3
    INTERRUPTED = 130


EPILOG = (
    "Exit codes: 0 all fine; 1 some file failed (or doctor found a problem); 2 the command was"
    " not understood; 3 the product or the model cannot be used; 130 interrupted."
)


class Stop(Exception):
    """Nothing more can be done. The message says what happened, what is safe, what to do."""

    def __init__(self, message: str, code: Exit, error_code: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.error_code = error_code or code.name.lower()
        """For programs, as in the API's problems."""

"""What can go wrong with a corpus, in words for a person; each kind has its own exit code."""

from __future__ import annotations


class AcquisitionError(Exception):
    """The message says what happened, what is safe and what to do."""

    exit_code = 2


class LicenceNotAccepted(AcquisitionError):
    """The licence wants a yes that was not given."""

    exit_code = 3


class Unreachable(AcquisitionError):
    """No home of the file gave it to us."""

    exit_code = 4


class WrongSum(AcquisitionError):
    """The bytes are not the ones that were published, or not the ones of the first time."""

    exit_code = 5


class NoRoom(AcquisitionError):
    """The disk is too full."""

    exit_code = 6


class BadArchive(AcquisitionError):
    """The archive is damaged, hostile, or not laid out as its home says."""

    exit_code = 7


class Busy(AcquisitionError):
    """Another process fetches the same corpus."""

    exit_code = 8

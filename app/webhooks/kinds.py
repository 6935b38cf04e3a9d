"""What others are told about."""

from __future__ import annotations

from enum import StrEnum


class EventType(StrEnum):
    TRANSCRIPTION_SUCCEEDED = "transcription.succeeded"
    TRANSCRIPTION_FAILED = "transcription.failed"
    TRANSCRIPTION_CANCELLED = "transcription.cancelled"
    TRANSCRIPTION_FINAL = "transcription.final"
    """A person declared the text final."""
    ADAPTATION_FINISHED = "adaptation.finished"
    """Whatever came of it: `state` says."""
    RECORDING_DELETED = "recording.deleted"
    TEST = "webhook.test"
    """Asked for by hand, for one receiver."""


ENDS = (
    EventType.TRANSCRIPTION_SUCCEEDED,
    EventType.TRANSCRIPTION_FAILED,
    EventType.TRANSCRIPTION_CANCELLED,
)
SUBSCRIBABLE = tuple(each for each in EventType if each is not EventType.TEST)

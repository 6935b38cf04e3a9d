"""Strong entity tags (RFC 9110, section 8.8.3): one name for each state of what can be edited."""

from __future__ import annotations

from app.transcriptions.tables import Transcription


def whole_tag(job: Transcription) -> str:
    """Of a transcript that is over, with all of its segments."""
    return f'"{job.id}.{job.revision}"'


def segment_tag(segment_id: str, revision: int) -> str:
    """Of a segment; `revision` is the last that touched it, 0 what the machine said."""
    return f'"{segment_id}.{revision}"'

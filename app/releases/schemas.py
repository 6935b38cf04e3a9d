"""What goes over the wire about versions of a domain's model."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field

from app.releases.figures import Headline
from app.releases.tables import Happened, State
from app.transcriptions.schemas import TranscriptionSummary


class VersionRef(BaseModel):
    """A version by name, and how it stands."""

    domain: str
    number: int
    state: State
    serves: bool
    deleted_data: bool = Field(description="A recording it was trained on was deleted since.")


class VersionSummary(VersionRef):
    """A line of the list."""

    name: str = Field(description="Of the model, as transcripts name it.")
    gate_passed: bool
    parent: str
    parent_sha256: str
    adapter_sha256: str
    created_at: datetime
    transcripts: int = Field(description="Made, or to be made, by it.")
    headline: Headline | None = Field(description="Null: it was never judged.")


class VersionOut(VersionSummary):
    """A version: what it was made from, what was measured, whether it may serve."""

    record: dict[str, Any] = Field(
        description="Data sums, recipe, curves, strengths tried, figures with intervals, gate."
    )


class EventOut(BaseModel):
    kind: Happened
    version: int | None
    by: str
    reason: str
    at: datetime


class VersionList(BaseModel):
    items: list[VersionSummary]
    champion: int | None = Field(description="The version that serves; null: the parent does.")
    since: datetime | None = Field(description="When that was decided; null: it always was so.")
    challenger: int | None = Field(
        description="The newest version that passed the gate and has not served yet."
    )
    events: list[EventOut]


class ServingOut(BaseModel):
    """What serves a domain, and what could."""

    domain: str
    title: str
    parent: str
    champion: VersionSummary | None = Field(description="Null: the parent serves.")
    since: datetime | None
    challenger: VersionSummary | None
    newest: VersionSummary | None = Field(description="The latest one, whatever came of it.")
    versions: int


class ServingList(BaseModel):
    items: list[ServingOut]


class ReasonIn(BaseModel):
    reason: str = Field(default="", max_length=500)


class RollBackIn(ReasonIn):
    version: int | None = Field(
        default=None,
        strict=True,
        description="The one that is meant: refused when another serves by now.",
    )
    to_parent: bool = Field(
        default=False,
        strict=True,
        description="Serve the parent next, not the version that served before.",
    )


class RolledBack(BaseModel):
    """What was withdrawn, what serves instead, and which transcripts are concerned."""

    withdrawn: VersionSummary
    serves: VersionSummary | None = Field(description="Null: the parent, without an adapter.")
    transcripts: list[TranscriptionSummary]


class MadeOut(TranscriptionSummary):
    again: str | None = Field(description="The job that makes it once more.")


class Made(BaseModel):
    items: list[MadeOut]


class TranscribeAgainIn(BaseModel):
    transcriptions: list[str] | None = Field(
        default=None, max_length=10_000, description="Ids; left out: all that the version made."
    )


class Again(BaseModel):
    items: list[TranscriptionSummary]
    left: int = Field(description="That did not fit the queue now: ask once more later.")


class TrainedOut(BaseModel):
    """The versions that learned from a recording."""

    items: list[VersionRef]
    marked_with_it: bool = Field(
        description="Whether this is the last copy of the audio, so that deleting it marks them."
    )

"""What goes over the wire about a domain's text and the making of its adapters."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, Field

from app.adaptations.tables import AdaptationState
from app.transcriptions.schemas import ErrorOut


class TextIn(BaseModel):
    text: str = Field(
        description="A page, or a few, in which the field speaks or writes; at most 1 MB."
    )


class TextOut(BaseModel):
    text: str = Field(description="As it was kept: without what typesetting left in it.")
    sentences: int = Field(description="That can be read aloud, each once.")
    words: int
    sha256: str
    created_at: datetime


class StageOut(BaseModel):
    """A step of the pipeline that has begun."""

    stage: str
    state: str = Field(description="`running`, `done`, or `reused`: it had been made before.")
    share: float = Field(ge=0, le=1)
    seconds: float | None = Field(default=None, description="It took; null while it runs.")
    expected: float | None = Field(default=None, description="Seconds that it was to take.")


class AdaptationOut(BaseModel):
    """An adapter being made, or what became of it."""

    id: str
    domain: str
    state: AdaptationState
    glossary_version: int
    text_sha256: str
    parent: str
    stage: str = Field(description="Empty: none has begun.")
    progress: float = Field(ge=0, le=1, description="Share of the time that all of it takes.")
    note: str = Field(description="What is being done, or why it waits.")
    eta_seconds: float | None = Field(description="Null while it waits.")
    stages: list[StageOut]
    error: ErrorOut | None
    version: int | None = Field(description="Of the domain's model, once it was registered.")
    attempts: int = Field(description="Processes that began it.")
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


class OfferOut(BaseModel):
    """What asking for an adapter now would do and cost."""

    training: bool = Field(description="Whether a process that trains runs here.")
    command: str = Field(default="make setup-training", description="Sets it up, where not.")
    missing: str | None = Field(default=None, description="Code of what is missing; null: nothing.")
    detail: str = Field(default="", description="The same for a person.")
    terms: int = Field(default=0, description="To be trained.")
    held_out: int = Field(default=0, description="Kept from training, to see what carries over.")
    left_out: int = Field(default=0, description="Beyond what is trained; the glossary has them.")
    sentences: dict[str, int] = Field(default_factory=dict, description="By train, dev and test.")
    speech_seconds: float = Field(default=0, description="To learn from.")
    expected_seconds: float | None = Field(default=None, description="All stages, on idle cores.")


class AdaptationList(BaseModel):
    items: list[AdaptationOut]
    offer: OfferOut

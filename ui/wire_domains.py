"""The API's answers about domains, as the front ends read them (see `ui.wire`)."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from ui.wire import Failure, Summary, Wire


class Term(Wire):
    term: str
    sounds_like: str = ""


class Glossary(Wire):
    number: int
    terms: list[Term]
    created_at: datetime


class DomainSummary(Wire):
    """A line of the list; `model_version` is the adapter that serves, None: the parent does."""

    name: str
    title: str
    about: str = ""
    language: str = "en"
    parent: str = ""
    shipped: bool = False
    terms: int = 0
    glossary_version: int | None = None
    model_version: int | None = None


class Domain(DomainSummary):
    glossary: Glossary | None = None


class Domains(Wire):
    items: list[DomainSummary]


class ProposedTerm(Term):
    count: int = 1
    why: str = ""
    examples: list[str] = Field(default_factory=list)


class Proposals(Wire):
    """What a document or a pasted text has to propose for a glossary."""

    text: str
    words: int
    language: str
    prose: bool = False
    terms: list[ProposedTerm]
    notes: list[str] = Field(default_factory=list)


class Run(Wire):
    """Words of one side of a preview; joined, its runs are its text."""

    text: str
    difference: int | None = None
    term: str | None = None


class Passage(Wire):
    """Sentences of both sides, of the same time."""

    start_s: float
    end_s: float
    differs: bool
    plain: list[Run]
    adapted: list[Run]


class Difference(Wire):
    start_s: float
    end_s: float
    plain: str
    adapted: str
    term: str | None = None


class TermsWritten(Wire):
    plain: int
    adapted: int


class PreviewSummary(Wire):
    """The beginning of a recording, heard without a domain (`plain`) and with it."""

    id: str
    domain: str
    recording: str
    name: str
    recording_sha256: str = ""
    first_s: float
    glossary_version: int | None = None
    model_version: int | None = None
    current: bool = True
    plain: Summary
    adapted: Summary

    @property
    def active(self) -> bool:
        return self.plain.active or self.adapted.active


class Preview(PreviewSummary):
    """What differs is there once both sides succeeded."""

    differences: list[Difference] | None = None
    passages: list[Passage] | None = None
    terms: TermsWritten | None = None
    seconds_saved: float | None = None


class Previews(Wire):
    items: list[PreviewSummary]
    first_s: float


class DomainText(Wire):
    """The page of text of a domain, which an adapter may be trained with."""

    text: str
    sentences: int
    words: int


class AdaptationStage(Wire):
    """A step that has begun; `seconds` once it is over."""

    stage: str
    state: str
    share: float = 0.0
    seconds: float | None = None


class Adaptation(Wire):
    """An adapter being made, or what became of it."""

    id: str
    domain: str
    state: str
    stage: str = ""
    progress: float = 0.0
    note: str = ""
    eta_seconds: float | None = None
    stages: list[AdaptationStage] = Field(default_factory=list)
    error: Failure | None = None
    version: int | None = None
    created_at: datetime
    started_at: datetime | None = None
    finished_at: datetime | None = None

    @property
    def active(self) -> bool:
        return self.state in ("queued", "running", "paused")


class AdaptationOffer(Wire):
    """What asking for an adapter would do and cost; `missing` is a code, None: nothing is."""

    training: bool
    command: str = ""
    missing: str | None = None
    detail: str = ""
    terms: int = 0
    held_out: int = 0
    left_out: int = 0
    sentences: dict[str, int] = Field(default_factory=dict)
    speech_seconds: float = 0.0
    expected_seconds: float | None = None


class Adaptations(Wire):
    """The newest first."""

    items: list[Adaptation]
    offer: AdaptationOffer

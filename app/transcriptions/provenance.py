"""Where a transcript comes from: audio, model, adapter, glossary, options, code, machine, rungs."""

# Ch 24 · Versioning, Provenance, and Reproducibility: one answer holds all that decided the text

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Any, Final

from pydantic import BaseModel, Field
from sqlmodel import Session, col, select

from app.domains.tables import Domain, Glossary
from app.recordings.tables import Recording
from app.releases.tables import ModelVersion
from app.transcriptions.read import features_used
from app.transcriptions.replaced import replacement
from app.transcriptions.schemas import FeaturesOut
from app.transcriptions.tables import Transcription, WindowRow

OF_A_WINDOW: Final = ("model", "model_version", "rung", "code_version", "machine")
_OF_THE_ENGINE: Final = (
    "compute_type",
    "device",
    "streams",
    "packages",
    "feature_version",
    "repairs",
)

_SHARED: Final = ("code_version", "machine", "compute_type", "device", "streams", "packages")


class AudioOut(BaseModel):
    """Sums of the recording, from what was sent to what the model heard."""

    upload_sha256: str
    stored_sha256: str
    samples_sha256: str | None = Field(
        description="Of the decoded samples: 16 kHz, mono, little-endian int16; of a preview, of"
        " those that were heard."
    )
    codec: str
    duration_s: float | None


class AdapterOut(BaseModel):
    domain: str
    version: int
    adapter_sha256: str
    parent: str
    parent_sha256: str
    state: str
    serves: bool
    trained_on_deleted_data: bool


class GlossaryUsedOut(BaseModel):
    domain: str
    version: int
    sha256: str


class WindowOut(BaseModel):
    number: int
    start_s: float
    end_s: float
    samples_sha256: str
    state: str
    made_by: dict[str, Any] = Field(
        description="Model, weights, rung, code, engine, machine; repairs."
    )


class ProvenanceOut(BaseModel):
    """Everything that decided the text; `lectern reproduce ID` runs it again."""

    id: str
    name: str
    created_at: datetime
    finished_at: datetime | None
    audio: AudioOut | None = Field(description="Null: the recording was deleted.")
    model: str
    model_version: str | None = Field(description="SHA-256 of the weights.")
    adapter: AdapterOut | None
    glossary: GlossaryUsedOut | None
    options: dict[str, Any]
    code_version: str | None
    rungs: dict[str, int] = Field(description="Windows by the model that made them.")
    conditions: dict[str, list[Any]] = Field(
        description="What the windows were made with: the values of each, usually one."
    )
    windows: list[WindowOut]
    instead_of: str | None
    replaced_by: str | None = Field(
        description="The job that makes it again, because its version was withdrawn."
    )
    first_s: float | None = Field(
        description="Of a preview: no more of the recording was heard. Null: all of it."
    )
    features: FeaturesOut | None = Field(
        description="What was kept of an earlier hearing of the recording; null: nothing."
    )


def provenance(session: Session, job: Transcription, *, each: bool = True) -> ProvenanceOut:
    """Of a job in any state; what has not happened yet is absent. `each`: window by window, too."""
    rows = session.exec(
        select(WindowRow)
        .where(WindowRow.transcription_id == job.id)
        .order_by(col(WindowRow.number))
    ).all()
    windows = [_window(row) for row in rows]
    models = Counter(window.made_by["model"] for window in windows if window.made_by.get("model"))
    return ProvenanceOut(
        id=job.id,
        name=job.name,
        created_at=job.created_at,
        finished_at=job.finished_at,
        audio=_audio(session, job),
        model=job.model,
        model_version=job.model_version,
        adapter=_adapter(session, job),
        glossary=_glossary(session, job),
        options=job.options,
        code_version=job.code_version,
        rungs=dict(models),
        conditions=_conditions(windows),
        windows=windows if each else [],
        instead_of=job.instead_of,
        replaced_by=replacement(session, job.id),
        first_s=job.first_s,
        features=features_used(session, job.id),
    )


def _conditions(windows: list[WindowOut]) -> dict[str, list[Any]]:
    """The values that are alike in most windows, each once, the most frequent first."""
    found: dict[str, list[Any]] = {}
    for name in _SHARED:
        told = [window.made_by[name] for window in windows if name in window.made_by]
        often = Counter(map(repr, told))
        once = {repr(value): value for value in told}
        found[name] = [once[key] for key, _ in often.most_common()]
    return found


def _window(row: WindowRow) -> WindowOut:
    result = row.result or {}
    known = {name: result[name] for name in (*OF_A_WINDOW, *_OF_THE_ENGINE) if name in result}
    return WindowOut(
        number=row.number,
        start_s=row.start_s,
        end_s=row.end_s,
        samples_sha256=row.samples_sha256,
        state=row.state,
        made_by=known,
    )


def _audio(session: Session, job: Transcription) -> AudioOut | None:
    recording = session.get(Recording, job.recording_id)
    if recording is None:
        return None
    told = recording.model_dump(include=set(AudioOut.model_fields))
    return AudioOut(**told | ({"samples_sha256": job.part_sha256} if job.part_sha256 else {}))


def _adapter(session: Session, job: Transcription) -> AdapterOut | None:
    version = session.get(ModelVersion, job.model_version_id) if job.model_version_id else None
    domain = session.get(Domain, version.domain_id) if version else None
    if version is None or domain is None:
        return None
    return AdapterOut(
        domain=domain.name,
        version=version.number,
        adapter_sha256=version.adapter_sha256,
        parent=version.parent,
        parent_sha256=version.parent_sha256,
        state=version.state,
        serves=domain.champion_id == version.id,
        trained_on_deleted_data=version.deleted_data,
    )


def _glossary(session: Session, job: Transcription) -> GlossaryUsedOut | None:
    found = session.get(Glossary, job.glossary_id) if job.glossary_id else None
    domain = session.get(Domain, found.domain_id) if found else None
    if found is None or domain is None:
        return None
    return GlossaryUsedOut(domain=domain.name, version=found.number, sha256=found.sha256)

"""`GET /v1/models`, in the shape OpenAI's clients expect."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel, Field
from sqlmodel import Session

from app.context import Context, ContextDep
from app.domains.serving import serving
from app.errors import NotFound
from app.models.names import ALIASES, adapted
from app.transcriptions.options import models

router = APIRouter(prefix="/v1/models", tags=["models"])
_CREATED = 1_700_000_000


class Model(BaseModel):
    id: str
    object: str = "model"
    created: int = _CREATED
    owned_by: str = "lectern"
    domain: str | None = Field(default=None, description="The field that this adapter serves.")
    version: int | None = None


class ModelList(BaseModel):
    object: str = "list"
    data: list[Model]


@router.get("", summary="List models")
def list_models(context: ContextDep) -> ModelList:
    """The first is the default; those of domains that an adapter serves are at the end."""
    with context.database.read() as session:
        return ModelList(data=_offered(context, session))


@router.get("/{name}", summary="Look up a model")
def read_model(name: str, context: ContextDep) -> Model:
    """Whether a model may be asked for by this name; `whisper-1` and the like mean the default."""
    if name in ALIASES:
        return Model(id=name)
    with context.database.read() as session:
        found = {model.id: model for model in _offered(context, session)}
    if name not in found:
        raise NotFound(code="model_not_found", detail=f"There is no model {name[:80]!r} here.")
    return found[name]


def _offered(context: Context, session: Session) -> list[Model]:
    served = [
        Model(
            id=adapted(version.parent, version.adapter_sha256),
            created=int(version.created_at.timestamp()),
            domain=domain.name,
            version=version.number,
        )
        for domain, version in serving(session)
    ]
    return [*(Model(id=name) for name in models(context.settings)), *served]

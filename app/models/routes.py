"""`GET /v1/models`, in the shape OpenAI's clients expect."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel

from app.context import ContextDep
from app.errors import NotFound
from app.transcriptions.options import models

router = APIRouter(prefix="/v1/models", tags=["models"])
_CREATED = 1_700_000_000


class Model(BaseModel):
    id: str
    object: str = "model"
    created: int = _CREATED
    owned_by: str = "lectern"


class ModelList(BaseModel):
    object: str = "list"
    data: list[Model]


@router.get("")
def list_models(context: ContextDep) -> ModelList:
    """The first is the default."""
    return ModelList(data=[Model(id=name) for name in models(context.settings)])


@router.get("/{name}")
def read_model(name: str, context: ContextDep) -> Model:
    """Whether a model may be asked for by this name."""
    if name not in models(context.settings):
        raise NotFound(code="model_not_found", detail=f"There is no model {name[:80]!r} here.")
    return Model(id=name)

"""Faults over HTTP, in local and class mode only."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field, Strict

from app.context import ContextDep
from app.errors import Forbidden
from app.faults import service
from app.faults.registry import REGISTRY, Fault
from app.faults.tables import FaultRow
from app.settings import Settings

router = APIRouter(prefix="/v1/faults", tags=["walkthrough"])


class FaultOut(BaseModel):
    name: str
    chapter: int
    title: str
    what_it_does: str
    expected: str
    blast_radius: str
    active: bool
    expires_at: datetime | None
    parameters: dict[str, float]


class FaultIn(BaseModel):
    minutes: float = Field(5.0, strict=True, gt=0, le=service.MAX_MINUTES)
    parameters: dict[str, Annotated[float, Strict()]] = {}
    seed: int = Field(0, strict=True)


@router.get("", summary="List the faults")
def list_faults(context: ContextDep) -> list[FaultOut]:
    """Every fault that exists, and which are on."""
    with context.database.read() as session:
        on = service.active(session)
    return [_out(fault, on.get(fault.name)) for fault in REGISTRY.values()]


@router.put("/{name}", summary="Switch a fault on")
def switch_on(name: str, body: FaultIn, context: ContextDep) -> FaultOut:
    """Switch a fault on for some minutes."""
    _allowed(context.settings)
    row = context.database.transact(
        lambda session: service.switch_on(session, name, body.minutes, body.parameters, body.seed)
    )
    context.faults.look_again()
    return _out(service.definition(name), row)


@router.delete("/{name}", status_code=204, summary="Switch a fault off")
def switch_off(name: str, context: ContextDep) -> Response:
    """Switch a fault off."""
    _allowed(context.settings)
    context.database.transact(lambda session: service.switch_off(session, name))
    context.faults.look_again()
    return Response(status_code=204)


def _allowed(settings: Settings) -> None:
    if settings.mode not in ("local", "class"):
        raise Forbidden(code="faults_refused", detail="Faults exist in local and class mode only.")


def _out(fault: Fault, row: FaultRow | None) -> FaultOut:
    return FaultOut(
        name=fault.name,
        chapter=fault.chapter,
        title=fault.title,
        what_it_does=fault.what_it_does,
        expected=fault.expected,
        blast_radius=fault.blast_radius,
        active=row is not None,
        expires_at=row.expires_at if row else None,
        parameters=row.parameters if row else dict(fault.parameters),
    )

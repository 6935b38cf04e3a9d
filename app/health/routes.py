"""`/healthz`: this process answers. `/readyz`: a recording sent now would be transcribed."""

from __future__ import annotations

import socket
from collections.abc import Callable
from datetime import timedelta

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from sqlalchemy import text

from app.clock import now
from app.context import Context, ContextDep
from app.telemetry.service import last_woken

router = APIRouter(tags=["health"])
FRESH = timedelta(seconds=60)
MIN_FREE_BYTES = 256 * 1024**2


class Readiness(BaseModel):
    ready: bool
    checks: dict[str, str]


@router.get("/healthz")
def healthz() -> dict[str, str]:
    """The process answers; whether it can take work, `/readyz` tells."""
    return {"status": "alive"}


@router.get("/readyz", responses={503: {"model": Readiness}})
def readyz(context: ContextDep) -> JSONResponse:
    """200 when every check says `ok`, else 503."""
    # Ch 13 · Planning for Operations: ready means that a wake-up really reached the workers lately
    checks = {name: _outcome(check, context) for name, check in _CHECKS.items()}
    ready = all(outcome == "ok" for outcome in checks.values())
    body = Readiness(ready=ready, checks=checks)
    return JSONResponse(body.model_dump(), status_code=200 if ready else 503)


def _outcome(check: Callable[[Context], str], context: Context) -> str:
    try:
        return check(context)
    except Exception as error:  # noqa: BLE001 (whatever is wrong means "not ready")
        return f"failed: {type(error).__name__}"


def _database(context: Context) -> str:
    with context.database.read() as session:
        session.execute(text("SELECT 1"))
    return "ok"


def _storage(context: Context) -> str:
    free = context.storage.free_bytes()
    return "ok" if free is None or free > MIN_FREE_BYTES else "disk nearly full"


def _decoder(context: Context) -> str:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(1.0)
        connection.connect(str(context.decoder.socket_path))
    return "ok"


def _woken(kind: str) -> Callable[[Context], str]:
    def check(context: Context) -> str:
        with context.database.read() as session:
            woken = last_woken(session, kind)
        return "ok" if woken is not None and now() - woken < FRESH else "no wake-up arrived lately"

    return check


_CHECKS: dict[str, Callable[[Context], str]] = {
    "database": _database,
    "storage": _storage,
    "decoder": _decoder,
    "preparation": _woken("media"),
    "recogniser": _woken("host"),
}

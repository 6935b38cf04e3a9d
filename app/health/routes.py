"""`/healthz`: this process answers. `/readyz`: all parts work, and whether more work is taken.

Both are answered by threads of their own, or none: requests that occupy all others do not make
a product that works look dead. A full queue is no failure either, so it does not make the product
unready: transcripts can be read, and taking a machine away would not help. `accepting` tells it.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from sqlalchemy import text

from app.admission import check_job
from app.clock import now
from app.context import Context, ContextDep
from app.database import DatabaseError
from app.errors import Problem
from app.tables import LOCAL_ACCOUNT
from app.telemetry.service import last_woken

router = APIRouter(tags=["health"])
FRESH = timedelta(seconds=60)


_threads = ThreadPoolExecutor(2, thread_name_prefix="health")


class Readiness(BaseModel):
    ready: bool
    checks: dict[str, str]
    accepting: bool = Field(description="False while new recordings are refused: too many wait.")


_READY = {
    "content": {
        "application/json": {
            "example": {
                "ready": True,
                "checks": {"database": "ok", "storage": "ok", "broker": "ok", "workers": "ok"},
                "accepting": True,
            }
        }
    }
}


@router.get("/healthz", summary="Is the process alive?")
async def healthz() -> dict[str, str]:
    """The process answers; whether it can take work, `/readyz` tells."""
    return {"status": "alive"}


@router.get(
    "/readyz",
    response_model=Readiness,
    responses={200: _READY, 503: {"model": Readiness}},
    summary="Can work be taken?",
)
async def readyz(context: ContextDep) -> JSONResponse:
    """200 when every check says `ok`, else 503."""
    return await asyncio.get_running_loop().run_in_executor(_threads, _readiness, context)


def _readiness(context: Context) -> JSONResponse:
    # Ch 13 · Planning for Operations: ready means that a wake-up really reached the workers lately
    checks = {name: _outcome(check, context) for name, check in _CHECKS.items()}
    ready = all(outcome == "ok" for outcome in checks.values())
    body = Readiness(ready=ready, checks=checks, accepting=_accepting(context))
    return JSONResponse(body.model_dump(), status_code=200 if ready else 503)


def _outcome(check: Callable[[Context], str], context: Context) -> str:
    try:
        return check(context)
    except Exception as error:  # noqa: BLE001 (whatever is wrong means "not ready")
        return f"failed: {type(error).__name__}"


def _accepting(context: Context) -> bool:
    try:
        with context.database.read() as session:
            check_job(session, context.settings, LOCAL_ACCOUNT, 0.0)
    except (Problem, DatabaseError):
        return False
    return True


def _database(context: Context) -> str:
    with context.database.read() as session:
        session.execute(text("SELECT 1"))
    return "ok"


def _storage(context: Context) -> str:
    context.storage.check()
    free = context.storage.free_bytes()
    return "ok" if free is None or free > context.settings.min_free_bytes else "disk nearly full"


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

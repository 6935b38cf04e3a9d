"""Where a list goes on: values that a client is given, and hands back without looking into them."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, TypeVar

from sqlalchemy import and_, or_
from sqlmodel import Session, col
from sqlmodel.sql.expression import SelectOfScalar

from app.errors import BadRequest

Found = TypeVar("Found")
Rows = TypeVar("Rows", bound=Any)


def encoded(*values: object) -> str:
    """Values of JSON, safe in an address."""
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode()


def decoded(cursor: str, read: Callable[..., Found]) -> Found:
    """What `read` makes of the values; it raises ValueError, TypeError or OverflowError for others.

    Raises `BadRequest` for a cursor that is not one of ours.
    """
    try:
        return read(*json.loads(base64.urlsafe_b64decode(cursor)))
    except (ValueError, TypeError, OverflowError) as error:
        raise not_ours() from error


def not_ours() -> BadRequest:
    return BadRequest(
        code="bad_cursor", detail="The cursor was not made by this server; leave it out."
    )


def newest(
    session: Session, query: SelectOfScalar[Rows], table: Any, *, limit: int, cursor: str | None
) -> tuple[list[Rows], str | None]:
    """Rows of `query` by `table`'s `created_at` and `id`, the newest first.

    The second value continues the list, or is None at its end. Raises `BadRequest`.
    """
    created, id_ = col(table.created_at), col(table.id)
    if cursor:
        at, last_id = decoded(cursor, _moment_and_id)
        query = query.where(or_(created < at, and_(created == at, id_ < last_id)))
    query = query.order_by(created.desc(), id_.desc()).limit(limit + 1)
    found = list(session.exec(query))
    if len(found) <= limit:
        return found, None
    last = found[limit - 1]
    return found[:limit], encoded(last.created_at.isoformat(), last.id)


def _moment_and_id(at: str, last_id: str) -> tuple[datetime, str]:
    when = datetime.fromisoformat(at)
    if when.tzinfo is None or not isinstance(last_id, str) or not last_id.isascii():
        raise ValueError(last_id)
    return when.astimezone(UTC), last_id

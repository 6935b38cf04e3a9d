"""Where a list goes on: values that a client is given, and hands back without looking into them."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import TypeVar

from app.errors import BadRequest

Found = TypeVar("Found")


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

"""The names of operations: what generated clients call their functions, so they are kept stable."""

from __future__ import annotations

from fastapi.routing import APIRoute


def operation_id(route: APIRoute) -> str:
    """`PACKAGE_FUNCTION`: `app.recordings.routes.upload` is `recordings_upload`.

    A route that gives its `operation_id` itself is asked nothing.
    """
    package = route.endpoint.__module__.split(".")[-2]
    return f"{package}_{route.name}"

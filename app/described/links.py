"""Links between operations (OpenAPI 3.1, Link Object): where the id in an answer leads.

What is made at `POST /v1/things` answers at every address that goes on with `/{thing_id}`. That
rule holds for the whole API, so nobody has to write a link down.
"""

from __future__ import annotations

import re
from typing import Any

Json = dict[str, Any]
_PARAMETER = re.compile(r"\{(\w+)\}")


def add(document: Json) -> None:
    """Add links to the answers of everything that makes something."""
    paths: dict[str, Json] = document["paths"]
    schemas: dict[str, Json] = document["components"]["schemas"]
    for path, each in paths.items():
        made = each.get("post")
        if made is None:
            continue
        for status, answer in made["responses"].items():
            name = _identifier(answer, schemas) if status.startswith("2") else None
            if name is not None:
                links = _below(paths, path, name)
                if path == "/v1/recordings":
                    links |= _transcribing(paths)
                if links:
                    answer["links"] = links


def _below(paths: dict[str, Json], path: str, name: str) -> dict[str, Json]:
    own = {each: f"$request.path.{each}" for each in _PARAMETER.findall(path)}
    found: dict[str, Json] = {}
    begin = re.compile(re.escape(path) + r"/\{(\w+)\}(/|$)")
    for target, methods in paths.items():
        match = begin.match(target)
        if match is None:
            continue
        parameters = own | {match[1]: f"$response.body#/{name}"}
        if set(_PARAMETER.findall(target)) - set(parameters):
            continue
        for operation in methods.values():
            found[operation["operationId"]] = {
                "operationId": operation["operationId"],
                "parameters": parameters,
            }
    return found


def _transcribing(paths: dict[str, Json]) -> dict[str, Json]:
    target = paths["/v1/transcriptions"]["post"]["operationId"]
    body = {"recording": "$response.body#/id"}
    return {target: {"operationId": target, "requestBody": body}}


def _identifier(answer: Json, schemas: dict[str, Json]) -> str | None:
    """`id`, or else `name`, of what the answer describes; None: it describes nothing."""
    for content in answer.get("content", {}).values():
        ref = content.get("schema", {}).get("$ref", "")
        properties = schemas.get(ref.rsplit("/", 1)[-1], {}).get("properties", {})
        for name in ("id", "name"):
            if name in properties:
                return name
    return None

"""The description as a whole: FastAPI's, completed by rule and by what was recorded."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI

from app.described import examples, links
from app.described.statuses import OPENAI_ERROR, PROBLEM, error_response, expected
from app.local.guard import GUESTS, OPEN_PATHS

Json = dict[str, Any]
METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
TAGS = {
    "transcriptions": "Jobs: submit a recording, wait for its text, take it away.",
    "exports": "Transcripts as files.",
    "review": "Correcting a transcript; every change is a revision that can come back.",
    "sharing": "Links to a transcript, what was done with them, and comments.",
    "shared": "One transcript, for those who have a link to it.",
    "search": "Where something was said.",
    "projects": "Recordings that belong together: shared settings, one start, one archive.",
    "recordings": "Audio that is uploaded before it is transcribed.",
    "uploads": "Large files in parts that can be resumed (tus 1.0).",
    "compatible with OpenAI": "What OpenAI's clients call.",
    "models": "Which models may be asked for.",
    "domains": "Glossaries of a field, and what they change.",
    "adaptations": "Adapters for a field, made on this computer.",
    "releases": "Versions of domains' models: which serves, and what it made.",
    "chapters": "The walkthrough of the book.",
    "walkthrough": "Faults that can be switched on to see what becomes of them.",
    "sample": "A recording to begin with.",
    "quality": "What the evaluation suite measured.",
    "health": "Whether the product lives and takes work.",
}
SECURITY = {
    "token": {
        "type": "http",
        "scheme": "bearer",
        "description": "The token in the file `token` of the product's home folder.",
    },
    "share": {
        "type": "http",
        "scheme": "bearer",
        "description": "The secret of a link: what stands behind its `#`.",
    },
}


def install(app: FastAPI) -> None:
    """Have `app` describe itself completely, at `/openapi.json` and on `/docs`."""
    derive = app.openapi

    def described() -> Json:
        document = derive()
        if "Problem" not in document["components"].get("schemas", {}):
            complete(document)
        return document

    app.openapi = described  # type: ignore[method-assign]


def complete(document: Json) -> None:
    """Add to FastAPI's `document`, in place, what it cannot know."""
    components = document["components"]
    schemas = components.setdefault("schemas", {})
    for framework in ("HTTPValidationError", "ValidationError"):
        schemas.pop(framework, None)
    schemas |= {"Problem": PROBLEM, "OpenAIError": OPENAI_ERROR}
    components["securitySchemes"] = SECURITY
    components["schemas"] = dict(sorted(schemas.items()))
    document["tags"] = _tags(document)
    for path, method, operation in operations(document):
        operation["security"] = _security(path)
        _parameters(operation)
        _request(operation, schemas)
        _answers(path, method, operation)
    links.add(document)


def _security(path: str) -> list[Json]:
    if path in OPEN_PATHS:
        return []
    return [{"share" if path.startswith(GUESTS) else "token": []}]


def operations(document: Json) -> list[tuple[str, str, Json]]:
    """Address, method and description of each operation."""
    return [
        (path, method, each[method])
        for path, each in document["paths"].items()
        for method in METHODS
        if method in each
    ]


def _tags(document: Json) -> list[Json]:
    used = {tag for _, _, operation in operations(document) for tag in operation.get("tags", [])}
    named = [tag for tag in TAGS if tag in used] + sorted(used - set(TAGS))
    return [{"name": tag, "description": TAGS.get(tag, tag.capitalize() + ".")} for tag in named]


def _parameters(operation: Json) -> None:
    given = examples.of(operation["operationId"]).get("parameters", {})
    for parameter in operation.get("parameters", []):
        has = "example" in parameter or "examples" in parameter
        inside = parameter.get("schema", {})
        if not has and "examples" not in inside and parameter["name"] in given:
            parameter["example"] = given[parameter["name"]]


def _request(operation: Json, schemas: Json) -> None:
    recorded = examples.of(operation["operationId"]).get("request")
    for media_type, content in operation.get("requestBody", {}).get("content", {}).items():
        if "example" in content or "examples" in content or media_type != "application/json":
            continue
        example = recorded if recorded is not None else _of_fields(content["schema"], schemas)
        if example is not None:
            content["example"] = example


def _of_fields(schema: Json, schemas: Json) -> Json | None:
    """An object made of the examples of its fields; None: a required field has none."""
    found = schemas.get(schema.get("$ref", "").rsplit("/", 1)[-1], schema)
    fields: Json = found.get("properties", {})
    told = {name: each["examples"][0] for name, each in fields.items() if each.get("examples")}
    return told if told and set(found.get("required", [])) <= set(told) else None


def _answers(path: str, method: str, operation: Json) -> None:
    recorded = examples.of(operation["operationId"]).get("responses", {})
    answers = operation["responses"]
    for status, answer in answers.items():
        if not status.startswith(("4", "5")):
            _success(answer, recorded.get(status))
    for wide in ("4XX", "5XX"):
        answers.pop(wide, None)
    errors = {int(status) for status in (*answers, *recorded) if status.startswith(("4", "5"))}
    for number in sorted(errors | set(expected(path, method, operation))):
        told = answers.get(str(number), {})
        if _own_schema(told):
            _success(told, recorded.get(str(number)))
            continue
        made = error_response(path, number, recorded.get(str(number)))
        if told.get("description") not in (None, "Validation Error"):
            made["description"] = told["description"]
        answers[str(number)] = made
    operation["responses"] = dict(sorted(answers.items()))


def _own_schema(answer: Json) -> bool:
    """Whether a route has told how this error looks, other than by FastAPI's own rule."""
    refs = [
        content.get("schema", {}).get("$ref", "") for content in answer.get("content", {}).values()
    ]
    return any(ref and not ref.endswith("/HTTPValidationError") for ref in refs)


def _success(answer: Json, example: Any) -> None:
    for media_type, content in answer.get("content", {}).items():
        if "example" in content or "examples" in content:
            continue
        if example is not None and media_type == "application/json":
            content["example"] = example

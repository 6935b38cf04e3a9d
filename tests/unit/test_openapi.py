"""The description of the API is complete: every operation says what it takes and answers."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from app.described.document import operations
from app.local.guard import OPEN_PATHS
from deploy.openapi import FILE, document, written

Json = dict[str, Any]


@pytest.fixture(scope="module")
def described() -> Json:
    return document()


def test_the_committed_document_is_current(described: Json) -> None:
    assert FILE.read_text(encoding="utf-8") == written(described), "`make openapi` writes it anew"


def test_it_is_valid_openapi(described: Json) -> None:
    errors = [error.message for error in OpenAPIV31SpecValidator(described).iter_errors()]
    assert not errors


def test_every_operation_is_described(described: Json) -> None:
    assert not list(lacking(described))


def test_names_are_unique_and_readable(described: Json) -> None:
    names = [operation["operationId"] for _, _, operation in operations(described)]
    assert len(names) == len(set(names))
    odd = [name for name in described["components"]["schemas"] if "__" in name or "-" in name]
    assert not odd, "two classes of the wire have one name: rename one"


def test_what_is_made_leads_to_where_it_is_read(described: Json) -> None:
    made = {operation["operationId"]: operation for _, _, operation in operations(described)}
    links = made["previews_ask"]["responses"]["202"]["links"]
    assert links["previews_read_preview"] == {
        "operationId": "previews_read_preview",
        "parameters": {"name": "$request.path.name", "preview_id": "$response.body#/id"},
    }
    assert "exports_export" in made["transcriptions_submit"]["responses"]["202"]["links"]
    assert "transcriptions_submit" in made["recordings_upload"]["responses"]["201"]["links"]


def test_no_example_tells_of_a_computer() -> None:
    text = FILE.read_text(encoding="utf-8")
    assert not [place for place in ("/tmp/", "/home/", "/root/", "pytest-") if place in text]


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        (lambda o: o.pop("summary"), "has no summary"),
        (lambda o: o.update(summary="Read Job"), "has no summary"),
        (lambda o: o.pop("description"), "has no description"),
        (lambda o: o.update(tags=[]), "has no tag"),
        (lambda o: o["responses"].pop("401"), "does not name 401"),
        (lambda o: o["responses"].pop("200"), "names no success"),
        (lambda o: _body(o, "200").pop("example"), "has no example"),
        (lambda o: _body(o, "200").update(example={"id": 3}), "example does not fit"),
        (lambda o: _body(o, "404").pop("schema"), "has no schema"),
        (lambda o: o["parameters"][0].pop("schema"), "has no schema"),
    ],
)  # fmt: skip
def test_what_is_missing_is_named(described: Json, damage: Any, told: str) -> None:
    damaged = copy.deepcopy(described)
    damage(damaged["paths"]["/v1/transcriptions/{transcription_id}"]["get"])
    found = list(lacking(damaged))
    assert any("transcriptions_read_job" in line and told in line for line in found), found


def _body(operation: Json, status: str) -> Json:
    first: Json = next(iter(operation["responses"][status]["content"].values()))
    return first


def lacking(described: Json) -> list[str]:
    """What each operation does not say, a line each: `OPERATION has no ...`."""
    check = Checker(described)
    for path, method, operation in operations(described):
        check.operation(path, method, operation)
    return check.found


class Checker:
    def __init__(self, described: Json) -> None:
        self.found: list[str] = []
        resource = DRAFT202012.create_resource(described)
        self._registry: Registry[Any] = Registry().with_resource("urn:api", resource)

    def operation(self, path: str, method: str, operation: Json) -> None:
        name = operation.get("operationId") or f"{method} {path}"
        say = self.found.append
        summary = operation.get("summary", "")
        if not summary or _as_fastapi_makes_it(summary, name):
            say(f"{name} has no summary (`summary=` of its route)")
        if not operation.get("description"):
            say(f"{name} has no description (the docstring of its function)")
        if not operation.get("tags"):
            say(f"{name} has no tag")
        if not operation.get("security") and path not in OPEN_PATHS:
            say(f"{name} does not say that it wants the token")
        for parameter in operation.get("parameters", []):
            if "schema" not in parameter:
                say(f"{name}: parameter {parameter['name']} has no schema")
        if "requestBody" in operation:
            self._contents(f"{name}: its request", operation["requestBody"])
        answers = operation["responses"]
        if not any(status.startswith("2") for status in answers):
            say(f"{name} names no success")
        wanted = [] if path in OPEN_PATHS else ["401", "403", "500", "503"]
        for status in wanted + (["404"] if "{" in path else []):
            if status not in answers:
                say(f"{name} does not name {status}")
        for status, answer in answers.items():
            bodiless = status in ("204", "304") or method == "head" or "headers" in answer
            if "content" not in answer and not bodiless:
                say(f"{name}: answer {status} has no schema")
            self._contents(f"{name}: answer {status}", answer)

    def _contents(self, what: str, told: Json) -> None:
        for media_type, content in told.get("content", {}).items():
            if not content.get("schema"):
                self.found.append(f"{what} ({media_type}) has no schema")
                continue
            examples = [each["value"] for each in content.get("examples", {}).values()]
            examples += [content["example"]] if "example" in content else []
            if not examples:
                self.found.append(f"{what} ({media_type}) has no example")
            for example in examples:
                self._fits(f"{what} ({media_type})", content["schema"], example)

    def _fits(self, what: str, schema: Json, example: Any) -> None:
        absolute = json.loads(json.dumps(schema).replace('"#/', '"urn:api#/'))
        validator = Draft202012Validator(absolute, registry=self._registry)
        for error in validator.iter_errors(example):
            self.found.append(
                f"{what}: its example does not fit: {error.message[:160]}"
                " (`make examples` records another)"
            )


def _as_fastapi_makes_it(summary: str, name: str) -> bool:
    return name.replace("_", " ").title().endswith(summary)

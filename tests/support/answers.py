"""What the API answers while its tests run, held against its description and kept as examples.

Every answer that a test client of `tests/api` gets must have a status that the description names
for that operation. `LECTERN_RECORD_EXAMPLES` (a file, as `make examples` sets it) has the answers
written there instead, in the form of `app/described/examples.json`; with `LECTERN_RECORD_MISSING`
only those whose status the description does not name yet.
"""

from __future__ import annotations

import json
import os
import re
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from app.described.document import operations

VARIABLE = "LECTERN_RECORD_EXAMPLES"
MISSING = "LECTERN_RECORD_MISSING"
MOST_CHARACTERS = 6_000
_ELSEWHERE = re.compile(r"(/tmp/|/home/|/root/|/work/|/var/|\bpytest-)")
"""Answers that tell where this computer keeps its files are no examples."""
_SIMULATED = frozenset({499, 599})
_RECORDED: set[tuple[str, str]] = set()
"""Operations and statuses of this run: what an earlier run recorded of them is replaced."""


class Answers:
    """Looks at every answer of an application that describes itself as `document`."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._document = document
        found = [(path, method) for path, method, _ in operations(document)]
        # The address with the fewest parameters wins, as in the order of routes
        found.sort(key=lambda pair: pair[0].count("{"))
        self._operations = [(_pattern(path), path, method) for path, method in found]
        self.undocumented: list[str] = []

    def seen(self, response: Any) -> None:
        """To be called with each answer (`httpx`'s event hook `response`)."""
        found = self._operation(response.request.method.lower(), response.request.url.path)
        if found is None:
            return
        operation, parameters = found
        status = str(response.status_code)
        response.read()
        named = status in operation["responses"]
        if os.environ.get(VARIABLE):
            if not (named and os.environ.get(MISSING)):
                _record(operation, parameters, response)
        elif not named and response.status_code not in _SIMULATED:
            self.undocumented.append(
                f"{operation['operationId']} answered {status}, which its description does not"
                f" name: {response.text[:200]!r}. `make statuses` records it."
            )

    def _operation(self, method: str, path: str) -> tuple[dict[str, Any], dict[str, str]] | None:
        for pattern, template, verb in self._operations:
            match = pattern.fullmatch(path)
            if match and verb == method:
                return self._document["paths"][template][method], match.groupdict()
        return None


@cache
def _pattern(path: str) -> re.Pattern[str]:
    inside = "[^/]+" if "recordings/{recording_id}/audio" not in path else ".+"
    return re.compile(re.sub(r"\\{(\w+)\\}", rf"(?P<\1>{inside})", re.escape(path)))


def _record(operation: dict[str, Any], parameters: dict[str, str], response: Any) -> None:
    file = Path(os.environ[VARIABLE])
    kept: dict[str, Any] = json.loads(file.read_text()) if file.exists() else {}
    entry = kept.setdefault(operation["operationId"], {})
    answers = entry.setdefault("responses", {})
    status = str(response.status_code)
    answer = _body(response)
    if response.status_code == 500 or response.status_code in _SIMULATED:
        return
    known = (operation["operationId"], status) in _RECORDED
    _RECORDED.add((operation["operationId"], status))
    if response.is_success:
        if not known or _weight(answer) > _weight(answers.get(status)):
            answers[status] = answer
            asked = dict(parse_qsl(response.request.url.query.decode()))
            entry["parameters"] = parameters | asked
            request = _request(operation, response.request)
            if request is not None:
                entry["request"] = request
    elif not known and response.status_code >= 400:
        answers[status] = answer
    file.write_text(json.dumps(kept, indent=1, sort_keys=True, ensure_ascii=False) + "\n")


def _body(response: Any) -> Any:
    """A JSON body with short lists; None for anything else and for what is no example."""
    if "json" not in response.headers.get("content-type", "") or not response.content:
        return None
    body = _short(response.json())
    text = json.dumps(body)
    if len(text) > MOST_CHARACTERS or _ELSEWHERE.search(text) or "\\ud" in text:
        return None
    if isinstance(body, dict) and "request_id" in body:
        body["request_id"] = "0193c2f0a1b27c3d8e4f5a6b7c8d9e0f"
    return body


def _request(operation: dict[str, Any], request: Any) -> Any:
    content = operation.get("requestBody", {}).get("content", {})
    if "application/json" not in content:
        return None
    try:
        body = _short(json.loads(request.read()))
    except ValueError:
        return None
    return body if len(json.dumps(body)) <= MOST_CHARACTERS else None


def _short(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _short(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_short(each) for each in value[:2]]
    return value


def _weight(value: Any) -> int:
    """How much there is to see: the filled fields."""
    if isinstance(value, dict):
        return sum(1 + _weight(each) for each in value.values() if each not in (None, "", [], {}))
    if isinstance(value, list):
        return sum(map(_weight, value))
    return 0

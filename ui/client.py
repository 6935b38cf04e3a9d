"""The product's API as Python calls; the one place where the front ends speak HTTP."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import IO, Any, TypeVar
from urllib.parse import quote

import httpx
from pydantic import BaseModel, TypeAdapter

from ui import wire
from ui.settings import Settings

_TIMEOUT = httpx.Timeout(30.0, connect=5.0, write=None)
"""No limit on writing: a long recording over a slow disk takes what it takes."""
_UNREACHABLE = (
    "The transcription service does not answer. Your recordings and transcripts are safe on disk."
    " It may still be starting: wait a few seconds; if it stays so, stop the product and start it"
    " again."
)


T = TypeVar("T", bound=BaseModel)


class ApiError(Exception):
    """An answer that is not a result.

    `detail` is for people: what happened, what is safe, what to do. `code` is for programs;
    `status` is HTTP's, 503 when there was no answer at all.
    """

    def __init__(self, code: str, detail: str, status: int, request_id: str | None = None) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.status = status
        self.request_id = request_id


class Client:
    """Calls raise `ApiError` and nothing else. Safe to share between threads."""

    def __init__(self, settings: Settings, transport: httpx.BaseTransport | None = None) -> None:
        self._settings = settings
        self._http = httpx.Client(
            base_url=settings.api_url, timeout=_TIMEOUT, transport=transport, trust_env=False
        )

    # Recordings

    def upload(self, name: str, content: IO[bytes] | bytes) -> wire.Recording:
        """Send a recording without starting anything."""
        answer = self._send("POST", "/v1/recordings", files={"file": (name, content)})
        return wire.Recording.model_validate(answer.json())

    def recording(self, recording_id: str, model: str | None = None) -> wire.Recording:
        """A recording and how long its transcription by `model` would take now."""
        params = {"model": model} if model else {}
        return self._get(wire.Recording, f"/v1/recordings/{_part(recording_id)}", params)

    def delete_recording(self, recording_id: str) -> None:
        self._send("DELETE", f"/v1/recordings/{_part(recording_id)}")

    # Transcriptions

    def transcribe(
        self,
        recording_id: str,
        *,
        language: str | None = None,
        model: str | None = None,
        keywords: Sequence[str] = (),
    ) -> wire.Summary:
        """Start transcribing a recording that was uploaded before."""
        fields = [("recording", recording_id)]
        fields += [(k, v) for k, v in (("language", language), ("model", model)) if v]
        fields += [("keywords[]", keyword) for keyword in keywords]
        # Without a name each part is an ordinary field of a multipart form
        form = [(name, (None, value.encode())) for name, value in fields]
        return wire.Summary.model_validate(
            self._send("POST", "/v1/transcriptions", files=form).json()
        )

    def transcriptions(
        self, *, limit: int = 50, cursor: str | None = None, status: Sequence[wire.Status] = ()
    ) -> wire.Page:
        """Newest first; give `next` as `cursor` for the following page."""
        params: dict[str, Any] = {"limit": limit, "status": list(status)}
        if cursor:
            params["cursor"] = cursor
        return self._get(wire.Page, "/v1/transcriptions", params)

    def transcription(self, transcription_id: str) -> wire.Transcription:
        return self._get(wire.Transcription, f"/v1/transcriptions/{_part(transcription_id)}")

    def cancel(self, transcription_id: str) -> wire.Summary:
        return self._act(transcription_id, "cancel")

    def retry(self, transcription_id: str) -> wire.Summary:
        return self._act(transcription_id, "retry")

    def delete(self, transcription_id: str) -> None:
        """Remove text and audio."""
        self._send("DELETE", f"/v1/transcriptions/{_part(transcription_id)}")

    # The rest

    def models(self) -> list[str]:
        """Names; the first is the default."""
        return [model["id"] for model in self._send("GET", "/v1/models").json()["data"]]

    def sample(self) -> wire.Sample:
        return self._get(wire.Sample, "/v1/sample")

    def sample_audio(self) -> tuple[str, bytes]:
        """Name and content of the sample recording."""
        return self.sample().name, self._send("GET", "/v1/sample/audio").content

    def chapters(self) -> list[wire.Chapter]:
        answer = self._send("GET", "/v1/chapters").json()
        return TypeAdapter(list[wire.Chapter]).validate_python(answer)

    def chapter(self, number: int) -> wire.ChapterPage:
        return self._get(wire.ChapterPage, f"/v1/chapters/{number}")

    def faults(self) -> list[wire.Fault]:
        answer = self._send("GET", "/v1/faults").json()
        return TypeAdapter(list[wire.Fault]).validate_python(answer)

    def switch_on(
        self, name: str, minutes: float = 5, parameters: Mapping[str, float] | None = None
    ) -> wire.Fault:
        body = {"minutes": minutes, "parameters": dict(parameters or {})}
        answer = self._send("PUT", f"/v1/faults/{_part(name)}", json=body)
        return wire.Fault.model_validate(answer.json())

    def switch_off(self, name: str) -> None:
        self._send("DELETE", f"/v1/faults/{_part(name)}")

    # Quality

    def runs(self) -> wire.Runs:
        """What the evaluation suite measured."""
        return self._get(wire.Runs, "/v1/quality/runs")

    def run(self, name: str) -> wire.EvaluationRun:
        return self._get(wire.EvaluationRun, f"/v1/quality/runs/{_part(name)}")

    def utterances(
        self,
        run: str,
        *,
        sort: str = "worst",
        group: tuple[str, str] | None = None,
        search: str = "",
        limit: int = 20,
    ) -> wire.UtterancePage:
        """What was said beside what was heard; `group` is a field and its value."""
        params: dict[str, Any] = {"sort": sort, "search": search[:200], "limit": limit}
        if group:
            params |= {"by": group[0], "value": group[1]}
        return self._get(wire.UtterancePage, f"/v1/quality/runs/{_part(run)}/utterances", params)

    def comparison(self, a: str, b: str) -> wire.Comparison:
        return self._get(wire.Comparison, "/v1/quality/comparisons", {"a": a, "b": b})

    # How it is said

    def _act(self, transcription_id: str, verb: str) -> wire.Summary:
        answer = self._send("POST", f"/v1/transcriptions/{_part(transcription_id)}/{verb}")
        return wire.Summary.model_validate(answer.json())

    def _get(self, kind: type[T], path: str, params: Any = None) -> T:
        return kind.model_validate(self._send("GET", path, params=params).json())

    def _send(self, method: str, path: str, **arguments: Any) -> httpx.Response:
        token = self._settings.token()
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        headers |= arguments.pop("headers", {})
        try:
            answer = self._http.request(method, path, headers=headers, **arguments)
        except httpx.HTTPError as error:
            raise ApiError("api_unreachable", _UNREACHABLE, 503) from error
        if answer.is_success:
            return answer
        raise _error(answer)


def _part(value: str) -> str:
    """One segment of a path, whatever is in it: an id in a link is anyone's input."""
    return quote(value, safe="") or "-"


def _error(answer: httpx.Response) -> ApiError:
    try:
        problem = answer.json()
        return ApiError(
            str(problem["code"]),
            str(problem["detail"]),
            answer.status_code,
            problem.get("request_id"),
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        return ApiError(
            "unexpected_answer",
            f"The transcription service gave an answer we do not understand"
            f" (HTTP {answer.status_code}). Your recordings and transcripts are safe. Try again.",
            answer.status_code,
        )

"""What the command needs of the API beyond what the pages need: events, exports, readiness."""

from __future__ import annotations

import json
import time
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

import httpx

from ui import wire
from ui.client import ApiError, Client, problem_of
from ui.settings import Settings

GIVE_UP_S = 60.0
"""A product that does not answer for so long is not being restarted: it is gone."""
_PAUSE_S = 0.5
_SILENCE_S = 45.0
"""Longest silence of an event stream; the API says something every 15 s."""

_CHECKING_S = 300.0
"""Longest wait for the answer to a part; the last one is answered when the file was read."""
_TUS = {"Tus-Resumable": "1.0.0"}

transport: httpx.BaseTransport | None = None
"""How requests travel; a test puts a product of its own here."""


class Progress(wire.Wire):
    """An event of a job."""

    id: str
    status: wire.Status
    stage: str
    done_s: float
    duration: float | None
    eta_seconds: float | None
    queue_position: int | None
    error: wire.Failure | None
    revision: int

    @property
    def ended(self) -> bool:
        return self.status not in ("queued", "running")


def http(url: str, timeout_s: float) -> httpx.Client:
    """For the paths that want no token."""
    return httpx.Client(base_url=url, timeout=timeout_s, transport=transport, trust_env=False)


class CommandClient(Client):
    """Calls raise `ApiError` and nothing else. Safe to share between threads."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings, transport)

    def check_options(
        self,
        model: str | None,
        language: str | None,
        keywords: Sequence[str],
        domain: str | None = None,
    ) -> None:
        """Have the options checked before hours of audio are sent with them."""
        try:
            self.transcribe(
                "none", model=model, language=language, domain=domain, keywords=keywords
            )
        except ApiError as error:
            if error.code != "recording_not_found":
                raise

    # Large files in parts: https://tus.io/protocols/resumable-upload

    def unfinished(self, fingerprint: str) -> list[wire.Upload]:
        """Uploads of a file with this fingerprint that can be gone on with."""
        answer = self._send("GET", "/v1/uploads", params={"fingerprint": fingerprint})
        return [wire.Upload.model_validate(item) for item in answer.json()["items"]]

    def begin_upload(self, name: str, size: int, fingerprint: str) -> str:
        """Announce a file; returns the upload's id."""
        told = {"filename": name, "fingerprint": fingerprint, "client": "command"}
        metadata = ",".join(f"{k} {b64encode(v.encode()).decode()}" for k, v in told.items())
        headers = _TUS | {"Upload-Length": str(size), "Upload-Metadata": metadata}
        answer = self._send("POST", "/v1/uploads", headers=headers)
        return str(answer.headers["location"]).rsplit("/", 1)[-1]

    def offset(self, upload_id: str) -> int:
        """How many bytes of the upload are safe."""
        answer = self._send("HEAD", f"/v1/uploads/{quote(upload_id, safe='')}", headers=_TUS)
        return int(answer.headers["upload-offset"])

    def send_part(
        self, upload_id: str, offset: int, content: Iterator[bytes], length: int, sha256: bytes
    ) -> int:
        """Send `length` bytes with this digest; returns the new offset."""
        headers = _TUS | {
            "Content-Type": "application/offset+octet-stream",
            "Content-Length": str(length),
            "Upload-Offset": str(offset),
            "Upload-Checksum": f"sha256 {b64encode(sha256).decode()}",
        }
        path = f"/v1/uploads/{quote(upload_id, safe='')}"
        timeout = httpx.Timeout(_CHECKING_S, connect=5.0, write=_SILENCE_S)
        answer = self._send("PATCH", path, headers=headers, content=content, timeout=timeout)
        return int(answer.headers["upload-offset"])

    def upload_state(self, upload_id: str) -> wire.Upload:
        """The upload; a complete one is made a recording first."""
        path = f"/v1/uploads/{quote(upload_id, safe='')}"
        timeout = httpx.Timeout(_CHECKING_S, connect=5.0)
        return wire.Upload.model_validate(self._send("GET", path, timeout=timeout).json())

    def readiness(self) -> dict[str, Any]:
        """`{"ready": bool, "checks": {name: "ok" or what is wrong}}`; 503 is an answer, too."""
        try:
            body: dict[str, Any] = self._http.get("/readyz").json()
        except (httpx.HTTPError, ValueError):
            return {"ready": False, "checks": {"api": "does not answer"}}
        return body

    def export(self, transcription_id: str, params: Mapping[str, str]) -> bytes:
        """The finished transcript as the product writes it."""
        path = f"/v1/transcriptions/{quote(transcription_id, safe='')}/export"
        timeout = httpx.Timeout(_CHECKING_S, connect=5.0)
        return self._send("GET", path, params=params, timeout=timeout).content

    def export_project(
        self, project_id: str, params: Mapping[str, str], write: Callable[[bytes], None]
    ) -> None:
        """A project's ZIP, handed to `write` piece by piece as it comes."""
        token = self._settings.token()
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        path = f"/v1/projects/{quote(project_id, safe='')}/export"
        timeout = httpx.Timeout(_CHECKING_S, connect=5.0)
        try:
            with self._http.stream(
                "GET", path, params=params, headers=headers, timeout=timeout
            ) as answer:
                if not answer.is_success:
                    answer.read()
                    raise problem_of(answer)
                for piece in answer.iter_bytes():
                    write(piece)
        except httpx.HTTPError as error:
            raise ApiError(
                "download_broken",
                "The connection was lost while the ZIP was fetched. Nothing was changed in the"
                " product; run the same command again.",
                503,
            ) from error

    def follow(self, transcription_id: str) -> Iterator[Progress]:
        """Every change of a job until it is over, across restarts of the product.

        Raises `ApiError`: the job was deleted, or nothing has answered for `GIVE_UP_S`.
        """
        revision: int | None = None
        heard = time.monotonic()
        while True:
            try:
                for event in self._events(transcription_id, revision):
                    yield event
                    revision, heard = event.revision, time.monotonic()
                    if event.ended:
                        return
                self.transcription(transcription_id)  # says so if it was deleted
            except (httpx.HTTPError, ApiError) as error:
                if isinstance(error, ApiError) and error.status < 500:
                    raise
                if time.monotonic() - heard > GIVE_UP_S:
                    raise _gone(transcription_id) from error
            time.sleep(_PAUSE_S)

    def _events(self, transcription_id: str, revision: int | None) -> Iterator[Progress]:
        headers = {"Authorization": f"Bearer {self._settings.token() or ''}"}
        if revision is not None:
            headers["Last-Event-ID"] = str(revision)
        path = f"/v1/transcriptions/{quote(transcription_id, safe='')}/events"
        timeout = httpx.Timeout(_SILENCE_S, connect=5.0)
        with self._http.stream("GET", path, headers=headers, timeout=timeout) as answer:
            if not answer.is_success:
                return  # the caller asks for the job, which tells the reason
            for line in answer.iter_lines():
                name, _, value = line.partition(":")
                if name == "data":  # each event of this API is one line of JSON
                    yield Progress.model_validate(json.loads(value))


def _gone(transcription_id: str) -> ApiError:
    return ApiError(
        "api_unreachable",
        f"The product has not answered for {GIVE_UP_S:.0f} seconds. The recording is kept there as"
        f" {transcription_id} and goes on when the product runs again. Start it and look into its"
        " library.",
        503,
    )

"""A small tus 1.0 client for tests: it sends what it is told to and hides no answer."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import httpx

PART = "application/offset+octet-stream"


def b64(value: str | bytes) -> str:
    return base64.b64encode(value.encode() if isinstance(value, str) else value).decode()


def sha256_header(data: bytes) -> dict[str, str]:
    return {"Upload-Checksum": f"sha256 {b64(hashlib.sha256(data).digest())}"}


@dataclass(slots=True)
class Tus:
    """Over any client of httpx's kind, FastAPI's test client included."""

    http: Any
    version: str = "1.0.0"
    prefix: str = "/v1"

    def headers(self, more: dict[str, str] | None = None) -> dict[str, str]:
        return {"Tus-Resumable": self.version, **(more or {})}

    def create(
        self, size: int, name: str = "talk.wav", data: bytes | None = None, **metadata: str
    ) -> httpx.Response:
        told = ",".join(f"{k} {b64(v)}" for k, v in {"filename": name, **metadata}.items())
        sent = {"Upload-Length": str(size), "Upload-Metadata": told}
        if data is not None:
            sent["Content-Type"] = PART
        answer = self.http.post(
            f"{self.prefix}/uploads", headers=self.headers(sent), content=data or b""
        )
        return answer  # type: ignore[no-any-return]

    def begin(self, size: int, name: str = "talk.wav", **metadata: str) -> str:
        """The upload's address."""
        answer = self.create(size, name, **metadata)
        assert answer.status_code == 201, answer.text
        return str(answer.headers["location"])

    def send(
        self, address: str, offset: int, data: bytes | Iterable[bytes], **headers: str
    ) -> httpx.Response:
        sent = {"Upload-Offset": str(offset), "Content-Type": PART}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        answer = self.http.patch(address, headers=self.headers(sent), content=data)
        return answer  # type: ignore[no-any-return]

    def head(self, address: str) -> httpx.Response:
        return self.http.head(address, headers=self.headers())  # type: ignore[no-any-return]

    def offset(self, address: str) -> int:
        answer = self.head(address)
        assert answer.status_code == 200, answer.headers
        return int(answer.headers["upload-offset"])

    def cancel(self, address: str) -> httpx.Response:
        return self.http.delete(address, headers=self.headers())  # type: ignore[no-any-return]

    def read(self, address: str) -> dict[str, Any]:
        answer = self.http.get(address)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def unfinished(self, **query: str) -> list[dict[str, Any]]:
        answer = self.http.get(f"{self.prefix}/uploads", params=query)
        assert answer.status_code == 200, answer.text
        found: list[dict[str, Any]] = answer.json()["items"]
        return found

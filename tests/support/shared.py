"""Links to transcripts: made by the owner, used by guests who know nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import httpx

from tests.support.edits import PATH, Editor


@dataclass(slots=True)
class Guest:
    """Somebody with a link; `client` knows no token of the owner."""

    client: httpx.Client
    share: str
    secret: str
    told: dict[str, Any]

    @property
    def address(self) -> str:
        return f"/v1/shared/{self.share}"

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.secret}"}

    def send(self, method: str, what: str = "", **arguments: Any) -> httpx.Response:
        headers = self.headers | arguments.pop("headers", {})
        return self.client.request(method, self.address + what, headers=headers, **arguments)

    def get(self, what: str = "", **arguments: Any) -> httpx.Response:
        return self.send("GET", what, **arguments)

    def read(self) -> dict[str, Any]:
        answer = self.get()
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def edit(self, segment: dict[str, Any], text: str, etag: str | None = None) -> httpx.Response:
        return self.send(
            "PATCH",
            f"/segments/{segment['id']}",
            json={"text": text},
            headers={"If-Match": etag or segment["etag"]},
        )

    def remark(self, segment: str, text: str = "Really?", author: str = "Ana") -> httpx.Response:
        return self.send(
            "POST", "/comments", json={"segment": segment, "text": text, "author": author}
        )


@dataclass(slots=True)
class Sharing:
    """The owner of one transcript, and a client that knows no token."""

    editor: Editor
    stranger: httpx.Client

    @property
    def address(self) -> str:
        return f"{PATH}/{self.editor.job}/shares"

    def make(self, role: str = "view", **body: Any) -> Guest:
        answer = self.editor.client.post(self.address, json={"role": role, **body})
        assert answer.status_code == 201, answer.text
        told = answer.json()
        return Guest(self.stranger, told["id"], told["secret"], told)

    def revoke(self, guest: Guest) -> None:
        assert self.editor.client.delete(f"{self.address}/{guest.share}").status_code == 204

    def state(self, guest: Guest) -> dict[str, Any]:
        answer = self.editor.client.get(f"{self.address}/{guest.share}")
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def deeds(self, guest: Guest) -> list[tuple[str, str | None]]:
        """What was done with the link, the oldest first."""
        found, cursor = [], None
        while True:
            page = self.editor.client.get(
                f"{self.address}/{guest.share}/events",
                params={"limit": 2, **({"cursor": cursor} if cursor else {})},
            ).json()
            found += [(each["deed"], each["about"]) for each in page["items"]]
            cursor = page["next"]
            if cursor is None:
                return found[::-1]

"""Corrections made through the API, as a careful client makes them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from sqlmodel import Session

from app.database import Database

PATH = "/v1/transcriptions"


@dataclass(slots=True)
class Editor:
    """Of one transcript; every change carries the tag of what was read last."""

    client: httpx.Client
    job: str

    @property
    def address(self) -> str:
        return f"{PATH}/{self.job}"

    def read(self) -> dict[str, Any]:
        answer = self.client.get(self.address)
        assert answer.status_code == 200, answer.text
        return dict(answer.json(), etag=answer.headers["etag"])

    def texts(self) -> list[str]:
        return [segment["text"] for segment in self.read()["segments"]]

    def edit(self, number: int, etag: str | None = None, **changes: Any) -> httpx.Response:
        """Segment `number` of the transcript; without `etag`, as it is now."""
        segment = self.read()["segments"][number]
        return self.patch(segment["id"], etag or segment["etag"], **changes)

    def patch(self, segment: str, etag: str, **changes: Any) -> httpx.Response:
        return self.client.patch(
            f"{self.address}/segments/{segment}", json=changes, headers={"If-Match": etag}
        )

    def split(self, number: int, etag: str | None = None, **where: int) -> httpx.Response:
        segment = self.read()["segments"][number]
        return self.client.post(
            f"{self.address}/segments/{segment['id']}/split",
            json=where,
            headers={"If-Match": etag or segment["etag"]},
        )

    def merge(self, *numbers: int) -> httpx.Response:
        segments = [self.read()["segments"][number] for number in numbers]
        return self.client.post(
            f"{self.address}/segments/merge",
            json={"ids": [segment["id"] for segment in segments]},
            headers={"If-Match": ", ".join(segment["etag"] for segment in segments)},
        )

    def restore(self, number: int) -> httpx.Response:
        return self.whole(f"revisions/{number}/restore")

    def whole(self, what: str, etag: str | None = None) -> httpx.Response:
        """An action on the transcript as it is now."""
        return self.client.post(
            f"{self.address}/{what}", headers={"If-Match": etag or self.read()["etag"]}
        )

    def revisions(self) -> list[dict[str, Any]]:
        """All of them, the newest first."""
        found, cursor = [], None
        while True:
            page = self.client.get(
                f"{self.address}/revisions",
                params={"limit": 3, **({"cursor": cursor} if cursor else {})},
            ).json()
            found += page["items"]
            cursor = page["next"]
            if cursor is None:
                return found

    def as_of(self, number: int) -> dict[str, Any]:
        answer = self.client.get(f"{self.address}/revisions/{number}")
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found


def lose_an_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """The next transaction is committed, its answer lost: the work is begun once more."""
    once = [True]
    transact = Database.transact

    def twice(self: Database, work: Callable[[Session], Any], **options: Any) -> Any:
        found = transact(self, work, **options)
        return transact(self, work, **options) if once and once.pop() else found

    monkeypatch.setattr(Database, "transact", twice)

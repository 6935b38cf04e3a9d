"""A small client of a running product, for tests over real processes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from app.faults.service import CACHE_S
from deploy.local.product import Product

AUDIO = Path(__file__).resolve().parents[1] / "audio"
SPEECH = AUDIO / "speech.opus"
TWO_MINUTES = AUDIO / "two-minutes.opus"
ENDED = ("succeeded", "failed", "cancelled")


@dataclass(slots=True)
class Jobs:
    """Submits recordings and waits for them; raises on any unexpected answer."""

    http: httpx.Client

    def submit(self, file: Path = SPEECH, *, name: str | None = None, **fields: str) -> str:
        with file.open("rb") as opened:
            answer = self.http.post(
                "/v1/transcriptions", files={"file": (name or file.name, opened)}, data=fields
            )
        assert answer.status_code == 202, answer.text
        return str(answer.json()["id"])

    def read(self, job: str, wait_s: float = 0) -> dict[str, Any]:
        answer = self.http.get(f"/v1/transcriptions/{job}", params={"wait": wait_s})
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def finish(self, job: str, patience_s: float = 90) -> dict[str, Any]:
        """The job once it is over."""
        return self.until(job, lambda found: found["status"] in ENDED, patience_s)

    def until(
        self, job: str, condition: Callable[[dict[str, Any]], bool], patience_s: float = 60
    ) -> dict[str, Any]:
        end = time.monotonic() + patience_s
        while time.monotonic() < end:
            found = self.read(job)
            if condition(found):
                return found
            time.sleep(0.05)
        raise AssertionError(f"waited {patience_s} s in vain, it is {self.read(job)}")

    def fault(self, name: str, **parameters: float) -> None:
        """Switch it on, and come back when every process knows."""
        answer = self.http.put(f"/v1/faults/{name}", json={"minutes": 5, "parameters": parameters})
        assert answer.status_code == 200, answer.text
        time.sleep(CACHE_S + 0.05)

    def no_faults(self) -> None:
        for fault in self.http.get("/v1/faults").json():
            self.http.delete(f"/v1/faults/{fault['name']}")


def connect(api: str, token: str) -> Jobs:
    """A client that authenticates as the local owner."""
    headers = {"Authorization": f"Bearer {token}"}
    return Jobs(httpx.Client(base_url=api, headers=headers, timeout=90))


@contextmanager
def connected(product: Product) -> Iterator[Jobs]:
    """A client of a product, which leaves no fault switched on."""
    client = connect(product.api, product.token)
    try:
        yield client
        client.no_faults()
    finally:
        client.http.close()

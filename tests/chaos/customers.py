"""People who send recordings while everything breaks: they try again until they get an answer."""

from __future__ import annotations

import heapq
import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import httpx

from tests.chaos.plan import Order
from tests.chaos.recordings import Recording

PATIENCE_S = 120.0
"""How long a customer goes on asking."""
AGAIN_S = 0.4
_REFUSED = frozenset({400, 404, 409, 413, 415, 422})
"""Answers that are definite; all others, and none at all, are worth another try."""
_UNSURE = (httpx.ReadError, httpx.ReadTimeout, httpx.RemoteProtocolError, httpx.WriteError)
"""The request may have been carried out although no answer came."""


class GaveUp(Exception):
    """There was no definite answer for two minutes."""


@dataclass(slots=True)
class Receipt:
    """What a customer knows of an order."""

    order: Order
    name: str
    """Of the file as sent; no two orders share one."""
    id: str | None = None
    refused: str | None = None
    """The code of a definite refusal."""
    unsure: int = 0
    """Times an answer to the submission was lost: that many further jobs may exist."""
    cancelled: bool = False
    retried: bool = False
    deleted: bool = False
    heard: list[tuple[int, str]] = field(default_factory=list)
    """Events as (revision, status)."""


@dataclass(slots=True)
class Customers:
    """All customers; their orders are carried out by the clock, in some threads."""

    api: str
    token: str
    recordings: Mapping[str, Recording]
    say: Callable[[str], None]
    receipts: dict[int, Receipt] = field(default_factory=dict)
    answers: Counter[str] = field(default_factory=Counter)
    """Answers that were no definite ones, by status or kind of error."""
    complaints: list[str] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)
    _due: list[tuple[float, int, Callable[[], None]]] = field(default_factory=list)
    _number: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _listeners: list[threading.Thread] = field(default_factory=list)

    def serve(self, orders: tuple[Order, ...], started: float) -> None:
        """Carry out all orders; returns when the last act of the last customer is done."""
        for order in orders:
            self._at(started + order.at_s, partial(self._submit, order))
        with ThreadPoolExecutor(12, "customer") as pool:
            running: set[Future[None]] = set()
            while True:
                with self._lock:
                    act = heapq.heappop(self._due)[2] if self._next_is_due() else None
                if act is not None:
                    running.add(pool.submit(self._carry_out, act))
                    continue
                running = {future for future in running if not future.done()}
                with self._lock:
                    if not running and not self._due:
                        return
                time.sleep(0.02)

    def _next_is_due(self) -> bool:
        return bool(self._due) and self._due[0][0] <= time.monotonic()

    def _at(self, when: float, act: Callable[[], None]) -> None:
        with self._lock:
            self._number += 1
            heapq.heappush(self._due, (when, self._number, act))

    def _carry_out(self, act: Callable[[], None]) -> None:
        try:
            act()
        except Exception as error:  # noqa: BLE001 (a customer's trouble is a finding, not ours)
            self.complaints.append(f"{type(error).__name__}: {error}")

    def _submit(self, order: Order) -> None:
        recording = self.recordings[order.recording]
        receipt = Receipt(order, f"{order.number:03}-{recording.name}")
        self.receipts[order.number] = receipt
        answer = self.ask(
            "POST",
            "/v1/transcriptions",
            receipt=receipt,
            files={"file": (receipt.name, recording.data)},
        )
        if answer.status_code in _REFUSED:
            receipt.refused = answer.json()["code"]
            return
        receipt.id = answer.json()["id"]
        if order.listens:
            listener = threading.Thread(target=self._listen, args=(receipt,), daemon=True)
            self._listeners.append(listener)
            listener.start()
        after = time.monotonic() + order.fate_after_s
        if order.fate in ("cancel", "cancel and retry"):
            self._at(after, partial(self._cancel, receipt))
        elif order.fate == "delete":
            self._at(after, partial(self.delete, receipt))

    def _cancel(self, receipt: Receipt) -> None:
        answer = self.ask("POST", f"/v1/transcriptions/{receipt.id}/cancel")
        receipt.cancelled = answer.status_code == 200 and answer.json()["status"] == "cancelled"
        if receipt.cancelled and receipt.order.fate == "cancel and retry":
            self._at(time.monotonic() + 1.0, partial(self.retry, receipt))

    def retry(self, receipt: Receipt) -> None:
        answer = self.ask("POST", f"/v1/transcriptions/{receipt.id}/retry")
        # 409: an earlier try was carried out although its answer was lost
        receipt.retried = answer.status_code in (202, 409)

    def delete(self, receipt: Receipt) -> None:
        answer = self.ask("DELETE", f"/v1/transcriptions/{receipt.id}")
        receipt.deleted = answer.status_code in (204, 404)

    def ask(
        self, method: str, path: str, receipt: Receipt | None = None, **what: Any
    ) -> httpx.Response:
        """A definite answer. Raises `GaveUp`."""
        until = time.monotonic() + PATIENCE_S
        while time.monotonic() < until and not self.over.is_set():
            try:
                # A connection each: the last one may lead to a process that is gone
                answer = httpx.request(
                    method, self.api + path, headers=self._headers, timeout=20, **what
                )
            except httpx.TransportError as error:
                self.answers[type(error).__name__] += 1
                if receipt is not None and isinstance(error, _UNSURE):
                    receipt.unsure += 1
            else:
                if answer.is_success or answer.status_code in _REFUSED:
                    return answer
                self.answers[_said(answer)] += 1
            time.sleep(AGAIN_S)
        raise GaveUp(f"no definite answer to {method} {path} in {PATIENCE_S:.0f} s")

    @property
    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def _listen(self, receipt: Receipt) -> None:
        """Follow the job's events to its end, connecting again as often as it takes."""
        address = f"{self.api}/v1/transcriptions/{receipt.id}/events"
        while not self.over.is_set():
            headers = dict(self._headers)
            if receipt.heard:
                headers["Last-Event-ID"] = str(receipt.heard[-1][0])
            try:
                with httpx.stream("GET", address, headers=headers, timeout=30) as stream:
                    if stream.status_code == 404:
                        return
                    for line in stream.iter_lines():
                        if line.startswith("data:"):
                            told = json.loads(line[5:])
                            receipt.heard.append((told["revision"], told["status"]))
            except (httpx.TransportError, httpx.StreamError):
                pass
            if receipt.heard and receipt.heard[-1][1] in ("succeeded", "failed", "cancelled"):
                return
            time.sleep(AGAIN_S)

    def stop_listening(self) -> None:
        self.over.set()
        for listener in self._listeners:
            listener.join(35)


def _said(answer: httpx.Response) -> str:
    try:
        return f"{answer.status_code} {answer.json()['code']}"
    except (ValueError, KeyError, TypeError):
        return str(answer.status_code)

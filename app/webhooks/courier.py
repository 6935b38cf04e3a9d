"""Lanes: each receiver has a thread of its own while something is due for it.

They run inside the dispatcher, which lives on when the broker is dead. Its relay never waits for
them, and a receiver that is slow holds up nobody but itself.
"""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass, field

from app.context import Context
from app.webhooks.addresses import Policy, networks
from app.webhooks.delivering import deliver_all, waiting

logger = logging.getLogger("lectern.webhooks")

MAX_LANES = 64
"""Receivers that are sent to at the same moment; one organisation has at most half as many."""
STOPPING_S = 2.0


@dataclass(slots=True)
class Courier:
    """Begins lanes; `run_once` is called over and over and never waits for a receiver."""

    context: Context
    policy: Policy | None = None
    _lanes: dict[str, threading.Thread] = field(default_factory=dict)
    _stop: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        if self.policy is None:
            self.policy = Policy(networks(self.context.settings.webhook_networks))

    def run_once(self) -> int:
        """Begin a lane for each receiver that waits and has none; returns how many."""
        # Ch 12 · Scaling the System: a slow receiver fills its own lane and nobody else's
        self._lanes = {id_: lane for id_, lane in self._lanes.items() if lane.is_alive()}
        with self.context.database.read() as session:
            found = [each for each in waiting(session) if each not in self._lanes]
        begun = found[: MAX_LANES - len(self._lanes)]
        for webhook_id in begun:
            lane = threading.Thread(target=self._run, args=(webhook_id,), daemon=True)
            self._lanes[webhook_id] = lane
            lane.start()
        return len(begun)

    def stop(self, patience_s: float = STOPPING_S) -> None:
        """Begin nothing more. What is under way then is sent again when its lease runs out."""
        self._stop.set()
        until = time.monotonic() + patience_s
        for lane in self._lanes.values():
            lane.join(max(until - time.monotonic(), 0.0))

    def _run(self, webhook_id: str) -> None:
        assert self.policy is not None
        try:
            deliver_all(self.context, webhook_id, self.policy, lambda: not self._stop.is_set())
        except Exception:
            logger.exception("messages to %s wait for the next round", webhook_id)

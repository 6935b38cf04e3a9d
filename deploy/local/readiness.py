"""Whether the product can take work, in words for the person who waits."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from pathlib import Path

from deploy.local.control import Process

ANSWER_S = 3.0
_STARTING = {
    "database": "the database",
    "storage": "the storage",
    "decoder": "the audio decoder",
    "preparation": "the worker that prepares recordings",
    "recogniser": "the speech model",
}
_direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def missing(api: str, page: str | None) -> list[str]:
    """What is not ready yet; empty when a recording sent now would be transcribed."""
    waits = _api_misses(api)
    if page is not None and not _answers(page):
        waits.append("the page")
    return waits


def _api_misses(api: str) -> list[str]:
    try:
        with _direct.open(f"{api}/readyz", timeout=ANSWER_S):
            return []
    except urllib.error.HTTPError as error:
        with error:
            body = error.read()
    except OSError:
        return ["the API"]
    try:
        checks: dict[str, str] = json.loads(body)["checks"]
    except (ValueError, KeyError, TypeError):
        return ["the API"]
    return [_STARTING.get(name, name) for name, outcome in checks.items() if outcome != "ok"]


def _answers(url: str) -> bool:
    try:
        with _direct.open(url, timeout=ANSWER_S):
            return True
    except OSError:
        return False


def last_lines(log: Path, count: int = 12) -> str:
    """The end of a log, each line set in."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - 16_384))
            text = file.read().decode(errors="replace")
    except OSError:
        text = ""
    lines = text.splitlines()[-count:] or ["(its log is empty)"]
    return "\n".join(f"    {line}" for line in lines)


class Deaths:
    """Counts the times each process was started again."""

    def __init__(self) -> None:
        self._last: dict[str, Process] = {}
        self._count: dict[str, int] = {}

    def note(self, processes: list[Process]) -> list[str]:
        """Names of the processes that ended since the last call."""
        ended = [each.name for each in processes if self._ended(self._last.get(each.name), each)]
        for name in ended:
            self._count[name] = self.of(name) + 1
        self._last.update((process.name, process) for process in processes)
        return ended

    @staticmethod
    def _ended(last: Process | None, now: Process) -> bool:
        if last is not None and last.pid:
            return last.pid != now.pid
        # Born and dead between two looks
        return now.state == "BACKOFF" and (last is None or last.state != "BACKOFF")

    def of(self, name: str) -> int:
        return self._count.get(name, 0)

    def forget_pids(self) -> None:
        """All of them ended at once, which is told in another way."""
        self._last.clear()

    @property
    def pids(self) -> list[int]:
        """Process numbers (and process groups) last seen alive."""
        return [process.pid for process in self._last.values() if process.pid]

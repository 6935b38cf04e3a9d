"""`python -m evaluation.first_run`: from `git clone` to the first transcript, timed.

Clones the last commit into a temporary folder, runs `make run` there as a newcomer would (an
empty environment, no package cache), sends the sample interview through the API, stops, and
starts a second time with every way to the network closed. Writes `results/first-run.json`.
"""

# Ch 9 · Quality Attributes of ML Components: what a newcomer waits for is measured, not estimated

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from app.settings import REPOSITORY
from app.telemetry.service import machine_class
from evaluation.bench.versions import versions

RESULT = REPOSITORY / "evaluation" / "results" / "first-run.json"
SAMPLE = Path("data/samples/interview.opus")
READY_S = 900.0
STOP_S = 20.0
_NO_NETWORK = {
    "PIP_NO_INDEX": "1",
    "http_proxy": "http://127.0.0.1:9",
    "https_proxy": "http://127.0.0.1:9",
    "no_proxy": "127.0.0.1,localhost",
}


class Failed(Exception):
    """A phase did not end well; the text has what was printed."""


@dataclass(slots=True)
class Running:
    """A product started with `make run`, its times in seconds since then."""

    api: str
    page: str
    token: str
    installed_s: float
    ready_s: float


def measure(folder: Path) -> dict[str, Any]:
    """Seconds of every phase, in the order they happen. Raises `Failed`."""
    clone = folder / "lectern"
    started = time.monotonic()
    subprocess.run(["git", "clone", "--quiet", str(REPOSITORY), str(clone)], check=True)
    cloned_s = time.monotonic() - started
    with make_run(clone, {"PIP_NO_CACHE_DIR": "1"}) as first:
        asked = time.monotonic()
        text = transcribe(first, clone / SAMPLE)
        answered = time.monotonic()
        stop_asked = time.monotonic()
    stopped_s = time.monotonic() - stop_asked
    with make_run(clone, _NO_NETWORK) as second:
        pass
    return {
        "seconds": {
            "clone": round(cloned_s, 2),
            "install": round(first.installed_s, 2),
            "start": round(first.ready_s - first.installed_s, 2),
            "first_transcript": round(answered - asked, 2),
            "clone_to_first_transcript": round(answered - started, 2),
            "stop": round(stopped_s, 2),
            "second_start_without_network": round(second.ready_s, 2),
        },
        "transcript_words": len(text.split()),
    }


@contextmanager
def make_run(clone: Path, env: Mapping[str, str]) -> Iterator[Running]:
    """`make run` in the clone until it is ready; Ctrl-C at the end."""
    kept = {name: value for name, value in os.environ.items() if not _ours(name)}
    log = clone.parent / "make-run.log"
    started = time.monotonic()
    with log.open("wb") as output:
        make = subprocess.Popen(
            ["make", "run"],
            cwd=clone,
            env={**kept, **env},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield _wait(clone, make, started, log)
    finally:
        if make.poll() is None:
            os.killpg(make.pid, signal.SIGINT)  # what Ctrl-C in a terminal does
        try:
            make.wait(STOP_S)
        except subprocess.TimeoutExpired:
            os.killpg(make.pid, signal.SIGKILL)
            raise Failed(f"it did not stop within {STOP_S:.0f} s") from None


def _wait(clone: Path, make: subprocess.Popen[bytes], started: float, log: Path) -> Running:
    home = clone / ".lectern"
    installed_s: float | None = None
    while time.monotonic() - started < READY_S:
        if make.poll() is not None:
            raise Failed(f"`make run` ended with {make.returncode}:\n{log.read_text()}")
        passed = time.monotonic() - started
        if installed_s is None and (clone / ".venv" / ".lectern-run").exists():
            installed_s = passed
        try:
            told = json.loads((home / "run" / "product.json").read_text())
            token = (home / "token").read_text().strip()
        except (OSError, ValueError):
            told, token = None, ""
        if told and _answers(f"{told['api']}/readyz") and _answers(told["page"]):
            ready_s = time.monotonic() - started
            return Running(told["api"], told["page"], token, installed_s or 0.0, ready_s)
        time.sleep(0.1)
    raise Failed(f"not ready after {READY_S:.0f} s:\n{log.read_text()}")


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, trust_env=False, timeout=3.0).status_code == 200
    except httpx.HTTPError:
        return False


def transcribe(product: Running, recording: Path) -> str:
    """The transcript's text. Raises `Failed`."""
    headers = {"Authorization": f"Bearer {product.token}"}
    jobs = f"{product.api}/v1/transcriptions"
    with httpx.Client(headers=headers, timeout=60.0, trust_env=False) as client:
        with recording.open("rb") as file:
            answer = client.post(jobs, files={"file": (recording.name, file)})
        while answer.is_success and answer.json()["status"] in ("queued", "running"):
            answer = client.get(f"{jobs}/{answer.json()['id']}", params={"wait": 30})
    if not answer.is_success or answer.json()["status"] != "succeeded":
        raise Failed(f"the sample was not transcribed: {answer.text}")
    return str(answer.json()["text"])


def _ours(name: str) -> bool:
    return name.startswith(("LECTERN_", "MAKE", "MFLAGS")) or name in ("VIRTUAL_ENV", "PYTHONPATH")


def main() -> int:
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory(prefix="lectern-first-run-") as folder:
        try:
            measured = measure(Path(folder))
        except Failed as error:
            print(f"First run failed: {error}", file=sys.stderr)
            return 1
    head = ["git", "rev-parse", "HEAD"]
    commit = subprocess.check_output(head, cwd=REPOSITORY, text=True).strip()
    measured |= {
        "machine": machine_class(),
        "load_before": round(load, 2),
        "versions": {**versions(), "commit": commit},
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    RESULT.parent.mkdir(parents=True, exist_ok=True)
    RESULT.write_text(json.dumps(measured, indent=2) + "\n")
    print(json.dumps(measured, indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())

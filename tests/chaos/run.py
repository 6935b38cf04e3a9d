"""One run: a quiet one first, then everything goes wrong, then the accounts are checked."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from sqlmodel import col, func, select

from app.context import Context, open_context
from app.database import Database
from app.settings import Settings
from app.transcriptions.tables import Status, Transcription
from deploy.local.product import running_product
from tests.chaos import audit, evidence, invariants
from tests.chaos.clock import clocks
from tests.chaos.customers import Customers
from tests.chaos.disk import small_disk
from tests.chaos.evidence import Evidence, Heard, in_order
from tests.chaos.monkey import Monkey
from tests.chaos.plan import Plan
from tests.chaos.recorder import ENDED, Recorder
from tests.chaos.recordings import MAX_AUDIO_S, Recording

LEASE_S = 6.0
SETTLE_S = 240.0
"""How long after the last fault every job must be over."""
STALLED_S = 60.0
"""A product in which nothing happens for this long will not get anything done any more."""


@dataclass(slots=True)
class Outcome:
    """What a run found out."""

    violations: dict[str, list[str]]
    counts: dict[str, Any]
    seconds: dict[str, float]
    recovery: dict[str, Any]
    log: list[str]
    simulated: list[str] = field(default_factory=list)
    """Kinds of fault for which this machine only allows the product's own imitation."""


@dataclass(slots=True)
class Run:
    """Where a run takes place. `environment` is added to that of the processes."""

    plan: Plan
    recordings: Mapping[str, Recording]
    environment: Mapping[str, str] = field(default_factory=dict)
    keep_logs: Path | None = None
    """Where the logs of the processes are copied to in the end."""
    say: Callable[[str], None] = print
    started: float = field(default_factory=time.monotonic)

    def tell(self, text: str) -> None:
        self.say(f"{time.monotonic() - self.started:6.1f} s  {text}")

    def carry_out(self) -> Outcome:
        """Raises `NotReady` when the product does not start; everything else is an outcome."""
        with ExitStack() as stack:
            ground = Path(stack.enter_context(_folder()))
            disk = stack.enter_context(small_disk(ground))
            home = ground / "home"
            stack.callback(self._save_logs, home)
            time_of = clocks(Path(stack.enter_context(_folder())))
            env = {
                "LECTERN_MODEL": "tiny.en",
                "LECTERN_LEASE_S": str(LEASE_S),
                "LECTERN_MAX_AUDIO_S": str(MAX_AUDIO_S),
                **(time_of.environment() if time_of else {}),
                **self.environment,
            }
            product = stack.enter_context(running_product(home, env=env))
            settings = Settings(home=home, database_url=env.get("LECTERN_DATABASE_URL", ""))
            context = open_context(settings)
            stack.callback(context.database.dispose)
            audit.install(context.database)
            ready = time.monotonic()
            self.tell(f"the product is ready at {product.api}")
            quiet = self._quiet_run(product.api, product.token)
            quiet_done = time.monotonic()

            customers = Customers(product.api, product.token, self.recordings, self.tell)
            recorder = Recorder(context.database, product.api)
            recorder.look()
            monkey = Monkey(
                product, context.database, env, time_of, disk, self.tell, lambda: recorder.ids
            )
            stack.callback(lambda: monkey.product.stop())
            with recorder.watching():
                self._trouble(monkey, customers)
                trouble_done = time.monotonic()
                monkey.product.wait_until_ready()
                self._settle(context.database, recorder)
                retried = self._retry(customers, context.database)
                if retried:
                    self._settle(context.database, recorder)
                settled = time.monotonic()
                customers.stop_listening()
            found = Evidence(
                list(customers.receipts.values()),
                self.recordings,
                quiet,
                recorder.in_order(),
                retried,
            )
            self._look(monkey, context, found)
        return Outcome(
            violations=self._violations(found, customers),
            counts=_counts(found, customers, monkey, retried),
            seconds={
                "start": round(ready - self.started, 1),
                "quiet_run": round(quiet_done - ready, 1),
                "trouble": round(trouble_done - quiet_done, 1),
                "until_all_over": round(settled - trouble_done, 1),
                "whole": round(time.monotonic() - self.started, 1),
            },
            recovery=recorder.recovery(monkey.log),
            log=[
                f"{done.began - quiet_done:.2f}–{done.ended - quiet_done:.2f} s:"
                f" {done.action}: {done.told}"
                for done in monkey.log
            ],
            simulated=[
                name for name, tool in (("full disk", disk), ("clock", time_of)) if tool is None
            ],
        )

    def _quiet_run(self, api: str, token: str) -> dict[str, Heard]:
        """What is heard in every good recording while nothing is wrong; these jobs are deleted."""
        good = [each for each in self.recordings.values() if each.outcome is None]
        people = Customers(api, token, self.recordings, self.tell)

        def transcribe(recording: Recording) -> tuple[str, Heard]:
            file = {"file": (recording.name, recording.data)}
            answer = people.ask("POST", "/v1/transcriptions", files=file)
            job = f"/v1/transcriptions/{answer.json()['id']}"
            found: dict[str, Any] = {"status": "queued"}
            until = time.monotonic() + SETTLE_S
            while found["status"] not in ENDED and time.monotonic() < until:
                found = people.ask("GET", f"{job}?wait=10").json()
            assert found["status"] == "succeeded", (recording.name, found)
            people.ask("DELETE", job)
            segments = [(s["start"], s["end"], s["text"]) for s in found["segments"]]
            return recording.name, (found["text"], tuple(sorted(segments, key=in_order)))

        with ThreadPoolExecutor(6) as pool:
            heard = dict(pool.map(transcribe, good))
        words = sum(len(text.split()) for text, _ in heard.values())
        self.tell(f"quiet run: {len(heard)} recordings, {words} words; {dict(people.answers)}")
        assert sum(bool(text) for text, _ in heard.values()) > 0.8 * len(heard), heard
        return heard

    def _trouble(self, monkey: Monkey, customers: Customers) -> None:
        began = time.monotonic()
        with ThreadPoolExecutor(1) as pool:
            served = pool.submit(customers.serve, self.plan.orders, began)
            for action in self.plan.actions:
                time.sleep(max(0.0, began + action.at_s - time.monotonic()))
                monkey.act(action)
            monkey.finish()
            self.tell("no more faults")
            served.result()
        self.tell(f"{len(customers.receipts)} recordings were sent")

    def _settle(self, database: Database, recorder: Recorder) -> None:
        """Wait until every job is over, or patience is; the invariants tell which."""
        began = time.monotonic()
        told = -1
        while time.monotonic() < min(began + SETTLE_S, recorder.moved(began) + STALLED_S):
            with database.read() as session:
                left = session.exec(
                    select(func.count())
                    .select_from(Transcription)
                    .where(col(Transcription.status).not_in(ENDED))
                ).one()
            if not left:
                return
            if left // 20 != told:
                told = left // 20
                self.tell(f"{left} jobs are not over yet")
            time.sleep(0.2)
        self.tell(f"{left} jobs are still not over")

    def _retry(self, customers: Customers, database: Database) -> set[str]:
        """Retry what failed and may be retried, as its customer would."""
        with database.read() as session:
            failed = session.exec(
                select(Transcription).where(
                    Transcription.status == Status.FAILED, Transcription.error_retryable
                )
            ).all()
        for job in failed:
            self.tell(f"retrying {job.name}: {job.error_code}: {job.error_message}")
            address = f"{customers.api}/v1/transcriptions/{job.id}/retry"
            headers = {"Authorization": f"Bearer {customers.token}"}
            httpx.post(address, headers=headers, timeout=30).raise_for_status()
        for receipt in customers.receipts.values():
            if receipt.order.fate == "delete at the end" and receipt.id:
                customers.delete(receipt)
        return {job.id for job in failed} - {
            receipt.id or "" for receipt in customers.receipts.values() if receipt.deleted
        }

    def _look(self, monkey: Monkey, context: Context, found: Evidence) -> None:
        evidence.drain(monkey.product, context.database, found)
        evidence.read_strays(monkey.product, found)
        monkey.product.stop()
        evidence.read_survivors(monkey.product, found)
        evidence.read_storage(context, found)
        with context.database.read() as session:
            evidence.read_rows(session, found)
        self.tell("stopped and looked through")

    @staticmethod
    def _violations(found: Evidence, customers: Customers) -> dict[str, list[str]]:
        told = invariants.violations(found)
        if customers.complaints:
            told["customers_complained"] = customers.complaints
        return told

    def _save_logs(self, home: Path) -> None:
        if self.keep_logs is not None and (home / "logs").exists():
            shutil.copytree(home / "logs", self.keep_logs, dirs_exist_ok=True)
            for name in ("lectern.db", "launcher.out"):
                if (home / name).exists():
                    shutil.copy(home / name, self.keep_logs)


def _counts(
    found: Evidence, customers: Customers, monkey: Monkey, retried: set[str]
) -> dict[str, Any]:
    degraded = invariants.degraded(found)
    return {
        "orders": len(found.receipts),
        "jobs": dict(Counter(str(job.status) for job in found.jobs.values())),
        "refused": sum(receipt.refused is not None for receipt in found.receipts),
        "deleted": sum(receipt.deleted for receipt in found.receipts),
        "answers_lost": sum(receipt.unsure for receipt in found.receipts),
        "jobs_sent_twice_because_of_lost_answers": len(found.jobs)
        - len({job.name for job in found.jobs.values()}),
        "failed_and_retried": len(retried),
        "degraded": sorted(job.name for job in degraded),
        "attempts": dict(Counter(str(attempt.state) for attempt in found.attempts)),
        "windows": sum(map(len, found.windows.values())),
        "windows_tried_again": _again(found),
        "orphaned_objects_swept": found.swept,
        "faults": dict(Counter(str(done.action.kind) for done in monkey.log if not done.missed)),
        "faults_that_hit_nobody": sum(done.missed for done in monkey.log),
        "indefinite_answers": dict(customers.answers.most_common()),
    }


def _again(found: Evidence) -> int:
    """Times a window was given to somebody after somebody else had had it."""
    begun = Counter(
        entry.id for entry in found.entries if entry.kind == "window" and entry.became == "running"
    )
    return sum(count - 1 for count in begun.values())


@contextmanager
def _folder() -> Iterator[str]:
    """A temporary folder with a short path: sockets go into it."""
    with tempfile.TemporaryDirectory(prefix="lc-", ignore_cleanup_errors=True) as folder:
        yield folder

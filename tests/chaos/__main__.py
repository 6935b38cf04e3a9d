"""`python -m tests.chaos`: a run from a seed, its outcome in `evaluation/results/chaos.json`."""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import signal
import subprocess
import sys
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from app.settings import REPOSITORY
from app.telemetry.service import machine_class
from tests.chaos.plan import Kind, Plan, draw
from tests.chaos.recordings import Recording, odd, pieces, whole
from tests.chaos.run import Outcome, Run
from tests.support.databases import PostgresServer

RESULT = REPOSITORY / "evaluation" / "results" / "chaos.json"
SEED = "LECTERN_CHAOS_SEED"
DATABASES = ("sqlite", "postgresql")


def prepare(
    seed: int, jobs: int, lasts_s: float, only: Collection[Kind] = frozenset(Kind)
) -> tuple[Plan, dict[str, Recording]]:
    """The plan and the recordings it names; the same for the same arguments."""
    kinds = {
        "short": pieces(seed, count=max(4, jobs // 16)),
        "long": whole(-(-jobs // 150) if jobs >= 24 else 0),
        "odd": odd(),
    }
    names = {kind: [each.name for each in found] for kind, found in kinds.items()}
    plan = draw(seed, jobs=jobs, lasts_s=lasts_s, kinds=only, **names)
    return plan, {each.name: each for found in kinds.values() for each in found}


def main() -> int:
    arguments = _arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # what was started is ended then, too
    began = time.monotonic()
    seed = arguments.seed if arguments.seed is not None else random.SystemRandom().randrange(10**6)
    results = _results(seed)
    kept = True
    for name in DATABASES if arguments.database == "both" else (arguments.database,):
        # A third of it on the second database: what differs is the database, not the rest
        share = 3 if name != arguments.database and name != DATABASES[0] else 1
        plan, recordings = prepare(
            seed, arguments.jobs // share, arguments.seconds / share, arguments.only
        )
        print(f"On {name}, seed {seed}: {len(plan.orders)} recordings, {len(plan.actions)} faults"
              f" in {plan.lasts_s:.0f} s. Run it again with --seed {seed}.")  # fmt: skip
        print(*plan.lines()["faults"], sep="\n")
        logs = arguments.logs and arguments.logs / name
        with _database(name) as environment:
            outcome = Run(plan, recordings, environment, logs).carry_out()
        _tell(outcome)
        kept &= not outcome.violations
        results["runs"][name] = _result(plan, outcome)
    results["seconds"] = round(time.monotonic() - began, 1)
    if arguments.out is not None:
        arguments.out.write_text(json.dumps(results, indent=1) + "\n")
    return 0 if kept else 1


@contextmanager
def _database(name: str) -> Iterator[dict[str, str]]:
    if name == "sqlite":
        yield {}
        return
    server = PostgresServer()
    try:
        yield {"LECTERN_DATABASE_URL": server.address(server.create())}
    finally:
        server.remove()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    environment = os.environ.get(SEED)
    parser.add_argument(
        "--seed", type=int, default=int(environment) if environment else None,
        help=f"decides all faults and recordings (default: ${SEED}, or a new one)",
    )  # fmt: skip
    parser.add_argument("--jobs", type=int, default=300, help="recordings sent (default 300)")
    parser.add_argument(
        "--seconds", type=float, default=120.0, help="how long things go wrong (default 120)"
    )
    parser.add_argument(
        "--database", choices=("both", *DATABASES), default="sqlite",
        help="both: a third as many recordings on PostgreSQL afterwards",
    )  # fmt: skip
    parser.add_argument(
        "--only", type=Kind, nargs="+", choices=list(Kind), default=list(Kind),
        help="kinds of fault to draw from (default: all)",
    )  # fmt: skip
    parser.add_argument("--out", type=Path, default=None, help="write the results here")
    parser.add_argument("--logs", type=Path, default=None, help="copy logs and database here")
    return parser.parse_args()


def _tell(outcome: Outcome) -> None:
    print(json.dumps(outcome.counts, indent=1))
    for name, figures in outcome.recovery["faults"].items():
        print(f"  {name:32} {figures}")
    print(outcome.seconds, *(f"simulated only: {name}" for name in outcome.simulated))
    for name, cases in outcome.violations.items():
        print(f"VIOLATED {name}: {len(cases)} cases")
        for case in cases[:12]:
            print(f"    {case}")
    print("Every promise was kept." if not outcome.violations else "Promises were broken.")


def _results(seed: int) -> dict[str, Any]:
    head = ["git", "rev-parse", "HEAD"]
    told = subprocess.run(head, cwd=REPOSITORY, text=True, capture_output=True, check=False)
    return {
        "command": f"make test-chaos {SEED}={seed}",
        "seed": seed,
        "machine": machine_class(),
        "load_before": round(os.getloadavg()[0], 2),
        "python": platform.python_version(),
        "commit": told.stdout.strip(),
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "runs": {},
    }


def _result(plan: Plan, outcome: Outcome) -> dict[str, Any]:
    return {
        "promises_broken": outcome.violations,
        "counts": outcome.counts,
        "seconds": outcome.seconds,
        "recovery": outcome.recovery,
        "simulated_only": outcome.simulated,
        "what_was_done": outcome.log,
        "plan": plan.lines(),
    }


if __name__ == "__main__":
    sys.exit(main())

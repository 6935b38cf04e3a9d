"""`python -m evaluation.bench.adaptation`: from terms and a page of text to a judged adapter.

Takes the way a customer's domain takes, without the product around it: the same plan, the same
pipeline, nothing made before. Writes `results/adaptation.json`: seconds a stage, what they were
expected to be, figures, the gate's verdicts. It means something on an idle machine only; the load
that was there when it began stands in the result.
"""

# Ch 11 · Automating the Pipeline: "100 terms within half an hour" is a number that a command measures

from __future__ import annotations

import argparse
import json
import os
import subprocess
import tempfile
import time
import tomllib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from app.adaptations.order import Order
from app.settings import REPOSITORY, Settings
from app.telemetry.service import machine_class
from data.domains.folder import RECORD
from data.domains.record import VersionRecord
from evaluation.bench.versions import versions
from worker.adaptation import customers
from worker.adaptation.customers import Written

FIELD: Final = Path(__file__).with_suffix(".toml")
RESULT: Final = REPOSITORY / "evaluation" / "results" / "adaptation.json"


class NotMade(Exception):
    """The pipeline failed; the message is its own."""


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    try:
        if options.home is not None:
            result = measure(options.home, options.parent, options.terms)
        else:
            with tempfile.TemporaryDirectory(prefix="lectern-adaptation-") as home:
                result = measure(Path(home), options.parent, options.terms)
    except NotMade as error:
        print(f"Not made: {error}")
        return 2
    options.output.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n")
    print(f"{result['seconds'] / 60:.1f} minutes; written to {options.output}")
    return 0


def measure(home: Path, parent: str, count: int) -> dict[str, Any]:
    """Make the adapter below `home`. Raises `NotMade`."""
    settings = Settings(home=home)
    load = os.getloadavg()[0]
    written = customers.write(order(parent, count), settings)
    began = time.monotonic()
    stages, last = _run(written, settings)
    seconds = time.monotonic() - began
    if last.get("state") != "made":
        raise NotMade(last.get("message", "it ended without a word"))
    record = VersionRecord.read(Path(last["folder"]) / RECORD)
    return {
        "command": f"python -m evaluation.bench.adaptation --parent {parent} --terms {count}",
        "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": machine_class(),
        "load_at_start": round(load, 2),
        "parent": parent,
        "versions": versions(),
        "plan": {
            "trained": len(written.plan.trained),
            "held_out": len(written.plan.held_out),
            "left_out": len(written.plan.left_out),
            "sentences": {split: len(s) for split, s in written.plan.sentences.items()},
        },
        "seconds": round(seconds, 1),
        "expected_seconds": round(sum(written.expected.values()), 1),
        "stages": [
            {"stage": name, "seconds": taken, "expected": round(written.expected[name], 1)}
            for name, taken in stages.items()
        ],
        "strength": record.adapter.strength,
        "metrics": [m.model_dump() for m in record.metrics if m.group is None],
        "gate": record.gate.model_dump() if record.gate else None,
    }


def order(parent: str, count: int) -> Order:
    """The field of the bench with its first terms."""
    told = tomllib.loads(FIELD.read_text(encoding="utf-8"))
    said: Mapping[str, str] = told["sounds_like"]
    return Order(
        name="glaciology",
        title="Glaciology",
        about="",
        parent=parent,
        terms=tuple((term, said.get(term, "")) for term in told["terms"][:count]),
        text=told["page"]["text"],
    )


def _run(written: Written, settings: Settings) -> tuple[dict[str, float], dict[str, Any]]:
    """Seconds of each stage that was made, and the last word."""
    stages: dict[str, float] = {}
    last: dict[str, Any] = {}
    environment = {**os.environ, "LECTERN_HOME": str(settings.home.absolute())}
    # Where speech synthesis was installed, a home of its own does not know
    known = REPOSITORY / ".lectern" / "synthesis"
    environment.setdefault("LECTERN_SYNTHESIS", str(known))
    command = customers.command(written.folder, settings)
    with subprocess.Popen(
        command, cwd=REPOSITORY, env=environment, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            try:
                last = json.loads(line)
            except ValueError:
                continue
            if last.get("state") in ("done", "reused") and last.get("stage") in written.expected:
                stages[last["stage"]] = last["seconds"]
                print(f"{last['stage']}: {last['seconds']:.0f} s", flush=True)
    return stages, last


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m evaluation.bench.adaptation")
    parser.add_argument("--terms", type=int, default=100)
    parser.add_argument("--parent", default="whisper-base")
    parser.add_argument("--home", type=Path, help="keep everything there; default: a new folder")
    parser.add_argument("--output", type=Path, default=RESULT)
    return parser


if __name__ == "__main__":
    raise SystemExit(main())

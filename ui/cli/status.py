"""`lectern status`: is it running, where, and what is it doing."""

from __future__ import annotations

import json
import sys
from typing import Any

from ui import wire
from ui.cli import find
from ui.cli.api import CommandClient
from ui.cli.exits import Exit, Stop
from ui.cli.progress import finish
from ui.client import ApiError

SHOWN = 200
"""Jobs asked for; a longer queue is told as "200 or more"."""


def run(as_json: bool) -> Exit:
    """Raises `Stop`: the product answers, but not to us."""
    product = find.find()
    told: dict[str, Any] = {"running": False, "api": None, "page": None, "pid": None}
    if product is not None:
        told = {"running": True, "api": product.api, "page": product.page, "pid": product.pid}
        told |= _asked(CommandClient(product.settings))
    if as_json:
        sys.stdout.write(json.dumps(told, indent=2) + "\n")
    else:
        sys.stdout.write("\n".join(_lines(told)) + "\n")
    return Exit.FINE if told.get("ready") else Exit.UNUSABLE


def _asked(client: CommandClient) -> dict[str, Any]:
    readiness = client.readiness()
    try:
        queued = client.transcriptions(limit=SHOWN, status=["queued"])
        running = client.transcriptions(limit=SHOWN, status=["running"])
    except ApiError as error:
        raise Stop(error.detail, Exit.UNUSABLE, error.code) from error
    return {
        "ready": bool(readiness["ready"]),
        "checks": dict(readiness["checks"]),
        "queued": len(queued.items),
        "jobs": [_job(job) for job in running.items],
    }


def _job(job: wire.Summary) -> dict[str, Any]:
    return {
        "id": job.id,
        "name": job.name,
        "model": job.model.name,
        "stage": job.stage,
        "done_s": job.done_s,
        "duration_s": job.duration,
        "progress": job.progress,
        "eta_s": job.eta_seconds,
    }


def _lines(told: dict[str, Any]) -> list[str]:
    if not told["running"]:
        return [
            "Lectern is not running. Recordings and transcripts are safe on disk.",
            "Start it with `make run`; `lectern transcribe` works without it.",
        ]
    of = f" (process {told['pid']})" if told["pid"] else ""
    lines = [f"Lectern is running{of}.", f"  API     {told['api']}"]
    if told["page"]:
        lines.append(f"  Page    {told['page']}")
    wrong = {name: says for name, says in told["checks"].items() if says != "ok"}
    lines.append(f"  Ready   {'yes' if told['ready'] else 'no'}")
    lines += [f"          {name}: {says}" for name, says in wrong.items()]
    more = " or more" if told["queued"] == SHOWN else ""
    lines.append(f"  Queue   {told['queued']}{more} waiting, {len(told['jobs'])} running")
    lines += [f"          {_line(job)}" for job in told["jobs"]]
    return lines


def _line(job: dict[str, Any]) -> str:
    whole = f" of {job['duration_s'] / 60:.1f}" if job["duration_s"] else ""
    ends = finish(job["eta_s"])
    return f"{job['name']}: {job['done_s'] / 60:.1f}{whole} min, {job['model']}" + (
        f", {ends}" if ends else ""
    )

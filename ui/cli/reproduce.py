"""`lectern reproduce`: a process of the worker's code makes the transcript again and compares.

It needs the recordings, not the product: it works in the same way while the product runs, on the
computer that it runs on, and while it does not.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from ui.cli import processes
from ui.cli.exits import Exit, Stop

SHOWN = 10
"""Windows that are told one by one."""
_USAGE = frozenset({"not_found", "no_database"})
_VERDICTS = {
    "identical": "Identical: every text, time and score came out as it is stored.",
    "differs": "It differs: not every bit came out as it is stored.",
    "incomplete": "Nothing differs, but not everything could be compared.",
}


def run(
    transcription_id: str,
    *,
    compute_type: str | None,
    streams: int | None,
    instructions: str | None,
    as_json: bool,
) -> Exit:
    """Raises `Stop`: nothing was compared, with the reason."""
    arguments = [transcription_id]
    arguments += ["--compute-type", compute_type] if compute_type else []
    arguments += ["--streams", str(streams)] if streams else []
    arguments += ["--instructions", instructions] if instructions else []
    told = processes.run("worker.reproduce", arguments, transcription_id, _stage)
    event = told.pop("event")
    if event == "refused":
        code = Exit.USAGE if told["code"] in _USAGE else Exit.UNUSABLE
        raise Stop(f"{told['message']} Nothing was changed.", code, told["code"])
    if as_json:
        sys.stdout.write(json.dumps(told, indent=2) + "\n")
    else:
        sys.stdout.write("\n".join(lines(told)) + "\n")
    return Exit.FINE if told["verdict"] == "identical" else Exit.SOME_FAILED


def _stage(told: dict[str, Any]) -> str:
    return "loading the model" if told["stage"] == "loading" else "making it again"


def lines(told: dict[str, Any]) -> list[str]:
    """What a person reads."""
    found = [
        f"{told['name']}: {told['identical']} of {told['windows']} windows identical"
        f" ({told['audio_s']:.0f} s of sound made again in {told['seconds']:.0f} s).",
        _VERDICTS[told["verdict"]],
    ]
    if told["samples"] != "identical":
        found.append("The recording was decoded to other samples than then.")
    if told["gaps"]:
        found.append(f"{told['gaps']} windows are gaps: no model could recognise them then.")
    for window in told["differing"][:SHOWN]:
        found += _differing(window)
    found += [
        f"{_at(window)}  not compared: {window['problem']}" for window in told["not_heard"][:SHOWN]
    ]
    left = max(0, len(told["differing"]) - SHOWN) + max(0, len(told["not_heard"]) - SHOWN)
    found += [f"… and {left} more; --json tells all."] if left else []
    if told["conditions"]:
        found.append("Not as it was then:")
        found += [f"  {c['what']}: then {c['then']}; now {c['now']}" for c in told["conditions"]]
    return found


def _differing(window: dict[str, Any]) -> list[str]:
    told = [f"{_at(window)}  differs in {', '.join(window['differs'])}"]
    if window["problem"]:
        told[0] += f": {window['problem']}"
    if window["text"] is not None:
        told += [f"  then: {window['recorded_text']}", f"  now:  {window['text']}"]
    return told


def _at(window: dict[str, Any]) -> str:
    return f"window {window['number']} ({window['start_s']:.1f}–{window['end_s']:.1f} s)"

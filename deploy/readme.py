"""`python -m deploy.readme`: rewrite what the README has from results files and settings.

No number stands in a document by hand: each lies between two markers and comes from a file that a
command regenerates. `--check` fails when the README is not what would be written.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from typing import Any

from app.settings import REPOSITORY
from deploy.domains_table import domain_tables
from deploy.exports_table import exports_table
from deploy.quality_table import quality_tables
from deploy.settings_table import settings_table

README = REPOSITORY / "README.md"
RESULTS = REPOSITORY / "evaluation" / "results"


def _results(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((RESULTS / f"{name}.json").read_text())
    return found


def recogniser_table() -> str:
    """Speed, memory and word errors beside faster-whisper's own call."""
    found = _results("recogniser")
    rows = [
        "| model, corpus | engine | WER % | x real time | first words s | peak MB |",
        "|---|---|---|---|---|---|",
    ]
    notes = []
    for row in found["rows"]:
        name = f"{row['model']}, {row['corpus']}"
        for engine, values in row["engines"].items():
            rows.append(
                f"| {name} | {engine} | {values['wer_percent']:.2f} | {values['rtfx']:.1f} |"
                f" {values['first_words_s']:.1f} | {values['peak_rss_mb']} |"
            )
            name = ""
        difference = row["wer_difference"]
        notes.append(
            f"- {row['model']}, {row['corpus']}: **{row['speed_ratio']:.1f} times as fast**; WER"
            f" {difference['points']:+.2f} points, 95 % interval {difference['low']:+.2f} to"
            f" {difference['high']:+.2f} over {difference['blocks']} {difference['blocks_are']}"
        )
    made = (
        f"Measured {found['made_at'][:10]} on {found['machine']}, medians of {found['repeats']}"
        f" interleaved runs, {found['normaliser']}; `{found['command']}` writes it again."
    )
    return "\n".join([*rows, "", *notes, "", made])


STEPS = {
    "clone": "`git clone`",
    "install": "`make run`: install everything into `.venv`",
    "start": "start",
    "first_transcript": "first transcript (56 s of audio)",
    "clone_to_first_transcript": "**clone to first transcript, in all**",
    "second_start_without_network": "second start, network closed",
    "stop": "Ctrl-C until everything has stopped",
}


def first_run_table() -> str:
    """What a newcomer waits for."""
    found = _results("first-run")
    rows = ["| step | seconds |", "|---|---|"]
    rows += [f"| {said} | {found['seconds'][name]:.1f} |" for name, said in STEPS.items()]
    made = f"Measured {found['measured_at'][:10]} on {found['machine']}: `make bench-first-run`."
    return "\n".join([*rows, "", made])


def memory_table() -> str:
    """What each process has allocated at most, by the length of the recording."""
    found = _results("memory")
    sound = [row for row in found["rows"] if row["container"] == "opus"]
    lengths = [f"{row['audio_s'] / 60:.0f} min" for row in sound]
    last = found["slopes"]["opus"][-1]["own_mb_an_hour"]
    rows = [
        f"| MB | at rest | {' | '.join(lengths)} | an hour more |",
        "|---" * (len(sound) + 3) + "|",
    ]
    for role, values in sound[0]["roles"].items():
        peaks = [f"{row['roles'][role]['own_peak_mb']:.0f}" for row in sound]
        cells = [role, f"{values['own_baseline_mb']:.0f}", *peaks, f"{last[role]:+.1f}"]
        rows.append(f"| {' | '.join(cells)} |")
    longest = sound[-1]
    polling, reading = longest["polling"], longest["reading"]
    memory = reading["api_own_mb"]
    made = (
        f"The longest has {longest['windows']} windows with {longest['speech_s'] / 60:.0f} minutes"
        f" of speech. Reading its transcript ({reading['answers']['whole']['mb']:.1f} MB) takes the"
        f" API from {memory['before']:.0f} to {memory['peak']:.0f} MB; after eleven readings in six"
        f" forms it holds {memory['after_eleven_times']:.0f} MB. Asking how far it is took"
        f" {polling['poll_ms_first_tenth']:.0f} ms at the beginning and"
        f" {polling['poll_ms_last_tenth']:.0f} ms at the end; the database's log never exceeded"
        f" {polling['wal_peak_mb']:.1f} MB. Measured {found['made_at'][:10]} on {found['machine']}"
        f" with {found['model']}: `make bench-memory`."
    )
    return "\n".join([*rows, "", made])


BLOCKS: dict[str, Callable[[], str]] = {
    "settings": settings_table,
    "recogniser": recogniser_table,
    "first-run": first_run_table,
    "memory": memory_table,
    "quality": quality_tables,
    "domains": domain_tables,
    "exports": exports_table,
}


def rendered(text: str) -> str:
    """`text` with every block between its markers as it should be."""
    for name, make in BLOCKS.items():
        start, end = f"<!-- {name}: made by make readme -->", f"<!-- end of {name} -->"
        pattern = re.compile(re.escape(start) + r".*?" + re.escape(end), re.DOTALL)
        if not pattern.search(text):
            raise SystemExit(f"README.md has no block {name!r}")
        before, after = pattern.split(text, maxsplit=1)
        text = f"{before}{start}\n{make()}\n{end}{after}"
    return text


def main() -> None:
    text = README.read_text()
    wanted = rendered(text)
    if "--check" in sys.argv[1:]:
        if wanted != text:
            sys.exit("README.md is out of date: run `make readme`")
        return
    README.write_text(wanted)


if __name__ == "__main__":
    main()

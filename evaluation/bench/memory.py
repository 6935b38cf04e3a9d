"""`python -m evaluation.bench.memory`: what every process needs while a recording is transcribed.

Recordings of ten minutes, an hour and ten hours go one after the other through one product, so
that what a short one leaves behind counts for the long one as well. Writes `results/memory.json`.
"""

# Ch 12 · Scaling the System: that memory does not grow with the length is measured up to ten hours

from __future__ import annotations

import argparse
import json
import os
import subprocess
import tempfile
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from app.settings import REPOSITORY
from app.telemetry.service import machine_class
from evaluation.bench.product import Subject, started
from evaluation.bench.recording import PIECE_S, SOUND, VIDEO, Kind, write_recording
from evaluation.bench.resident import MB, SAMPLE_S, Roles, Watch, settled, watching
from evaluation.bench.traffic import Traffic, read_all, submit
from evaluation.bench.versions import versions

RESULTS: Final = REPOSITORY / "evaluation" / "results" / "memory.json"
MINUTES: Final = (10.0, 60.0, 600.0)
VIDEO_MINUTES: Final = (10.0,)
PAUSE_S: Final = 120.0
MODEL: Final = "tiny.en"
WARM_UP: Final = (240.0, 240.0, 60.0)
"""Lengths in seconds, sent at once. A new process grows until each of its threads has once had
the largest piece of work there is; what counts is what comes after that."""
PARTS: Final = 10


def warm_up(subject: Subject, folder: Path) -> None:
    """Have every process do everything once; of the media workers both."""
    with subject.client() as client:
        jobs = []
        for number, length_s in enumerate(WARM_UP):
            path = folder / f"warm-up-{number}.{SOUND.suffix}"
            write_recording(path, length_s, 1.0)
            jobs.append(submit(client, path))
        for job in jobs:
            with Traffic(subject, job) as traffic:
                traffic.until_over()
            read_all(client, job)


def measure(subject: Subject, recording: Path) -> dict[str, Any]:
    """Transcribe `recording`, asking how far it is. Raises `RuntimeError`: the job failed."""
    before = settled(subject.supervisor_pid)
    begun = time.monotonic()
    with (
        watching(subject.supervisor_pid) as watch,
        subject.client() as client,
        Traffic(subject, submit(client, recording)) as traffic,
    ):
        traffic.until_over()
    wall_s = time.monotonic() - begun
    after = settled(subject.supervisor_pid)
    return {
        **_facts(subject, traffic.job),
        "wall_s": round(wall_s, 1),
        "roles": _by_role(before, watch, after),
        "own_mb_by_tenth": {role: _by_part(watch, role) for role in watch.roles},
        "polling": traffic.report(),
        "job": traffic.job,
    }


def _facts(subject: Subject, job: str) -> dict[str, Any]:
    [(status, duration_s)] = subject.asked(
        "SELECT status, duration_s FROM transcription WHERE id=?", job
    )
    if status != "succeeded":
        raise RuntimeError(f"the job is {status}: nothing can be said about it")
    [(windows, speech_s)] = subject.asked(
        "SELECT count(*), sum(speech_s) FROM window WHERE transcription_id=?", job
    )
    [(segments, words)] = subject.asked(
        "SELECT count(*), sum(json_array_length(words)) FROM segment WHERE transcription_id=?", job
    )
    return {
        "audio_s": round(duration_s, 1),
        "speech_s": round(speech_s, 1),
        "windows": windows,
        "segments": segments,
        "words": words,
    }


def _by_role(before: Roles, watch: Watch, after: Roles) -> dict[str, dict[str, float]]:
    return {
        role: {
            f"{what}_{when}_mb": round(value, 1)
            for what in ("own", "resident")
            for when, value in (
                ("baseline", getattr(before[role], what) / MB),
                ("peak", watch.peak(role, what)),
                ("end", getattr(after[role], what) / MB),
            )
        }
        for role in watch.roles
    }


def _by_part(watch: Watch, role: str) -> list[float]:
    """The peak of each tenth of the time, to see whether it still rises at the end."""
    step_s = watch.length_s / PARTS
    return [
        round(watch.peak(role, "own", part * step_s, (part + 1) * step_s), 1)
        for part in range(PARTS)
    ]


def reading(subject: Subject, job: str) -> dict[str, Any]:
    """What the API needs for the transcript in every form, and for reading it again and again."""
    before = settled(subject.supervisor_pid)["api"]
    with watching(subject.supervisor_pid, 0.05) as watch, subject.client() as client:
        answers = read_all(client, job)
    once = settled(subject.supervisor_pid)["api"]
    with subject.client() as client:
        read_all(client, job, times=10)
    often = settled(subject.supervisor_pid)["api"]
    return {
        "answers": answers,
        "api_own_mb": {
            "before": round(before.own / MB, 1),
            "peak": round(watch.peak("api"), 1),
            "after_once": round(once.own / MB, 1),
            "after_eleven_times": round(often.own / MB, 1),
        },
    }


def slopes(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Growth of each role's peak in MB an hour of audio, from each recording to the next longer."""
    found = []
    for shorter, longer in pairwise(sorted(rows, key=lambda row: float(row["audio_s"]))):
        hours = (longer["audio_s"] - shorter["audio_s"]) / 3600
        found.append(
            {
                "from_s": shorter["audio_s"],
                "to_s": longer["audio_s"],
                "own_mb_an_hour": {
                    role: round((longer["roles"][role]["own_peak_mb"] - peak) / hours, 2)
                    for role, peak in _peaks(shorter).items()
                },
            }
        )
    return found


def _peaks(row: dict[str, Any]) -> dict[str, float]:
    return {role: float(values["own_peak_mb"]) for role, values in row["roles"].items()}


def main() -> None:
    arguments = _arguments()
    rows: dict[str, list[dict[str, Any]]] = {SOUND.suffix: [], VIDEO.suffix: []}
    wanted = [(minutes, SOUND) for minutes in arguments.minutes]
    wanted += [(minutes, VIDEO) for minutes in arguments.video_minutes]
    with tempfile.TemporaryDirectory(prefix="lectern-memory-") as name:
        folder = Path(name)
        with started(folder / "home", {"LECTERN_MODEL": MODEL}) as subject:
            warm_up(subject, folder)
            for minutes, kind in sorted(wanted, key=lambda each: each[0]):
                print(f"{minutes:g} minutes as {kind.suffix} ...", flush=True)
                rows[kind.suffix].append(_one(subject, folder, minutes, kind, arguments.pause))
                _write(arguments, rows)
                _say(rows[kind.suffix][-1])
    print(f"written to {arguments.output}")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m evaluation.bench.memory", description=__doc__)
    parser.add_argument("--minutes", nargs="*", type=float, default=MINUTES)
    parser.add_argument("--video-minutes", nargs="*", type=float, default=VIDEO_MINUTES)
    parser.add_argument("--pause", type=float, default=PAUSE_S, help="seconds between half minutes")
    parser.add_argument("--output", type=Path, default=RESULTS)
    return parser.parse_args()


def _one(
    subject: Subject, folder: Path, minutes: float, kind: Kind, pause_s: float
) -> dict[str, Any]:
    path = folder / f"{minutes:g}-minutes.{kind.suffix}"
    write_recording(path, 60 * minutes, pause_s, kind)
    try:
        row = {"container": kind.suffix, "bytes": path.stat().st_size, **measure(subject, path)}
        read = reading(subject, row.pop("job"))
        return {**row, "reading": read}
    finally:
        path.unlink()


def _write(arguments: argparse.Namespace, rows: dict[str, list[dict[str, Any]]]) -> None:
    commit = ["git", "rev-parse", "HEAD"]
    result = {
        "command": "python -m evaluation.bench.memory",
        "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": machine_class(),
        "cores": len(os.sched_getaffinity(0)),
        "versions": versions(),
        "commit": subprocess.check_output(commit, cwd=REPOSITORY, text=True).strip(),
        "model": MODEL,
        "sample_s": SAMPLE_S,
        "warm_up_s": WARM_UP,
        "recording": f"{PIECE_S:g} s of tests/audio/two-minutes.opus, {arguments.pause:g} s of"
        " pause, again and again",
        "units": "1 MB = 1,000,000 bytes; own: anonymous pages of a role's processes, those that"
        " forks share counted once; resident: sum of their resident sets",
        "rows": [row for kind in rows.values() for row in kind],
        "slopes": {suffix: slopes(found) for suffix, found in rows.items()},
    }
    arguments.output.parent.mkdir(parents=True, exist_ok=True)
    arguments.output.write_text(json.dumps(result, indent=1) + "\n")


def _say(row: dict[str, Any]) -> None:
    print(
        f"  {row['audio_s']:.0f} s of audio, {row['speech_s']:.0f} s of speech in {row['windows']}"
        f" windows, {row['wall_s']:.0f} s; database's log up to {row['polling']['wal_peak_mb']} MB"
    )
    for role, values in row["roles"].items():
        print(
            f"  {role:14} own {values['own_baseline_mb']:7.1f} {values['own_peak_mb']:7.1f}"
            f" {values['own_end_mb']:7.1f}   resident {values['resident_baseline_mb']:7.1f}"
            f" {values['resident_peak_mb']:7.1f} {values['resident_end_mb']:7.1f} MB"
        )


if __name__ == "__main__":
    main()

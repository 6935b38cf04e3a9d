"""Stages that run once: each kept under the sum of all it was made from.

A stage names its inputs: files, parameters, its own source, and the stages before it, of which the
sums of their outputs count. Its folder is `<stage>-<key>`, made beside its place and moved there in
one step with a `stage.json` of what went in and what came out. So a second run does nothing, a
changed input makes anew just what depends on it (and nothing after a stage whose output did not
change), and whatever stops a run leaves every finished stage as it was.
"""

# Ch 11 · Automating the Pipeline: stages with declared inputs; only what changed runs again
# Ch 17 · Pipeline Quality: a stage is whole or absent, its sums are checked before it is used

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from filelock import FileLock, Timeout

STAGE: Final = "stage.json"
_KEY_LETTERS: Final = 20


class StageFailed(Exception):
    """A stage could not do its work; the message says why and what to do. Nothing is lost."""

    def __init__(self, message: str, stage: str = "") -> None:
        super().__init__(message)
        self.stage = stage


@dataclass(frozen=True, slots=True)
class Work:
    """What a running stage is given."""

    out: Path
    """Empty at the start; what is in it at the end is the stage's output."""
    scratch: Path
    """Kept when the stage is stopped or killed, to go on from; gone when it is done."""
    before: Mapping[str, Path]
    """Outputs of the stages it comes after."""
    progress: Callable[[float, str], None]
    """Told the share done, 0 to 1, and a word about it."""


@dataclass(frozen=True, slots=True)
class Stage:
    """A step of a pipeline."""

    name: str
    run: Callable[[Work], None]
    files: Mapping[str, Path] = field(default_factory=dict)
    """Inputs from outside; one that is not there counts as absent."""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    code: Sequence[Path] = ()
    """Source files and folders that decide what comes out."""
    after: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Result:
    stage: str
    folder: Path
    reused: bool
    seconds: float
    """It took to make, now or then."""
    inputs: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Event:
    """For whoever shows how far it is."""

    stage: str
    state: str
    """started, waiting, progress, done, reused"""
    number: int
    of: int
    share: float = 0.0
    note: str = ""
    seconds: float = 0.0


Report = Callable[[Event], None]


def silent(event: Event) -> None:
    """Nobody watches."""
    del event


def run(stages: Sequence[Stage], folder: Path, report: Report = silent) -> dict[str, Result]:
    """Run what has not been run, in this order; results by stage.

    Raises:
        StageFailed: with the stage; those before it are kept.
    """
    results: dict[str, Result] = {}
    for number, stage in enumerate(stages, start=1):
        told = _Told(stage.name, number, len(stages), report)
        try:
            results[stage.name] = _result(stage, results, folder, told)
        except StageFailed as failed:
            failed.stage = failed.stage or stage.name
            raise
        except OSError as error:
            raise StageFailed(_of_system(error), stage.name) from error
    return results


def _result(stage: Stage, results: Mapping[str, Result], folder: Path, told: _Told) -> Result:
    inputs = _inputs(stage, results)
    key = hashlib.sha256(json.dumps(inputs, sort_keys=True).encode()).hexdigest()[:_KEY_LETTERS]
    place = folder / f"{stage.name}-{key}"
    folder.mkdir(parents=True, exist_ok=True)
    with _alone(folder / f".{place.name}.lock", told):
        known = _whole(place)
        if known is not None:
            told("reused", seconds=known["seconds"])
            return Result(stage.name, place, True, known["seconds"], inputs)
        told("started")
        seconds = _make(stage, inputs, place, results, told)
    told("done", share=1.0, seconds=seconds)
    return Result(stage.name, place, False, seconds, inputs)


def _make(
    stage: Stage,
    inputs: Mapping[str, Any],
    place: Path,
    results: Mapping[str, Result],
    told: _Told,
) -> float:
    if place.exists():  # what was there has been changed since: nobody may use it any more
        shutil.rmtree(place)
    making = place.with_name(f".making-{place.name}")
    out, scratch = making / "out", making / "scratch"
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    scratch.mkdir(exist_ok=True)
    earlier = {name: results[name].folder for name in stage.after}
    began = time.monotonic()
    try:
        stage.run(Work(out, scratch, earlier, lambda share, note: told("progress", share, note)))
    except BaseException:
        shutil.rmtree(out, ignore_errors=True)  # room for others, above all on a full disk
        raise
    seconds = round(time.monotonic() - began, 3)
    described = {
        "stage": stage.name,
        "inputs": inputs,
        "outputs": sums_of(out),
        "seconds": seconds,
    }
    with (out / STAGE).open("w", encoding="utf-8") as file:
        file.write(json.dumps(described, indent=1, sort_keys=True) + "\n")
        file.flush()
        os.fsync(file.fileno())
    out.rename(place)
    shutil.rmtree(making, ignore_errors=True)
    return seconds


def _inputs(stage: Stage, results: Mapping[str, Result]) -> dict[str, Any]:
    return {
        "stage": stage.name,
        "files": {name: _sum(path) for name, path in stage.files.items()},
        "parameters": json.loads(json.dumps(dict(stage.parameters), sort_keys=True)),
        "code": code_sum(stage.code),
        "after": {name: _outputs_sum(results[name].folder) for name in stage.after},
    }


def _outputs_sum(folder: Path) -> str:
    outputs = json.loads((folder / STAGE).read_bytes())["outputs"]
    return hashlib.sha256(json.dumps(outputs, sort_keys=True).encode()).hexdigest()


def _whole(place: Path) -> dict[str, Any] | None:
    """What is known of a finished stage; None when there is none, or its files were changed."""
    try:
        described: dict[str, Any] = json.loads((place / STAGE).read_bytes())
        return described if sums_of(place) == described["outputs"] else None
    except (OSError, ValueError, KeyError):
        return None


def finished(folder: Path) -> list[dict[str, Any]]:
    """What is known of every finished stage below `folder`: its `stage.json`, and `folder`."""
    found = []
    for path in sorted(folder.glob(f"*/{STAGE}"), key=lambda path: path.stat().st_mtime):
        if not path.parent.name.startswith("."):
            found.append({**json.loads(path.read_bytes()), "folder": path.parent})
    return found


def forget(folder: Path, sha256: str) -> int:
    """Remove every stage that has a file with this sum, and all that was made from it.

    Unfinished work goes as well: nobody can say what is in it. Gives the number of stages.
    """
    # Ch 28 · Security and Privacy: who takes a recording back takes it out of what was kept of it
    known = finished(folder)
    gone: set[str] = set()
    while True:
        more = [
            each
            for each in known
            if each["folder"].exists()
            and (
                sha256 in each["outputs"].values()
                or sha256 in each["inputs"]["files"].values()
                or gone & set(each["inputs"]["after"].values())
            )
        ]
        if not more:
            break
        for each in more:
            gone.add(_outputs_sum(each["folder"]))
            shutil.rmtree(each["folder"])
    for unfinished in folder.glob(".making-*") if gone else ():
        shutil.rmtree(unfinished, ignore_errors=True)
    return sum(not each["folder"].exists() for each in known)


def sums_of(folder: Path) -> dict[str, str]:
    """SHA-256 of every file below `folder` but `stage.json`, by its path."""
    return {
        path.relative_to(folder).as_posix(): _sum(path)
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path != folder / STAGE
    }


def code_sum(code: Sequence[Path]) -> str:
    """One sum of source files; of a folder all Python files and tables below it."""
    digest = hashlib.sha256()
    for each in code:
        inside = [p for p in each.rglob("*") if p.suffix in {".py", ".toml"}]
        for path in sorted(inside) if each.is_dir() else [each]:
            digest.update(f"{path.name} {_sum(path)}\n".encode())
    return digest.hexdigest()


def _sum(path: Path) -> str:
    """Of a file, of a folder's files, or `absent`."""
    if path.is_dir():
        return hashlib.sha256(json.dumps(sums_of(path), sort_keys=True).encode()).hexdigest()
    if not path.exists():
        return "absent"
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@dataclass(frozen=True, slots=True)
class _Told:
    stage: str
    number: int
    of: int
    report: Report

    def __call__(
        self, state: str, share: float = 0.0, note: str = "", seconds: float = 0.0
    ) -> None:
        self.report(Event(self.stage, state, self.number, self.of, share, note, seconds))


@contextmanager
def _alone(path: Path, told: _Told) -> Iterator[None]:
    """One run at a time. The system lets go of the lock when its holder dies, however it dies."""
    lock = FileLock(path)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        told("waiting", note="another run is making it")
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


def _of_system(error: OSError) -> str:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return (
            "The disk is full. What was made so far is kept, and nothing that is in use was "
            "changed: make room and run it again."
        )
    return f"{error.strerror or error}" + (f": {error.filename}" if error.filename else "")

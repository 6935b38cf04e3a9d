"""Runs by name: those committed with the suite and those a user made."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from pathlib import Path

from app.settings import get_settings
from evaluation.runs.format import BadRun, Run, load

COMMITTED = Path(__file__).parents[1] / "results" / "runs"


def folders() -> tuple[Path, ...]:
    """Where runs lie; a user's own come first."""
    return get_settings().home / "evaluation" / "runs", COMMITTED


def names(places: Sequence[Path] | None = None) -> dict[str, Path]:
    """All runs by name; a user's own run hides a committed one of the same name."""
    found: dict[str, Path] = {}
    for folder in reversed(places if places is not None else folders()):
        found.update({path.stem: path for path in sorted(folder.glob("*.json"))})
    return dict(sorted(found.items()))


def find(name: str) -> Path:
    """The file of a run, given its path or its name. Raises `BadRun` with what there is."""
    path = Path(name)
    if path.is_file():
        return path
    known = names()
    if name in known:
        return known[name]
    near = difflib.get_close_matches(name, known, n=3, cutoff=0.4)
    hint = f" Near it: {', '.join(near)}." if near else " `python -m evaluation run` makes runs."
    raise BadRun(f"There is no run {name}, neither as a file nor by name.{hint}")


def load_named(wanted: Sequence[str]) -> list[Run]:
    """The runs named, or all there are. Raises `BadRun`."""
    paths = [find(name) for name in wanted] if wanted else list(names().values())
    return [load(path) for path in paths]


def load_folder(folder: Path) -> list[Run]:
    """All runs of a folder. Raises `BadRun` when there are none or one cannot be read."""
    paths = sorted(folder.glob("*.json"))
    if not paths:
        raise BadRun(f"There are no runs in {folder}.")
    return [load(path) for path in paths]

"""`python -m data make NAME`: material that is not recorded but made."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from data.acquisition.description import describe
from data.acquisition.places import REPOSITORY, Places, described_places
from data.material.interview import writing
from data.nonspeech import collection

INTERVIEW_MINUTES: Final = 60.0
NONSPEECH_MINUTES: Final = 120.0


def make(
    name: Annotated[
        str, typer.Argument(help="nonspeech, interview-60, dialogues, general-guard, ruby-test …")
    ],
    hours: Annotated[
        float | None, typer.Option(min=0.001, max=100, help="how long, of nonspeech")
    ] = None,
    minutes: Annotated[
        float | None, typer.Option(min=0.1, max=6000, help="how long, instead of hours")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="another one is other material")] = 0,
) -> None:
    """Make test material: sound without speech, a long interview, dialogues and sentences anew.

    Speech is made in an environment of its own, see data/synthesis/README.md; nonspeech is not.
    """
    if hours is not None and minutes is not None:
        raise typer.BadParameter("either --hours or --minutes")
    wanted = minutes if minutes is not None else hours * 60 if hours is not None else None
    known = dict(RECIPES)
    known.update((of, partial(_sentences, of)) for of in described_places())
    if name not in known:
        raise typer.BadParameter(f"there is no {name!r}; there are {', '.join(known)}")
    try:
        known[name](wanted, seed)
    except OSError as problem:
        typer.echo(f"{name} could not be written: {problem}", err=True)
        raise typer.Exit(2) from problem


def _nonspeech(minutes: float | None, seed: int) -> None:
    folder = Places.from_environment().fetched / "nonspeech"
    length_s = 60 * (minutes or NONSPEECH_MINUTES)
    began = time.monotonic()
    columns = (TextColumn("making sounds"), BarColumn(), TimeRemainingColumn())
    with Progress(*columns, transient=True) as bar:
        task = bar.add_task("", total=length_s)
        clips = collection.write(
            folder, length_s, seed, lambda made_s: bar.update(task, completed=made_s)
        )
    _leave_datasheet(folder, Path(collection.__file__))
    size = sum(path.stat().st_size for path in folder.rglob("*.flac"))
    typer.echo(
        f"{clips} clips, {length_s / 60:g} minutes, {size / 1e6:.0f} MB in {folder},"
        f" made in {time.monotonic() - began:.0f} s"
    )


def _interview(minutes: float | None, seed: int) -> None:
    length = minutes or INTERVIEW_MINUTES
    folder = Places.from_environment().fetched / f"interview-{length:g}"
    python, voices = _synthesis()
    scripts = folder / "scripts"
    scripts.mkdir(parents=True, exist_ok=True)
    try:
        turns = writing.write(scripts / f"interview-{length:g}.yaml", length, seed)
    except writing.Exhausted as problem:
        typer.echo(str(problem), err=True)
        raise typer.Exit(2) from problem
    typer.echo(f"{turns} turns are read aloud; what is made is kept if you stop it with Ctrl-C.")
    _read_aloud(folder, python, voices)
    _leave_datasheet(folder, Path(writing.__file__))


def _dialogues(minutes: float | None, seed: int) -> None:
    if minutes is not None or seed:
        raise typer.BadParameter("the dialogues are what their scripts say: no length, no seed")
    _read_aloud(Places.from_environment().committed / "dialogues", *_synthesis())


def _sentences(name: str, minutes: float | None, seed: int) -> None:
    """A corpus of single sentences, as its description says."""
    if minutes is not None or seed:
        raise typer.BadParameter(f"{name} is what its sentences say: no length, no seed")
    python, _ = _synthesis(with_voices=False)
    recipe = describe(name).options
    listed, glossary = recipe["sentences"], recipe.get("pronounce")
    command = ["-m", "data.synthesis.sentences", listed, str(described_places()[name])]
    command += ["--split", recipe["voices"], "--name", name]
    command += ["--pronounce", glossary] if glossary else []
    cache = Places.from_environment().fetched.parent / "synthesis" / "clips"
    _run([str(python.absolute()), *command, "--cache", str(cache.absolute())])
    typer.echo(f"Written to {described_places()[name]}")


RECIPES: Final[dict[str, Callable[[float | None, int], None]]] = {
    "nonspeech": _nonspeech,
    "interview-60": _interview,
    "dialogues": _dialogues,
}


def _leave_datasheet(folder: Path, made_by: Path) -> None:
    """What the material is and what it cannot show goes where the material is."""
    shutil.copyfile(made_by.with_name("README.md"), folder / "README.md")


def _synthesis(with_voices: bool = True) -> tuple[Path, Path]:
    """Python of the environment that speaks, and the voices of kokoro-js."""
    home = Places.from_environment().fetched.parent / "synthesis"
    python = Path(os.environ.get("LECTERN_SYNTHESIS") or home) / "bin" / "python"
    voices = Path(os.environ.get("LECTERN_VOICES") or home / "package" / "voices")
    needed = (python, voices) if with_voices else (python,)
    missing = [str(path) for path in needed if not path.exists()]
    if missing:
        typer.echo(
            f"Speech cannot be made here: there is no {' and no '.join(missing)}.\n"
            "`make setup-training` makes the environment, data/synthesis/README.md has the rest;\n"
            "LECTERN_SYNTHESIS names the environment and LECTERN_VOICES the voices if they are\n"
            "somewhere else.",
            err=True,
        )
        raise typer.Exit(2)
    return python, voices


def _read_aloud(folder: Path, python: Path, voices: Path) -> None:
    cache = Places.from_environment().fetched.parent / "synthesis" / "turns"
    # Absolute, as the command runs at the top of the checkout; no symbolic link is followed,
    # which would lead out of the virtual environment.
    command = [str(python.absolute()), "-m", "data.synthesis.corpus", str(folder.absolute())]
    command += ["--voices", str(voices.absolute()), "--cache", str(cache.absolute())]
    _run(command)
    typer.echo(f"Written to {folder}")


def _run(command: list[str]) -> None:
    """At the top of the checkout; ends with this command's exit code if it fails."""
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    try:
        done = subprocess.run(command, check=False, cwd=REPOSITORY, env=environment)
    except KeyboardInterrupt:
        sys.exit(130)
    if done.returncode:
        raise typer.Exit(done.returncode)

"""`python -m evaluation all`: every run the project reports, and the comparisons between them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import Annotated, Final

import typer
from rich.console import Console

from evaluation import corpora
from evaluation.commands.run import COMMITTED, CannotRun, evaluate
from evaluation.comparison import Incomparable, compare, save
from evaluation.corpora import CorpusMissing
from evaluation.report.finding import load_folder
from evaluation.runs.format import CLEAN, BadRun, Run
from evaluation.runs.make import Order

MODELS: Final = ("tiny.en", "whisper-base")
CORPORA: Final = (
    "an4-test",
    "speechocean",
    "librispeech-test-other",
    "longform-lj003",
    "noise",
    "dialogues",
    "functionality",
    "nonspeech",
)
"""Those that are not on this machine are named and left out."""
HARD: Final = "librispeech-test-other"
"""The corpus that is heard under hard conditions: it has ten speakers and is easy when clean."""

CONDITIONS: Final = (
    "noise-20",
    "noise-10",
    "noise-0",
    "babble-10",
    "room-4",
    "g711",
    "opus-8k",
    "loss-20",
    "speed-1.5",
    "pause-20s",
)
"""Bad days as they happen; all others can be asked for by name."""


def command(
    model: Annotated[list[str] | None, typer.Option(help="Default: both we ship.")] = None,
    conditions: Annotated[bool, typer.Option(help="Also under hard conditions.")] = True,
) -> None:
    """Make all runs in evaluation/results/runs again; what was heard before is not heard again.

    Exit codes: 0 all made, 1 some recordings failed or corpora are not here, 2 could not go on.
    """
    console = Console()
    missing = _missing()
    for sentence in missing.values():
        console.print(sentence, style="yellow", soft_wrap=True)
    failed = 0
    try:
        here = [name for name in CORPORA if name not in missing]
        for order, name in _orders(model or list(MODELS), here, conditions):
            run = evaluate(order, name, COMMITTED, console)
            failed += len(run.failed)
        _compare_all(console)
    except (BadRun, CannotRun) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from error
    raise typer.Exit(1 if failed or missing else 0)


def _missing() -> dict[str, str]:
    """Corpora that are not here, each with how to get it."""
    found = {}
    for name in CORPORA:
        try:
            corpora.corpus(name)
        except CorpusMissing as error:
            found[name] = str(error)
    return found


def _orders(models: list[str], here: list[str], conditions: bool) -> Iterator[tuple[Order, str]]:
    for model in models:
        for mode in ("served", "sequential"):
            for name in here:
                yield Order(model, mode), name
    if conditions and HARD in here:
        for model in models:
            for each in CONDITIONS:
                yield Order(model, condition=each), HARD


def _compare_all(console: Console) -> None:
    """Every two clean runs of a corpus: two models in one mode, and two modes of one model."""
    runs = [run for run in load_folder(COMMITTED) if run.condition == CLEAN]
    for a, b in combinations(runs, 2):
        if a.corpus == b.corpus and _worth_it(a, b):
            try:
                save(compare(a, b), COMMITTED.parent / "comparisons")
            except Incomparable as error:
                console.print(f"{a.name} and {b.name}: {error}", style="dim", soft_wrap=True)


def _worth_it(a: Run, b: Run) -> bool:
    return (a.mode == b.mode) != (a.model == b.model)

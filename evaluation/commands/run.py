"""`python -m evaluation run`: hear a corpus with a model and write down how it went."""

from __future__ import annotations

from itertools import product
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from app.settings import REPOSITORY, get_settings
from data.acquisition.manifest import BadManifest
from evaluation import corpora
from evaluation.bench.product import NotStarted
from evaluation.commands.figures import show
from evaluation.conditions import ConditionError
from evaluation.corpora import CorpusMissing
from evaluation.metrics.glossary import BadGlossary
from evaluation.runs.cache import Cache
from evaluation.runs.format import CLEAN, Run, run_name, save
from evaluation.runs.make import MODES, Nothing, Order, Step, make
from evaluation.scoring import By, parse_by, scored
from evaluation.statistics.table import MEASURES, UnknownField
from worker.models.weights import ModelError
from worker.pipeline.recognise import DecodingOptions

COMMITTED = REPOSITORY / "evaluation" / "results" / "runs"


def command(
    corpus: Annotated[list[str], typer.Option(help="A corpus or one of its splits: an4-test.")],
    model: Annotated[list[str] | None, typer.Option(help="Default: the product's.")] = None,
    mode: Annotated[
        str,
        typer.Option(help="`sequential`: in this process, file by file; `served`: by the product."),
    ] = "sequential",
    condition: Annotated[
        list[str] | None, typer.Option(help="What is done to the audio first: noise-10, g711 …")
    ] = None,
    by: Annotated[
        list[str] | None, typer.Option(help="Group by a field; `gender,age_group` crosses two.")
    ] = None,
    language: Annotated[str, typer.Option(help="Spoken in the corpus; `auto`: detected.")] = "en",
    keyword: Annotated[list[str] | None, typer.Option(help="A term to expect.")] = None,
    glossary: Annotated[
        Path | None, typer.Option(help="Terms to count, one a line.", exists=True, dir_okay=False)
    ] = None,
    limit: Annotated[int | None, typer.Option(help="Only the first clips.", min=1)] = None,
    output: Annotated[
        Path | None, typer.Option(help="Folder of the results. Default: in LECTERN_HOME.")
    ] = None,
    commit: Annotated[bool, typer.Option(help="Write to evaluation/results/runs.")] = False,
) -> None:
    """Hear each corpus with each model in each condition, count, and write a results file each.

    Nothing is transcribed twice: stop it at any time, and the same command goes on. Exit codes: 0
    done, 1 done with recordings that failed, 2 could not be done.
    """
    if mode not in MODES:
        raise typer.BadParameter(f"modes are {', '.join(MODES)}", param_hint="--mode")
    options = DecodingOptions(
        language=None if language == "auto" else language, keywords=tuple(keyword or ())
    )
    lines = glossary.read_text().splitlines() if glossary else []
    terms = tuple(line.strip() for line in lines if line.strip())
    folder = COMMITTED if commit else output or _own() / "runs"
    console = Console()
    failed = 0
    try:
        for name, chosen, each in product(
            corpus, model or [get_settings().model], condition or [CLEAN]
        ):
            order = Order(chosen, mode, each, options, terms)
            run = evaluate(order, name, folder, console, by=by, limit=limit)
            failed += len(run.failed)
    except CannotRun as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from error
    raise typer.Exit(1 if failed else 0)


class CannotRun(Exception):
    """No run can be made; the message says why and what to do."""


def evaluate(
    order: Order,
    name: str,
    folder: Path,
    console: Console,
    *,
    by: list[str] | None = None,
    limit: int | None = None,
) -> Run:
    """Make one run with a progress bar, score it, write it and show it. Raises `CannotRun`."""
    try:
        found = corpora.corpus(name)
        groups = parse_by(by) if by else None
        _check_groups(found, groups or ())
        cache = Cache(_own() / "cache")
        title = run_name(name, order.model, order.mode, order.condition)
        with _Bar(title) as tell:
            run = make(order, found, get_settings(), cache, tell, limit=limit)
        run = scored(run, groups)
    except (
        BadGlossary, BadManifest, ConditionError, CorpusMissing, ModelError, Nothing, NotStarted,
        UnknownField,
    ) as error:  # fmt: skip
        raise CannotRun(str(error)) from error
    path = folder / f"{run.name}.json"
    save(run, path)
    show(console, run)
    console.print(f"  written to {path}", style="dim", soft_wrap=True)
    return run


def _check_groups(corpus: corpora.Corpus, groups: By) -> None:
    """Before hours of hearing, not after. Raises `UnknownField`."""
    known = {*MEASURES}
    for clip in corpus.clips:
        known.update(clip.fields, *(segment.fields for segment in clip.segments))
    unknown = sorted({name for group in groups for name in group} - known)
    if unknown:
        raise UnknownField(
            f"The corpus {corpus.name} knows nothing of {', '.join(unknown)}. It knows:"
            f" {', '.join(sorted(known))}."
        )


def _own() -> Path:
    """What a user's evaluations leave."""
    return get_settings().home / "evaluation"


class _Bar:
    """A bar on a terminal, a line a while elsewhere."""

    def __init__(self, title: str) -> None:
        self._title = title
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.completed}/{task.total} clips, {task.fields[known]} known before"),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            transient=True,
        )
        self._task = self._bar.add_task(title, total=None, known=0)

    def __enter__(self) -> _Bar:
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def __call__(self, step: Step) -> None:
        self._bar.update(self._task, completed=step.done, total=step.of, known=step.cached)

"""`python -m evaluation retrainings`: how much of a figure is the luck of a seed?"""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from app.settings import get_settings
from data.acquisition.manifest import BadManifest
from data.domains.folder import DomainError, DomainFolder, find
from evaluation.adapters.figures import by_form, inexact, missed
from evaluation.adapters.judging import REAL, SYNTHETIC, CannotJudge, target_of
from evaluation.adapters.retrainings import Flips, Spread, flipping, spread
from evaluation.adapters.systems import PARENT, Listener, System, Tell, found
from evaluation.commands.adapter import COMMITTED
from evaluation.files import write_whole
from evaluation.report import terminal
from evaluation.runs.make import Nothing
from worker.models.adapter import Adapter, BadAdapter, read
from worker.models.weights import ModelError


def command(
    adapters: Annotated[list[Path], typer.Argument(help="Files of two or more retrainings.")],
    domain: Annotated[str, typer.Option(help="A domain's name, or its folder.")],
    guard: Annotated[bool, typer.Option(help="Hear general speech, too.")] = True,
    out: Annotated[Path | None, typer.Option(help="Write the figures to this file.")] = None,
    commit: Annotated[bool, typer.Option(help="Write to evaluation/results/domains.")] = False,
) -> None:
    """Hear the field with several retrainings of one adapter: spread, and the words that flip.

    Exit codes: 0 done, 2 could not be done.
    """
    try:
        folder = find(domain)
        told = _told(adapters, folder, guard)
    except (
        BadAdapter, BadManifest, CannotJudge, DomainError, ModelError, Nothing, OSError, ValueError,
    ) as error:  # fmt: skip
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from error
    text = json.dumps(told, ensure_ascii=False, indent=1) + "\n"
    for path in (out, COMMITTED / f"{folder.name}--retrainings.json" if commit else None):
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(path, text)
    _print(told)


def _told(paths: list[Path], domain: DomainFolder, guard: bool) -> dict[str, Any]:
    adapters = [read(path) for path in paths]
    parent = _parent(adapters)
    listener = Listener(get_settings(), Tell())
    systems = [System(f"retraining {n}", str(path)) for n, path in enumerate(paths, 1)]
    recorded = domain.source == "an4"
    spreads: list[Spread] = []
    flips: list[Flips] = []
    guards = found((*REAL[:1], *SYNTHETIC)) if guard else []
    for number, corpus in enumerate([target_of(domain), *guards]):
        base = listener.hear(System(PARENT, parent), corpus)
        runs = [listener.hear(system, corpus) for system in systems]
        measures = {"wer": by_form("english")}
        if number == 0 and recorded:
            measures |= {"letters": by_form("letters"), "inexact": inexact}
        elif number == 0:
            measures["terms_missed"] = missed(domain.terms_of("train"))
        spreads += [spread(name, base, runs, measure) for name, measure in measures.items()]
        flips.append(flipping(runs, "letters" if number == 0 and recorded else "english"))
    return {
        "domain": domain.name,
        "parent": parent,
        "adapters": [run.model for run in runs],
        "strengths": [adapter.strength for adapter in adapters],
        "spreads": [asdict(each) for each in spreads],
        "flips": [asdict(each) for each in flips],
        "machine": base.machine,
        "versions": base.versions,
    }


def _parent(adapters: list[Adapter]) -> str:
    parents = {adapter.parent for adapter in adapters}
    if len(parents) != 1:
        raise ValueError(f"The adapters belong to different parents: {', '.join(sorted(parents))}.")
    return parents.pop()


def _print(told: dict[str, Any]) -> None:
    console = terminal.console()
    table = Table("corpus", "metric", "parent %", "mean %", "±", "from", "to", box=None)
    for each in told["spreads"]:
        values = (each[name] for name in ("parent", "mean", "deviation", "low", "high"))
        table.add_row(each["corpus"], each["metric"], *(f"{100 * value:.2f}" for value in values))
    console.print(table)
    for each in told["flips"]:
        console.print(
            f"{each['corpus']}: {each['words_that_flip']} of {each['words']} flip between"
            f" retrainings; an update spoils {each['newly_wrong']:.1%} of {each['utterances']}"
            f" utterances (at most {each['most_newly_wrong']:.1%})",
            soft_wrap=True,
        )

"""`python -m data check CORPUS`: what is wrong with a corpus, by named rules."""

from __future__ import annotations

import importlib.util
import json
import sys
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from data.checks.corpus import CannotCheck
from data.checks.rules import RULES, Finding, Severity

if TYPE_CHECKING:
    from data.checks.run import Outcome

_SHOWN = 8
_PACKAGES = ("pandera", "jiwer", "whisper_normalizer")
_COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.NOTE: "cyan"}


def check_corpus(
    corpus: Annotated[str, typer.Argument(help="Name of a corpus, or its folder.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="All findings as JSON.")] = False,
    rules: Annotated[
        list[str] | None,
        typer.Option("--rules", metavar="NAME[,NAME…]", help="Only these; --list has them."),
    ] = None,
    heard: Annotated[
        tuple[Path, Path] | None,
        typer.Option(metavar="RUN RUN", help="Results files of two models, for the rule `label`."),
    ] = None,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Measure every file again; keep nothing.")
    ] = False,
    list_rules: Annotated[bool, typer.Option("--list", help="The rules, and why.")] = False,
    every: Annotated[bool, typer.Option("--all", help="Every finding, not the first few.")] = False,
) -> None:
    """Check manifest, sound and text of a corpus; each finding by a named rule.

    Exit code: 0 without errors (there may be warnings and notes), 1 with errors, 2 if the corpus
    could not be checked.
    """
    names = [name.strip() for part in rules or [] for name in part.split(",") if name.strip()]
    try:
        _demand_packages()
        if list_rules:
            _list(Console())
            return
        if not corpus:
            raise CannotCheck("Name a corpus: python -m data check CORPUS")
        outcome = _checked(corpus, names, heard, keep=not fresh)
    except CannotCheck as problem:
        print(f"data check: {problem}", file=sys.stderr)
        raise typer.Exit(2) from None
    if as_json:
        print(json.dumps(outcome.document(), ensure_ascii=False, indent=1))
    else:
        _show(outcome, Console(), every)
    raise typer.Exit(1 if outcome.errors else 0)


def _demand_packages() -> None:
    """The product is installed without them, and the other commands work without them."""
    missing = [name for name in _PACKAGES if importlib.util.find_spec(name) is None]
    if missing:
        raise CannotCheck(
            f"{' and '.join(missing)} is not installed: python -m pip install -c constraints.txt"
            " -e '.[evaluation]'"
        )
    importlib.import_module("data.checks.run")  # All rules are entered now


def _checked(
    corpus: str, names: list[str], heard: tuple[Path, Path] | None, *, keep: bool
) -> Outcome:
    from data.checks.run import check

    terminal = Console(stderr=True)
    bar = Progress(
        TextColumn("listening"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=terminal,
        transient=True,
        disable=not terminal.is_terminal,
    )
    with bar:
        task = bar.add_task("listening", total=None)
        return check(
            corpus,
            rules=names,
            heard=heard,
            keep=keep,
            progress=lambda done, of: bar.update(task, completed=done, total=of),
        )


def _show(outcome: Outcome, console: Console, every: bool) -> None:
    console.print(
        f"[bold]{escape(outcome.corpus)}[/]: {outcome.clips} clips, {outcome.minutes:.1f} minutes,"
        f" {len(outcome.rules)} rules, {outcome.seconds:.1f} s",
        highlight=False,
        soft_wrap=True,
    )
    by_rule: defaultdict[str, list[Finding]] = defaultdict(list)
    for finding in sorted(outcome.findings, key=lambda each: list(Severity).index(each.severity)):
        by_rule[finding.rule].append(finding)
    for name, findings in by_rule.items():
        console.print(f"\n[bold]{name}[/]: {RULES[name].finds}", highlight=False, soft_wrap=True)
        for finding in findings if every else findings[:_SHOWN]:
            console.print(f"  {_line(finding)}", highlight=False, soft_wrap=True)
        if not every and len(findings) > _SHOWN:
            console.print(
                f"  … and {len(findings) - _SHOWN} more (--all)", highlight=False, soft_wrap=True
            )
    for name, reason in outcome.not_run.items():
        console.print(
            f"\n[bold]{name}[/] was not run: {escape(reason)}", highlight=False, soft_wrap=True
        )
    console.print(f"\n{_count(outcome)}", highlight=False, soft_wrap=True)


def _line(finding: Finding) -> str:
    clips = ", ".join(finding.clips[:3])
    if len(finding.clips) > 3:
        clips += f" and {len(finding.clips) - 3} more"
    colour = _COLOURS[finding.severity]
    return f"[{colour}]{finding.severity:7}[/] {escape(clips)}: {escape(finding.message)}"


def _count(outcome: Outcome) -> str:
    counts = {
        severity: sum(each.severity is severity for each in outcome.findings)
        for severity in Severity
    }
    said = ", ".join(f"{count} {name}{'s' * (count != 1)}" for name, count in counts.items())
    return said if outcome.findings else "Nothing was found."


def _list(console: Console) -> None:
    for each in RULES.values():
        colour = _COLOURS[each.severity]
        console.print(
            f"[bold]{each.name}[/] [{colour}]{each.severity}[/]", highlight=False, soft_wrap=True
        )
        console.print(f"  finds {each.finds}", highlight=False, soft_wrap=True)
        console.print(f"  {each.why}", style="dim", highlight=False, soft_wrap=True)

"""The figures of a run on a terminal."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.table import Table

from evaluation.runs.format import Run


def show(console: Console, run: Run) -> None:
    """Headline and groups; everything else is in the file, the report and on the page."""
    found = run.summary
    console.print(f"[bold]{run.name}[/bold]")
    if found["failed"]:
        console.print(f"  {found['failed']} of {found['clips']} recordings failed:", style="red")
        for each in found["failures"][:5]:
            console.print(f"    {each['id']}: {each['error']}", markup=False)
    rate = found["wer"]["english"]
    if rate is not None:
        console.print(
            f"  WER {_percent(rate)} of {found['words']:,} words, {found['utterances']:,}"
            f" utterances, {found['speakers'] or 'unknown'} speakers"
        )
    heard = found["nonspeech"]
    if heard is not None:
        share = heard["share_with_words"]
        console.print(
            f"  {heard['words']} words in {heard['minutes']:.1f} minutes without speech; words in"
            f" {_percent(share)} of {heard['clips']} clips"
        )
    words = found["glossary"]
    if words is not None:
        console.print(
            f"  {words['said']} terms of the glossary said, {_share(words['recall'])} of them"
            f" heard; {words['false_insertions']} heard where they were not said"
        )
    speed = found["speed"]
    if speed["rtfx"]:
        console.print(f"  {speed['rtfx']:.1f} times real time, {speed['peak_rss_mb']} MB at most")
    for group in found["groups"]:
        console.print(_cells(group))
    for sentence in found["too_small"]:
        console.print(f"  {sentence}", style="dim")


def _cells(group: dict[str, Any]) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 2))
    for heading in (" × ".join(group["by"]), "WER", "speakers", "words"):
        table.add_column(heading, justify="left" if not table.columns else "right")
    for cell in group["cells"]:
        rate = _percent(cell["wer"]) if cell["enough"] else "insufficient data"
        speakers = str(cell["speakers"]) if cell["speakers"] is not None else "-"
        table.add_row(" × ".join(cell["values"]), rate, speakers, f"{cell['words']:,}")
    if group["gap"]:
        p = group["chance"]["p"] if group["chance"] else None
        by_chance = f", p = {p:.3f}" if p is not None else ""
        table.add_row("gap", _percent(group["gap"]) + by_chance, "", "")
    return table


def _percent(found: dict[str, Any]) -> str:
    value = f"{100 * found['value']:.1f} %"
    if found["low"] is None or found["high"] is None:
        return value
    return f"{value} [{100 * found['low']:.1f}, {100 * found['high']:.1f}]"


def _share(value: float | None) -> str:
    return "-" if value is None else f"{100 * value:.0f} %"

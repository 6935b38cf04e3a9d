"""Comparisons, verdicts and alignments in the terminal, in colour where it has colours."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from evaluation.comparison import Cell, Changed, Comparison, Interval
from evaluation.report.alignment import Column, Kind, columns
from evaluation.report.words import chance, difference_in_words, points, share

STYLES: dict[Kind, tuple[str, str]] = {
    "equal": ("", ""),
    "substituted": ("yellow", "bold yellow"),
    "deleted": ("strike red", ""),
    "inserted": ("", "bold cyan"),
    "unscored": ("dim", "dim"),
}
"""Of the words of the reference, and of those heard."""


def plain(text: object) -> Text:
    """Text of others: without markup, and without what would steer the terminal."""
    return Text("".join(c if c.isprintable() else "\ufffd" for c in str(text)))


def alignment(reference: str, hypothesis: str, first: str, second: str, width: int) -> Group:
    """Two lines of words under each other, wrapped together at `width`; labels are ours."""
    label = max(len(first), len(second)) + 2
    rows: list[list[Column]] = [[]]
    used = label
    for column in columns(reference, hypothesis):
        needed = _width(column) + 1
        if used + needed > width and rows[-1]:
            rows.append([])
            used = label
        rows[-1].append(column)
        used += needed
    lines: list[Text] = []
    for row in rows:
        above, below = Text(f"{first:<{label}}", "dim"), Text(f"{second:<{label}}", "dim")
        for column in row:
            size = _width(column) + 1
            for line, pieces, style in (
                (above, column.reference, STYLES[column.kind][0]),
                (below, column.heard, STYLES[column.kind][1]),
            ):
                word = plain(" ".join(piece.text for piece in pieces))
                word.stylize(style)
                line.append_text(word)
                line.append(" " * (size - word.cell_len))
        lines += [above, below]
    return Group(*lines)


def _width(column: Column) -> int:
    texts = (" ".join(piece.text for piece in side) for side in (column.reference, column.heard))
    return max(plain(text).cell_len for text in texts)


def comparison(found: Comparison, listed: int, width: int) -> RenderableType:
    """All of a comparison for a reader."""
    parts: list[RenderableType] = [
        Text(difference_in_words(found), "bold"),
        Text(
            f"{found.utterances:,} utterances, {found.speakers:,} speakers, {found.words:,} words"
            f" of {found.corpus}; {found.form} form; drawn by {found.blocks_are}.",
            "dim",
        ),
        *_notes(found),
        _numbers(found),
    ]
    if found.by_group:
        parts.append(_groups(found.by_group))
    changed = found.utterances_changed[:listed]
    if changed:
        parts.append(Text("\nUtterances that changed most", "bold"))
        parts += [_change(each, width) for each in changed]
    return Group(*parts)


def _notes(found: Comparison) -> list[Text]:
    notes = [
        Text(f"{number:,} utterances left out: {reason}.", "yellow")
        for reason, number in found.left_out.items()
    ]
    for side, name in (("a", found.a), ("b", found.b)):
        if found.failed[side]:
            notes.append(
                Text(
                    f"{found.failed[side]} recordings failed in {name};"
                    " all their words count as missed.",
                    "yellow",
                )
            )
    return notes


def _numbers(found: Comparison) -> Table:
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_row("A", plain(found.a), share(found.wer_a), "of words wrong")
    table.add_row("B", plain(found.b), share(found.wer_b), "of words wrong")
    table.add_row("A − B", "", interval_points(found.difference), "")
    table.add_row("", "probability that A is better", chance(found.a_better), "")
    if found.mapsswe:
        test = f"z {found.mapsswe['z']:+.2f}, p {found.mapsswe['p']:.3g}"
        table.add_row("", "matched pairs test (MAPSSWE)", test, "")
    return table


def interval_points(found: Interval) -> str:
    """`-1.2 points (-2.0 to -0.3)`."""
    if found.low is None or found.high is None:
        return f"{points(found.value)}, no interval: too few to draw from"
    return f"{points(found.value)} ({100 * found.low:+.1f} to {100 * found.high:+.1f})"


def _groups(cells: Sequence[Cell]) -> Table:
    table = Table(title="A − B by group", title_justify="left", title_style="bold", box=None)
    for name, justify in (("group", "left"), ("speakers", "right"), ("words", "right")):
        table.add_column(name, justify=justify)  # type: ignore[arg-type]
    table.add_column("A − B")
    table.add_column("A better", justify="right")
    for cell in cells:
        names = ", ".join(f"{k} {v}" for k, v in zip(cell.by, cell.values, strict=True))
        what = interval_points(cell.difference) if cell.difference else "insufficient data"
        sure = "–" if cell.a_better is None else chance(cell.a_better)
        table.add_row(plain(names), f"{cell.speakers:,}", f"{cell.words:,}", what, sure)
    return table


def _change(each: Changed, width: int) -> RenderableType:
    head = plain(each.id)
    head.append(f"  errors: A {each.errors_a}, B {each.errors_b}", "dim")
    inner = width - 2
    body = Group(
        alignment(each.reference, each.a, "said", "A", inner),
        alignment(each.reference, each.b, "said", "B", inner),
    )
    return Group(Text(""), head, Padding(body, (0, 0, 0, 2)))


def console() -> Console:
    """Standard output; wide enough for a table where it is not a terminal."""
    found = Console(highlight=False, soft_wrap=False)
    return found if found.is_terminal else Console(highlight=False, width=180)

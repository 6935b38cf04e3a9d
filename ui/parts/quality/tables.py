"""Small tables, for those who hear the page or want the digits."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from markupsafe import Markup

from ui.parts.html import html, joined


def table(caption: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> Markup:
    """The first cell of a row is its name."""
    return html(
        '<div class="q-scroll" tabindex="0" role="region" aria-label="{caption}">'
        '<table class="q-table"><caption>{caption}</caption><thead><tr>{head}</tr></thead>'
        "<tbody>{body}</tbody></table></div>",
        caption=caption,
        head=joined(html('<th scope="col">{cell}</th>', cell=cell) for cell in head),
        body=joined(_row(row) for row in rows),
    )


def _row(row: Sequence[str]) -> Markup:
    first = html('<th scope="row">{cell}</th>', cell=row[0])
    return html(
        "<tr>{first}{rest}</tr>",
        first=first,
        rest=joined(html("<td>{cell}</td>", cell=cell) for cell in row[1:]),
    )

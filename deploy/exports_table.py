"""The README's table of exports, from the one registry of formats."""

from __future__ import annotations

from app.transcriptions.exports.registry import FORMATS


def exports_table() -> str:
    """A Markdown table with one row for each format; its first preset is the default."""
    rows = ["| `format` | file | what it is | `preset` | options |", "|---|---|---|---|---|"]
    for each in FORMATS.values():
        presets = ", ".join(f"`{preset.name}`" for preset in each.presets)
        options = ", ".join(f"`{name}={'|'.join(v)}`" for name, v in each.choices.items())
        cells = (f"`{each.name}`", f".{each.suffix}", f"{each.label}. {each.about}", presets)
        options = options.replace("|", "\\|")
        rows.append(f"| {' | '.join(cells)} | {options} |")
    return "\n".join(rows)

"""`python -m deploy.settings_table`: the README's table of settings, from their only source."""

from __future__ import annotations

from app.settings import REPOSITORY, Settings


def settings_table() -> str:
    """A Markdown table with one row for each `LECTERN_*` variable."""
    rows = ["| Variable | Default | What it is |", "|---|---|---|"]
    for name, field in Settings.model_fields.items():
        default = str(field.default).replace(str(REPOSITORY.parent), "..")
        default = default.replace(f"../{REPOSITORY.name}/", "./")
        shown = f"`{default}`" if default else "empty"
        rows.append(f"| `LECTERN_{name.upper()}` | {shown} | {field.description} |")
    return "\n".join(rows)


if __name__ == "__main__":
    print(settings_table())

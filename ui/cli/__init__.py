"""The `lectern` command: against the running product over HTTP, or by itself when none runs."""

from __future__ import annotations


def main() -> None:
    """Entry point; everything heavier than the options is imported by the command that needs it."""
    from ui.cli.commands import app

    app()

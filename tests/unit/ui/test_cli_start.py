"""The command answers at once: nothing heavy is imported before a command needs it."""

from __future__ import annotations

import subprocess
import sys

from typer.testing import CliRunner

from ui.cli.commands import app

HEAVY = ("app", "worker", "numpy", "httpx", "pydantic", "streamlit", "ctranslate2")


def test_the_options_import_nothing_heavy() -> None:
    code = (
        f"import sys, ui.cli.commands;print(*[name for name in {HEAVY!r} if name in sys.modules])"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == ""


def test_talking_to_a_product_imports_none_of_its_code() -> None:
    code = (
        "import sys, ui.cli.transcribe, ui.cli.status, ui.cli.models, ui.cli.doctor;"
        "print(*[name for name in ('app', 'worker', 'numpy') if name in sys.modules])"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == ""


def test_help_documents_the_exit_codes() -> None:
    for arguments in (["--help"], ["transcribe", "--help"], ["doctor", "--help"]):
        result = CliRunner().invoke(app, arguments)
        assert result.exit_code == 0
        assert "130" in result.stdout.rsplit("Exit codes", 1)[1]

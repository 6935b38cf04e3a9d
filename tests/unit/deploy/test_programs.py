"""What each process is given."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from app.settings import Settings
from deploy.local.programs import programs

SECRETS = {
    "AWS_SECRET_ACCESS_KEY": "s3cr3t",
    "AWS_SESSION_TOKEN": "s3cr3t",
    "LECTERN_DATABASE_URL": "postgresql://lectern:s3cr3t@db/lectern",
}
SHOW = "import os; print('\\n'.join(os.environ.values()))"


@pytest.mark.chapter(28)
@pytest.mark.parametrize(
    ("name", "knows"), [("decoder", False), ("ui", False), ("api", True), ("media", True)]
)
def test_only_who_needs_the_keys_is_given_them(
    monkeypatch: pytest.MonkeyPatch, name: str, knows: bool
) -> None:
    for key, value in SECRETS.items():
        monkeypatch.setenv(key, value)
    [command] = [each.command for each in programs(Settings(), ui=True) if each.name == name]
    before_python = command[: command.index(sys.executable)]
    shown = subprocess.run(
        [*before_python, sys.executable, "-c", SHOW], stdout=subprocess.PIPE, check=True, text=True
    )
    assert ("s3cr3t" in shown.stdout) is knows


@pytest.mark.chapter(11)
def test_training_is_started_only_where_it_was_set_up(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("LECTERN_SYNTHESIS", raising=False)
    settings = Settings(home=tmp_path)

    def names() -> set[str]:
        return {each.name for each in programs(settings, ui=False)}

    assert "training" not in names()
    python = tmp_path / "synthesis" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.touch()
    assert "training" in names()
    monkeypatch.setitem(sys.modules, "torch", None)
    assert "training" not in names()

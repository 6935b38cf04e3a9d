"""`lectern backup` and `lectern restore` as people run them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from app.context import Context
from app.settings import REPOSITORY
from tests.support.backups import content, elsewhere
from tests.support.rows import Rows

pytestmark = pytest.mark.chapter(13)


@pytest.fixture
def database_url() -> str:
    """SQLite is enough to see what the command says."""
    return ""


def start(home: Path, *arguments: str | Path, database_url: str = "") -> subprocess.Popen[str]:
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("LECTERN_")}
    return subprocess.Popen(
        [sys.executable, "-m", "ui.cli", *map(str, arguments)],
        cwd=REPOSITORY,
        env=inherited | {"LECTERN_HOME": str(home), "LECTERN_DATABASE_URL": database_url},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def lectern(home: Path, *arguments: str | Path, database_url: str = "") -> tuple[int, str, str]:
    process = start(home, *arguments, database_url=database_url)
    out, err = process.communicate(timeout=60)
    return process.returncode, out, err


def test_from_one_home_into_another(context: Context, tmp_path: Path) -> None:
    Rows(context).in_state("succeeded")
    settings = context.settings
    file = tmp_path / "it.tar"
    code, out, err = lectern(settings.home, "backup", file, database_url=settings.database_url)
    assert (code, err) == (0, "")
    assert f"{file}: 1 transcripts, 1 recordings" in out
    new = elsewhere(tmp_path)
    code, out, err = lectern(new.home, "restore", file, "--json")
    assert (code, err) == (0, "")
    told = json.loads(out)
    assert (told["transcriptions"], told["missing"], told["replaced"]) == (1, 0, None)
    assert content(new.database) == content(settings.database)


def test_refusals_have_reasons_and_codes(context: Context, tmp_path: Path) -> None:
    home, url = context.settings.home, context.settings.database_url
    Rows(context).submit()
    file = tmp_path / "it.tar"
    assert lectern(home, "backup", file, database_url=url)[0] == 0
    code, out, err = lectern(home, "backup", file, "--json", database_url=url)
    assert (code, json.loads(out)["error"]["code"]) == (2, "exists")
    assert "--force" in err
    code, out, err = lectern(home, "restore", file, "--json", database_url=url)
    assert (code, json.loads(out)["error"]["code"]) == (3, "occupied")
    code, _, err = lectern(tmp_path / "new", "restore", REPOSITORY / "README.md")
    assert (code, err) == (
        3,
        "lectern: This file is not a backup of Lectern. Nothing was changed.\n",
    )
    code, _, err = lectern(tmp_path / "new", "restore", tmp_path / "none.tar")
    assert (code, "There is no file" in err) == (2, True)


def test_a_database_that_is_away_is_told(tmp_path: Path) -> None:
    url = f"postgresql://postgres@/x?host={tmp_path}"
    code, _, err = lectern(tmp_path, "backup", tmp_path / "it.tar", database_url=url)
    assert code == 3
    assert "The database does not answer" in err
    assert not list(tmp_path.glob("it.tar*"))


def test_ctrl_c_leaves_nothing_behind(context: Context, tmp_path: Path) -> None:
    rows = Rows(context)
    rows.submit()
    [key] = context.storage.keys("recordings/")
    os.truncate(context.settings.storage_dir / key, 4 * 1024**3)  # takes a while to read
    file = tmp_path / "it.tar"
    process = start(
        context.settings.home, "backup", file, database_url=context.settings.database_url
    )
    until = time.monotonic() + 30
    while not (draft := tmp_path / "it.tar.part").exists() and time.monotonic() < until:
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert not draft.exists()
    assert not file.exists()

"""Scripts of others are what their list says, and the page asks for one that is there."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import ui.main
from ui.parts.dropzone import SCRIPT

FOLDER = Path(ui.main.__file__).parent / "static" / "scripts"


def test_every_script_has_the_sum_that_is_written_down() -> None:
    listed = dict(
        re.findall(r"\| `([^`]+\.js)` .*`([0-9a-f]{64})`", (FOLDER / "README.md").read_text())
    )
    there = {path.name: path.read_bytes() for path in FOLDER.glob("*.js")}
    assert there
    assert {name: hashlib.sha256(data).hexdigest() for name, data in there.items()} == listed


def test_the_drop_area_asks_for_one_of_them() -> None:
    mounted, _, name = SCRIPT.rpartition("/")
    assert mounted == ui.main.SCRIPTS.path
    assert (FOLDER / name).is_file()

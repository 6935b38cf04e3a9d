"""What was there before the index is found as well: after a migration, after a restore."""

from __future__ import annotations

from pathlib import Path

import pytest

from app import schema
from app.search import service
from app.search.query import parse
from tests.support.backups import back_up, elsewhere, opened, put_back
from tests.support.rows import Rows
from tests.unit.app.search.conftest import Tell

pytestmark = pytest.mark.chapter(13)


def found(rows: Rows, typed: str) -> list[str]:
    with rows.context.database.read() as session:
        return [hit.snippet.text for hit in service.find(session, parse(typed), limit=50).items]


def test_a_migration_indexes_what_is_there(rows: Rows, tell: Tell) -> None:
    kept, gone = tell("An old pear.", "More."), tell("A pear to delete.")
    address = rows.context.settings.database
    rows.context.database.dispose()
    schema.downgrade(address, "0008")
    schema.upgrade(address)
    assert found(rows, "pear") == ["A pear to delete.", "An old pear."]
    rows.remove(gone)
    assert found(rows, "pear") == ["An old pear."]
    rows.remove(kept)
    assert found(rows, "pear more") == []


def test_a_backup_carries_no_index_and_a_restore_makes_one(
    rows: Rows, tell: Tell, tmp_path: Path
) -> None:
    tell("A pear in the backup.")
    manifest = back_up(rows.context.settings, tmp_path / "backup.tar")
    assert [name for name in manifest.tables if name.startswith("segment")] == ["segment"]
    for number in range(2):  # on SQLite, wherever the rows come from
        other = elsewhere(tmp_path, name=f"home-{number}")
        put_back(other, tmp_path / "backup.tar")
        restored = Rows(opened(other))
        assert found(restored, "pear") == ["A pear in the backup."]
        restored.context.database.dispose()


def test_restoring_over_a_database_keeps_the_index(rows: Rows, tell: Tell, tmp_path: Path) -> None:
    tell("A pear in the backup.")
    back_up(rows.context.settings, tmp_path / "backup.tar")
    tell("A pear that came later.")
    rows.context.database.dispose()
    put_back(rows.context.settings, tmp_path / "backup.tar", replace=True)
    assert found(rows, "pear") == ["A pear in the backup."]
    tell("A pear after the restore.")
    assert found(rows, "pear") == ["A pear after the restore.", "A pear in the backup."]

"""What was deleted cannot be read in the index, nor in the file it lies in."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from app.context import Context
from app.database import Database
from tests.support.rows import Rows, new_context
from tests.unit.app.search.conftest import Tell

pytestmark = pytest.mark.chapter(28)

SECRET = "Quibblewort told us about Zyxomma."


@pytest.fixture
def database_url() -> str:
    """SQLite: a PostgreSQL server vacuums by itself, and its files are not ours."""
    return ""


def index_bytes(database: Database) -> bytes:
    """Everything that FTS5 keeps."""
    kept = []
    with database.read() as session:
        for table in ("data", "docsize", "idx", "config"):
            for row in session.execute(text(f"SELECT * FROM segment_text_{table}")):
                kept += [
                    value if isinstance(value, bytes) else str(value).encode() for value in row
                ]
    return b"\0".join(kept)


def vocabulary(database: Database) -> set[str]:
    with database.write() as session:
        session.execute(
            text("CREATE VIRTUAL TABLE IF NOT EXISTS words USING fts5vocab(segment_text, row)")
        )
        return set(session.execute(text("SELECT term FROM words")).scalars())


@pytest.fixture
def filled(rows: Rows, tell: Tell) -> tuple[Context, str]:
    for number in range(30):
        tell(f"Quiet talk {number} of zebras.", "And a quibble.")
    secret = tell(SECRET, "Quibblewort, again.")
    for number in range(30):
        tell(f"Later talk {number}.")
    return rows.context, secret


def test_no_word_of_a_deleted_transcript_remains(filled: tuple[Context, str], rows: Rows) -> None:
    context, secret = filled
    assert {"quibblewort", "zyxomma"} < vocabulary(context.database)
    assert b"yxomma" in index_bytes(context.database)
    rows.remove(secret)
    kept = index_bytes(context.database)
    # The beginning of a term may be that of the one before it
    assert b"wort" not in kept
    assert b"yxomma" not in kept
    assert vocabulary(context.database).isdisjoint({"quibblewort", "zyxomma"})
    assert {"zebras", "quibble"} < vocabulary(context.database)


def test_nor_in_the_file(filled: tuple[Context, str], rows: Rows) -> None:
    context, secret = filled
    path = context.settings.home / "lectern.db"

    def folded() -> bytes:
        with context.database.engine.connect() as connection:
            connection.commit()
            connection.connection.driver_connection.execute(  # type: ignore[union-attr]
                "PRAGMA wal_checkpoint(TRUNCATE)"
            )
        return path.read_bytes().lower()

    assert b"zyxomma" in folded()
    rows.remove(secret)
    assert b"yxomma" not in folded()
    assert b"zebras" in folded()


def test_nothing_at_all_remains_of_everything(context: Context, rows: Rows, tell: Tell) -> None:
    for job_id in [tell(SECRET), tell("Another one.")]:
        rows.remove(job_id)
    assert vocabulary(context.database) == set()
    with context.database.read() as session:
        assert session.execute(text("SELECT count(*) FROM segment_number")).scalar_one() == 0


def test_a_database_of_its_own_has_all_of_it(tmp_path_factory: pytest.TempPathFactory) -> None:
    """The triggers are in the newest schema, whatever later migrations did to `segment`."""
    context = new_context(tmp_path_factory.mktemp("home"))
    with context.database.read() as session:
        names = session.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'"))
        assert set(names.scalars()) >= {"segment_is_said", "segment_is_changed", "segment_is_gone"}
    context.database.dispose()

"""The migrations make exactly the tables the code knows, and can be taken back."""

from __future__ import annotations

from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect
from sqlmodel import SQLModel, select

from app import schema
from app.accounts.tables import Account, Organisation
from app.context import Context
from app.database import Database
from app.tables import LOCAL_ACCOUNT, LOCAL_ORGANISATION


def test_the_migrated_schema_is_that_of_the_tables(context: Context) -> None:
    with context.database.engine.connect() as connection:
        migration = MigrationContext.configure(
            connection, opts={"compare_type": True, "include_object": schema.is_ours}
        )
        assert compare_metadata(migration, schema.metadata()) == []
    assert schema.is_current(context.database)


def test_up_down_and_up_again(tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path / 'it.db'}"
    database = Database(address)

    def tables() -> set[str]:
        return set(inspect(database.engine).get_table_names())

    schema.upgrade(address)
    made = tables()
    assert set(SQLModel.metadata.tables) < made
    schema.downgrade(address, "base")
    assert tables() == {"alembic_version"}
    assert not schema.is_current(database)
    schema.upgrade(address)
    schema.upgrade(address)
    assert tables() == made
    database.dispose()


def test_an_upgrade_keeps_what_is_there_and_makes_the_local_owner(context: Context) -> None:
    schema.upgrade(context.settings.database)
    with context.database.read() as session:
        assert [o.id for o in session.exec(select(Organisation))] == [LOCAL_ORGANISATION]
        assert [a.id for a in session.exec(select(Account))] == [LOCAL_ACCOUNT]


def test_every_row_of_a_customer_names_its_organisation() -> None:
    shared = {"organisation", "fault", "process", "model_speed"}
    for name, table in schema.metadata().tables.items():
        assert name in shared or "organisation_id" in table.columns, name

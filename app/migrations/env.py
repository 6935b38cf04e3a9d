"""Alembic's entry: run migrations in one transaction on the database of the settings."""

from alembic import context
from sqlmodel import Session

from app.database import Database
from app.schema import metadata

address = context.config.get_main_option("sqlalchemy.url") or ""
database = Database(address)
with database.write() as session:
    assert isinstance(session, Session)
    context.configure(
        connection=session.connection(),
        target_metadata=metadata(),
        render_as_batch=True,
        compare_type=True,
    )
    context.run_migrations()
database.dispose()

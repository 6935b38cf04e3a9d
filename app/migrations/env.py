"""Alembic's entry: run migrations in one transaction on the database of the settings."""

from alembic import context
from sqlalchemy import text
from sqlmodel import Session

from app.database import Database
from app.schema import is_ours, metadata

address = context.config.get_main_option("sqlalchemy.url") or ""
database = Database(address, unlimited=True)
with database.write() as session:
    assert isinstance(session, Session)
    if database.is_postgresql:
        # Machines that start at the same time: one migrates, the others find it done
        session.execute(text("SELECT pg_advisory_xact_lock(hashtext('lectern migrations'))"))
    context.configure(
        connection=session.connection(),
        target_metadata=metadata(),
        render_as_batch=True,
        compare_type=True,
        include_object=is_ours,
    )
    context.run_migrations()
database.dispose()

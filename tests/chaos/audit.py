"""A log inside the database of everything that may happen once only, kept by triggers.

Looking at the rows now and then would miss a job that ends twice between two looks; a trigger
misses nothing, whichever process wrote it.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import text

from app.database import Database

_COLUMNS = "(kind, id, job, was, became)"
_WATCHED = (
    # (name, event, table, condition, values)
    ("job_end", "UPDATE", "transcription",
     "OLD.status <> NEW.status OR OLD.text <> COALESCE(NEW.text, '')"
     " OR COALESCE(CAST(OLD.finished_at AS VARCHAR), '')"
     " <> COALESCE(CAST(NEW.finished_at AS VARCHAR), '')",
     "'job', NEW.id, NEW.id, OLD.status, NEW.status"),
    ("job_new", "INSERT", "transcription", "1=1", "'new', NEW.id, NEW.id, NULL, NEW.name"),
    ("window_end", "UPDATE", '"window"', "OLD.state <> NEW.state OR OLD.state = 'done'",
     "'window', NEW.id, NEW.transcription_id, OLD.state, NEW.state"),
    ("window_new", "INSERT", '"window"', "1=1",
     "'cut', NEW.id, NEW.transcription_id, NULL, NEW.state"),
    ("attempt_new", "INSERT", "attempt", "1=1",
     "'attempt', NEW.id, NEW.transcription_id, NULL, NEW.state"),
    ("attempt_end", "UPDATE", "attempt", "OLD.state <> NEW.state",
     "'attempt', NEW.id, NEW.transcription_id, OLD.state, NEW.state"),
    ("outbox_sent", "UPDATE", "outbox", "OLD.sent_at IS NULL AND NEW.sent_at IS NOT NULL",
     "'sent', CAST(NEW.number AS VARCHAR), NEW.topic, NULL, 'sent'"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Entry:
    """One change. `kind`: new, job, cut, window, attempt, sent."""

    number: int
    kind: str
    id: str
    job: str
    was: str | None
    became: str


def install(database: Database) -> None:
    """Create the log and its triggers; the product does not know of them."""
    sqlite = database.engine.dialect.name == "sqlite"
    key = "INTEGER PRIMARY KEY AUTOINCREMENT" if sqlite else "BIGSERIAL PRIMARY KEY"
    statements = [
        f"CREATE TABLE chaos_log (number {key}, kind VARCHAR, id VARCHAR, job VARCHAR,"
        " was VARCHAR, became VARCHAR)"
    ]
    for watched in _WATCHED:
        statements += (_sqlite if sqlite else _postgresql)(*watched)
    with database.write() as session:
        for statement in statements:
            session.execute(text(statement))


def _sqlite(name: str, event: str, table: str, condition: str, values: str) -> list[str]:
    return [
        f"CREATE TRIGGER chaos_{name} AFTER {event} ON {table} WHEN {condition}"
        f" BEGIN INSERT INTO chaos_log {_COLUMNS} VALUES ({values}); END"
    ]


def _postgresql(name: str, event: str, table: str, condition: str, values: str) -> list[str]:
    return [
        f"CREATE FUNCTION chaos_{name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" INSERT INTO chaos_log {_COLUMNS} VALUES ({values}); RETURN NULL; END $$",
        f"CREATE TRIGGER chaos_{name} AFTER {event} ON {table} FOR EACH ROW"
        f" WHEN ({condition}) EXECUTE FUNCTION chaos_{name}()",
    ]


def entries(database: Database, after: int = 0) -> list[Entry]:
    """What happened after the entry with that number, in order."""
    query = text(
        "SELECT number, kind, id, job, was, became FROM chaos_log WHERE number > :after"
        " ORDER BY number"
    )
    with database.read() as session:
        return [Entry(*row) for row in session.execute(query, {"after": after}).all()]

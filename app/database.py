"""The database: one engine, short transactions, and writers that queue instead of failing.

SQLite serves one machine: WAL lets readers go on while somebody writes, and every transaction
that will write says so at its start (BEGIN IMMEDIATE), because a reader that turns into a writer
half-way is refused at once instead of waiting for its turn. PostgreSQL serves many: readers see
one moment there as well (REPEATABLE READ), writers lock the rows they decide upon.

What a database does to a program that is none of the program's doing (a dropped connection, a
deadlock, a full disk) is raised as a `DatabaseError`, whatever the driver calls it.
"""

# Ch 12 · Scaling the System: SQLite for one machine, PostgreSQL for many, by one address

from __future__ import annotations

import random
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, TypeVar

from sqlalchemy import URL, DateTime, Engine, create_engine, event, literal_column, make_url
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, Dialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolExhausted
from sqlalchemy.types import TypeDecorator
from sqlmodel import Session, SQLModel

T = TypeVar("T")
BUSY_TIMEOUT_S = 30.0
FIRST_PAUSE_S = 0.05
LONGEST_PAUSE_S = 2.0
CONNECTIONS = 50
"""A process has at most so many: a request of the API holds one while it asks something."""
_WRITING = "lectern_writing"
_POSTGRES = {
    "connect_timeout": 5,
    "application_name": "lectern",
    # Prepared statements outlive a migration and do not survive a connection pooler
    "prepare_threshold": None,
    # A computer that vanished is noticed after about half a minute, not after two hours
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 4,
    "tcp_user_timeout": 30_000,
}
_SESSION = {
    "timezone": "UTC",
    "statement_timeout": "60s",
    "lock_timeout": "20s",
    # Whoever holds locks and says nothing is stopped or hangs: its locks are released
    "idle_in_transaction_session_timeout": "60s",
}
_NO_LIMITS = {
    "statement_timeout": "0",
    "lock_timeout": "60s",
    "idle_in_transaction_session_timeout": "10min",
}


class DatabaseError(Exception):
    """The database could not do its part; the transaction was rolled back."""

    retryable = True
    """Whether the same transaction may well succeed a little later."""


class DatabaseAway(DatabaseError):
    """No connection, or it was dropped. The transaction may have been committed all the same."""


class DatabaseBusy(DatabaseError):
    """Others were in the way: a lock, a deadlock, a conflict of two transactions."""


class DatabaseFull(DatabaseError):
    """No room is left where the database lies."""

    retryable = False


class Unstorable(Exception):
    """A value that no column can hold: a NUL in a text, a number with too many digits."""


class UtcDateTime(TypeDecorator[datetime]):
    """Aware UTC times on every database; SQLite, which has none, keeps them naive."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Database:
    """An engine and the ways to use it. Raises `DatabaseError` and `Unstorable`."""

    def __init__(self, address: str, *, unlimited: bool = False) -> None:
        """`unlimited` is for migrations and backups: a statement may take as long as it takes."""
        self.engine = _engine(database_url(address), unlimited)
        self._writer = self.engine.execution_options(**{_WRITING: True})
        self._reader = self.engine
        self.before_commit: Callable[[Session], None] = _nothing
        """Called at the end of each `write`; faults come in here."""
        if self.is_postgresql:
            self._reader = self.engine.execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            )

    @property
    def is_postgresql(self) -> bool:
        return self.engine.dialect.name == "postgresql"

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session for reading one moment. What it returned stays usable afterwards."""
        with _named_errors():
            session = Session(self._reader, expire_on_commit=False)
            try:
                yield session
            finally:
                try:
                    session.close()
                except DBAPIError:  # dropped since: what was read was read
                    session.invalidate()

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A session in one transaction, committed at the end, rolled back on any error."""
        with (
            _named_errors(),
            Session(self._writer, expire_on_commit=False) as session,
            session.begin(),
        ):
            yield session
            self.before_commit(session)

    def transact(self, work: Callable[[Session], T], *, patience_s: float = 30.0) -> T:
        """What `work` returns in a transaction, begun again when the database got in the way.

        `work` may run several times, also after a commit whose answer was lost: it must decide by
        the rows it finds, and have no effect but on rows. Raises the last `DatabaseError` once
        `patience_s` has passed, and at once when trying again would not help.
        """
        # Ch 13 · Planning for Operations: a database that restarts delays work and loses none
        until, pause_s = time.monotonic() + patience_s, FIRST_PAUSE_S
        while True:
            try:
                with self.write() as session:
                    return work(session)
            except DatabaseError as error:
                if not error.retryable or time.monotonic() + pause_s > until:
                    raise
            # Two that got into each other's way do not meet again at the same moment
            time.sleep(pause_s * random.uniform(0.5, 1.0))
            pause_s = min(2 * pause_s, LONGEST_PAUSE_S)

    def dispose(self) -> None:
        self.engine.dispose()


def _nothing(_session: Session) -> None:
    pass


@contextmanager
def _named_errors() -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        kind = _kind(error)
        if kind is None:
            raise
        raise kind(str(error.orig)) from error
    except PoolExhausted as error:
        raise DatabaseBusy(str(error)) from error


_SQLITE_KINDS: dict[int, type[DatabaseError]] = {
    sqlite3.SQLITE_BUSY: DatabaseBusy,
    sqlite3.SQLITE_LOCKED: DatabaseBusy,
    sqlite3.SQLITE_FULL: DatabaseFull,
    sqlite3.SQLITE_CANTOPEN: DatabaseAway,
    sqlite3.SQLITE_IOERR: DatabaseAway,
}
_POSTGRES_KINDS: dict[str, type[DatabaseError | Unstorable]] = {
    "22": Unstorable,
    "08": DatabaseAway,  # connection exceptions
    "57P": DatabaseAway,  # shut down, crashed, still starting
    "25P03": DatabaseAway,  # was silent in a transaction for too long
    "25006": DatabaseAway,  # read-only: a replica that is not yet in charge
    "53300": DatabaseBusy,  # too many connections
    "40": DatabaseBusy,  # deadlocks, serialisation failures
    "55P03": DatabaseBusy,  # waited too long for a lock
    "57014": DatabaseBusy,  # a statement took too long
    "53100": DatabaseFull,
}
"""By the beginning of the SQLSTATE: https://www.postgresql.org/docs/current/errcodes-appendix.html"""


_UNASKED: dict[str, type[DatabaseError | Unstorable]] = {
    "OperationalError": DatabaseAway,
    "DataError": Unstorable,
}


def _kind(error: DBAPIError) -> type[DatabaseError | Unstorable] | None:
    """Which of ours it is; None: the program's own mistake."""
    cause = error.orig
    if error.connection_invalidated:
        return DatabaseAway
    if isinstance(cause, sqlite3.Error):
        code = getattr(cause, "sqlite_errorcode", None)
        return None if code is None else _SQLITE_KINDS.get(code & 0xFF)
    state = getattr(cause, "sqlstate", None)
    if state is None:
        # The server had no say: it was not reached, or the driver knew better than to ask it
        return _UNASKED.get(type(cause).__name__)
    return next((kind for start, kind in _POSTGRES_KINDS.items() if state.startswith(start)), None)


def insert_if_new(session: Session, row: SQLModel) -> bool:
    """Insert `row` unless another transaction has made one with its key: then nothing happens.

    Returns whether it was inserted. Waits for a transaction that is making one.
    """
    dialect = session.get_bind().dialect.name
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    new = insert(type(row)).values(**row.model_dump()).on_conflict_do_nothing()
    # Not by the count of rows, which SQLAlchemy does not keep of an INSERT
    return session.connection().execute(new.returning(literal_column("1"))).first() is not None


def database_url(address: str) -> URL:
    """`address` with the driver we have: `postgresql://…` means psycopg."""
    url = make_url(address)
    if url.drivername in ("postgresql", "postgres"):
        return url.set(drivername="postgresql+psycopg")
    return url


def _engine(url: URL, unlimited: bool) -> Engine:
    if url.get_backend_name() == "postgresql":
        return create_engine(
            url,
            connect_args=_postgres_arguments(url, unlimited),
            pool_pre_ping=True,
            pool_size=5,
            max_overflow=CONNECTIONS - 5,
            pool_timeout=BUSY_TIMEOUT_S,
            pool_recycle=1800,
        )
    engine = create_engine(
        url, connect_args={"timeout": BUSY_TIMEOUT_S, "check_same_thread": False}
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _postgres_arguments(url: URL, unlimited: bool) -> dict[str, Any]:
    """Ours, where the address does not say otherwise."""
    chosen = _SESSION | (_NO_LIMITS if unlimited else {})
    own = url.query.get("options", "")
    options = [f"-c {name}={value}" for name, value in chosen.items()]
    options += [own] if isinstance(own, str) else own
    return {
        **{name: value for name, value in _POSTGRES.items() if name not in url.query},
        "options": " ".join(options).strip(),
    }


def _prepare_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves
    _use_wal(connection)
    connection.execute("PRAGMA synchronous=NORMAL")
    connection.execute("PRAGMA foreign_keys=ON")
    # What was deleted is overwritten, not only marked as free
    connection.execute("PRAGMA secure_delete=ON")


def _use_wal(connection: sqlite3.Connection) -> None:
    """Switch to the write-ahead log, or find that it was.

    Two that switch a new file at once are not made to wait by SQLite: one is refused on the spot.
    """
    end = time.monotonic() + BUSY_TIMEOUT_S
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            busy = getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_BUSY
            if not busy or time.monotonic() > end:
                raise
        time.sleep(0.01)


def _begin_sqlite(connection: Connection) -> None:
    writing = connection.get_execution_options().get(_WRITING, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")

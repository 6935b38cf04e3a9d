"""`python -m deploy.local`: start the product, stay until Ctrl-C, stop all of it."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
import time
from datetime import timedelta
from pathlib import Path

from pydantic import ValidationError

from app.local.token import read_or_make
from app.settings import REPOSITORY, Settings
from deploy.local.launcher import Broken, Launcher, say
from deploy.local.parent import end_with_parent, watch_parent
from deploy.local.place import Refused, claim, clear, product_file
from deploy.local.ports import free_port
from deploy.local.programs import PAGE, NoBroker, programs


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m deploy.local", description=__doc__)
    parser.add_argument("--no-ui", action="store_true", help="the API and the workers only")
    parser.add_argument(
        "--stop-with-parent", action="store_true", help="end when the starting process does"
    )
    arguments = parser.parse_args()
    if arguments.stop_with_parent and not end_with_parent(signal.SIGTERM, os.getppid()):
        watch_parent(signal.SIGTERM, os.getppid())
    # Before anything is started: a stop at any moment stops in order
    stopping = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: stopping.set())
    try:
        settings = Settings()
        return _run(
            settings.model_copy(update={"home": settings.home.expanduser().absolute()}),
            with_page=not arguments.no_ui,
            stopping=stopping,
        )
    except ValidationError as error:
        for each in error.errors():
            name = "_".join(str(part) for part in each["loc"]).upper()
            say(f"The setting LECTERN_{name} cannot be used: {each['msg']}.")
    except (Refused, NoBroker, Broken) as error:
        say(str(error))
    return 1


def _run(settings: Settings, *, with_page: bool, stopping: threading.Event) -> int:
    started = time.monotonic()
    lock = claim(settings)
    clear(settings)
    if with_page and not PAGE.exists():
        say("  There is no page in this checkout; starting without it.")
        with_page = False
    settings = _with_free_ports(settings, with_page)
    say(f"Lectern is starting. Its data: {settings.home}")
    token = read_or_make(settings.token_path)
    _prepare_database(settings)
    launcher = Launcher(settings, programs(settings, ui=with_page), with_page, stopping)
    if stopping.is_set():
        return 0
    try:
        launcher.start()
        if launcher.wait_until_ready():
            _greet(launcher, token, time.monotonic() - started)
            launcher.watch()
        say("\nStopping every process ...")
    finally:
        launcher.stop()
        product_file(settings.home).unlink(missing_ok=True)
        lock.close()
    say("Lectern has stopped. Everything is kept; `make run` starts it again.")
    return 0


def _with_free_ports(settings: Settings, with_page: bool) -> Settings:
    try:
        port = free_port(settings.host, settings.port)
        ui_port = free_port(settings.host, settings.ui_port, {port}) if with_page else 0
    except OSError as error:
        raise Refused(f"The product cannot listen on {settings.host}: {error}") from None
    wanted = [("API", settings.port, port), ("page", settings.ui_port, ui_port)]
    for what, first, chosen in wanted:
        if first and chosen and first != chosen:
            say(f"  Port {first} is taken; the {what} uses {chosen}.")
    return settings.model_copy(update={"port": port, "ui_port": ui_port})


def _prepare_database(settings: Settings) -> None:
    """Migrate, and forget the processes of the last time: they look alive for a minute."""
    # Imported late: a refused start answers at once
    from app.database import Database, DatabaseError, database_url
    from app.schema import upgrade
    from app.telemetry.service import forget_dead

    try:
        upgrade(settings.database)
    except DatabaseError as error:
        where = database_url(settings.database).render_as_string(hide_password=True)
        raise Refused(f"The database {where} cannot be used: {error}") from None
    if settings.database_url:
        return  # other computers may work on it
    database = Database(settings.database)
    with database.write() as session:
        forget_dead(session, timedelta(0))
    database.dispose()


def _greet(launcher: Launcher, token: str, seconds: float) -> None:
    settings = launcher.settings
    sample = Path("data/samples/interview.opus")
    say(f"\nLectern is ready after {seconds:.0f} s.\n")
    if launcher.page:
        say(f"  Open     {launcher.page}")
    say(f"  Data     {settings.home}  (logs in {settings.home / 'logs'})")
    say("  Or from another program:\n")
    say(f"    curl -H 'Authorization: Bearer {token}' \\")
    say(f"         -F file=@{sample} {launcher.api}/v1/transcriptions\n")
    say("Ctrl-C stops everything.")


if __name__ == "__main__":
    if Path.cwd() != REPOSITORY:
        os.chdir(REPOSITORY)
    sys.exit(main())

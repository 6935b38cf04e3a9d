"""`lectern webhooks` and its commands; each imports its work only when it runs."""

from __future__ import annotations

from typing import Annotated

import typer

from ui.cli.exits import EPILOG, Exit
from ui.cli.frame import Json, run

app = typer.Typer(
    epilog=EPILOG,
    no_args_is_help=True,
    help="Tell other programs when something is done: signed messages over HTTP.",
)
Id = Annotated[str, typer.Argument(metavar="ID", help="As `lectern webhooks list` tells it.")]


@app.command("list", epilog=EPILOG)
def list_(as_json: Json = False) -> None:
    """Who is told of what happens, and how each of them is."""

    def work() -> Exit:
        from ui.cli import webhooks as command

        return command.everything(as_json=as_json)

    run(work, as_json)


@app.command(epilog=EPILOG)
def add(
    url: Annotated[str, typer.Argument(metavar="URL", help="https, on the public internet.")],
    event: Annotated[
        list[str] | None,
        typer.Option("--event", "-e", metavar="TYPE", help="Only these; repeatable."),
    ] = None,
    description: Annotated[str, typer.Option(metavar="TEXT", help="For yourself.")] = "",
    as_json: Json = False,
) -> None:
    """Have messages sent to an address. Prints its secret, this one time."""

    def work() -> Exit:
        from ui.cli import webhooks as command

        return command.add(url, description, event or [], as_json=as_json)

    run(work, as_json)


@app.command("test", epilog=EPILOG)
def send_test(webhook: Id, as_json: Json = False) -> None:
    """Send it a message now and tell what it answers. Exit code 1: it did not accept it."""

    def work() -> Exit:
        from ui.cli import webhooks as command

        return command.test(webhook, as_json=as_json)

    run(work, as_json)


@app.command(epilog=EPILOG)
def rotate(webhook: Id, as_json: Json = False) -> None:
    """Make a new secret and print it, this one time. The old one is good for another day."""

    def work() -> Exit:
        from ui.cli import webhooks as command

        return command.rotate(webhook, as_json=as_json)

    run(work, as_json)


@app.command(epilog=EPILOG)
def pause(webhook: Id, as_json: Json = False) -> None:
    """Send it nothing for now; what happens meanwhile is kept."""

    def work() -> Exit:
        from ui.cli import webhooks as command

        return command.switch(webhook, "paused", as_json=as_json)

    run(work, as_json)


@app.command(epilog=EPILOG)
def resume(webhook: Id, as_json: Json = False) -> None:
    """Send to it again, what was kept included."""

    def work() -> Exit:
        from ui.cli import webhooks as command

        return command.switch(webhook, "enabled", as_json=as_json)

    run(work, as_json)


@app.command(epilog=EPILOG)
def remove(webhook: Id, as_json: Json = False) -> None:
    """Send it nothing any more; its secret and its deliveries are deleted."""

    def work() -> Exit:
        from ui.cli import webhooks as command

        return command.remove(webhook, as_json=as_json)

    run(work, as_json)


@app.command(epilog=EPILOG)
def deliveries(
    webhook: Id,
    limit: Annotated[int, typer.Option(min=1, max=200, metavar="N", help="At most.")] = 20,
    again: Annotated[
        str | None, typer.Option("--again", metavar="DELIVERY", help="Send this one once more.")
    ] = None,
    as_json: Json = False,
) -> None:
    """What was sent to it and what it answered, the newest first."""

    def work() -> Exit:
        from ui.cli import webhooks as command

        return command.deliveries(webhook, limit, again, as_json=as_json)

    run(work, as_json)

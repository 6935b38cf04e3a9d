"""`python -m evaluation …`: how good it is, for whom, and how sure we are."""

from __future__ import annotations

import typer

from evaluation.commands import (
    adapter,
    behaviour,
    compare,
    everything,
    gate,
    pareto,
    report,
    retrainings,
    run,
    score,
)

app = typer.Typer(
    no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__
)


@app.callback()
def _commands() -> None:
    """How good it is, for whom, and how sure we are."""


app.command("adapter")(adapter.command)
app.command("behaviour")(behaviour.command)
app.command("compare")(compare.command)
app.command("gate")(gate.command)
app.command("pareto")(pareto.command)
app.command("report")(report.command)
app.command("retrainings")(retrainings.command)
app.command("run")(run.command)
app.command("score")(score.command)
app.command("all")(everything.command)

if __name__ == "__main__":
    app()

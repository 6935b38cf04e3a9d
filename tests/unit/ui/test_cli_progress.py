"""Bars: audio minutes, a finish time that counts down, nothing where no terminal is."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from ui.cli import progress
from ui.cli.progress import Bars, finish, length


def shown(*, terminal: bool) -> str:
    out = io.StringIO()
    with Bars(Console(file=out, force_terminal=terminal, width=120, color_system=None)) as bars:
        bar = bars.add("a [bold] name, much longer than there is room for.mp3")
        bar.heard(90.0, 2400.0, 42.0)
        bars._progress.refresh()
        bars.say("talk [1].wav: done")
    return out.getvalue()


def test_a_bar_tells_minutes_and_the_finish() -> None:
    assert "1.5 of 40.0 min" in shown(terminal=True)
    assert "ready in 42 s" in shown(terminal=True)


def test_names_are_shortened_and_never_markup() -> None:
    assert "a [bold] name…" in shown(terminal=True)
    assert "talk [1].wav: done" in shown(terminal=True)


def test_without_a_terminal_only_messages() -> None:
    assert shown(terminal=False) == "talk [1].wav: done\n"


def test_the_finish_counts_down(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr(progress.time, "monotonic", lambda: now)
    out = io.StringIO()
    bars = Bars(Console(file=out, force_terminal=True, width=120, color_system=None))
    bars.add("talk.wav").heard(60.0, 120.0, 30.0)
    now = 110.0
    bars.console.print(bars._progress.make_tasks_table(bars._progress.tasks))
    assert "ready in 20 s" in out.getvalue()


@pytest.mark.parametrize(
    ("eta_s", "said"), [(None, ""), (0.2, "ready any moment"), (12.4, "ready in 12 s")]
)
def test_finish(eta_s: float | None, said: str) -> None:
    assert finish(eta_s) == said


def test_a_distant_finish_is_a_time_of_day() -> None:
    assert finish(3600.0).startswith("ready at ")


def test_lengths() -> None:
    assert [length(13.61), length(150.0)] == ["13.6 s", "2.5 min"]

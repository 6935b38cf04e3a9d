"""No request that schemathesis thinks of finds a fault of the API (tests/fuzz)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fuzz.run import fuzz


@pytest.mark.slow
def test_nothing_that_is_sent_breaks_the_api(tmp_path: Path) -> None:
    """All checks: examples, every edge of every parameter, walks along the links.

    The phase of random requests is that of `make fuzz`.
    """
    phases = ("--phases", "examples,coverage,stateful")
    done = fuzz(tmp_path, *phases, "--generation-deterministic", "--max-time", "100", "--no-color")
    assert done.returncode == 0, done.stdout[-8000:]
    assert "Stateful" in done.stdout

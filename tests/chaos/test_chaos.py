"""The small version of `make test-chaos`: everything breaks, every promise is kept."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from tests.chaos.__main__ import SEED, prepare
from tests.chaos.run import Run

JOBS = 30
LASTS_S = 22.0


@pytest.mark.chapter(18)
@pytest.mark.chapter(13)
@pytest.mark.skipif(sys.platform != "linux", reason="signals, mounts and clocks as Linux has them")
def test_whatever_breaks_every_job_ends_once_with_the_right_text(tmp_path: Path) -> None:
    seed = int(os.environ.get(SEED) or 18)
    plan, recordings = prepare(seed, JOBS, LASTS_S)
    outcome = Run(plan, recordings, keep_logs=tmp_path / "logs").carry_out()
    assert not outcome.violations, f"seed {seed}, logs in {tmp_path}: {outcome.violations}"
    assert outcome.counts["orders"] == JOBS
    assert sum(outcome.counts["faults"].values()) >= 5, "nothing much was broken"
    assert outcome.counts["jobs"]["succeeded"] > JOBS / 2

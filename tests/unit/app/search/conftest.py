"""Transcripts of given sentences."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.support.rows import Rows

Tell = Callable[..., str]


@pytest.fixture
def tell(rows: Rows) -> Tell:
    """Make a finished transcript with one segment for each sentence; returns its id."""

    def tell_(*sentences: str, name: str = "talk.wav") -> str:
        job_id = rows.prepared(len(sentences), name=name)
        for sentence in sentences:
            rows.complete(rows.leased(1), sentence)
        assert rows.job(job_id).status == "succeeded"
        return job_id

    return tell_

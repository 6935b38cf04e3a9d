"""The faults of the decoder, switched on: one job is told, all others go on."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.context import Context
from app.errors import Unavailable, Unprocessable
from app.faults.service import switch_off, switch_on
from app.media.errors import MediaError
from app.media.faults import planted
from app.recordings.service import as_problem, examine
from app.recordings.tables import Recording
from app.transcriptions.tables import Attempt, Status
from tests.support.decoding import GOOD, Running, running, total, wait_until
from tests.support.rows import Rows, new_context
from worker.preparing import prepare_waiting

pytestmark = pytest.mark.chapter(28)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(tmp_path_factory.mktemp("server"), timeout_s=2) as private:
        yield private


@pytest.fixture
def context(tmp_path: Path, server: Running) -> Iterator[Context]:
    opened = new_context(tmp_path / "home")
    yield replace(opened, decoder=server.client)
    opened.database.dispose()


def switch(context: Context, name: str, **parameters: float) -> None:
    with context.database.write() as session:
        switch_on(session, name, 5, parameters)
    context.faults.look_again()


@pytest.mark.parametrize(
    ("name", "code"),
    [("crashing_decoder", "decoder_crashed"), ("hanging_decoder", "decoder_timeout")],
)
def test_its_own_job_ends_and_no_other(
    context: Context, server: Running, name: str, code: str
) -> None:
    switch(context, name, seconds=1.0)
    fault = planted(context.faults)
    assert fault is not None
    with server.client.decode(io.BytesIO(GOOD), 60, fault=fault) as decoding:
        heard = len(next(decoding))
        assert total(server.client, GOOD).samples == 32_000
        with pytest.raises(MediaError, match=code) as caught:
            for block in decoding:
                heard += len(block)
    assert heard >= 16_000
    assert caught.value.retryable
    wait_until(lambda: not server.children)
    assert server.process.poll() is None


def test_an_upload_that_makes_the_decoder_crash_twice_is_refused(context: Context) -> None:
    switch(context, "crashing_decoder", seconds=0.0)
    with pytest.raises(MediaError, match="decoder_crashed") as caught:
        examine(context, io.BytesIO(GOOD))
    assert not caught.value.retryable
    assert isinstance(as_problem(caught.value), Unprocessable)
    assert "twice" in caught.value.detail


def test_an_upload_while_the_decoder_hangs_may_come_again(context: Context) -> None:
    switch(context, "hanging_decoder", seconds=0.0)
    with pytest.raises(MediaError, match="decoder_timeout") as caught:
        examine(context, io.BytesIO(GOOD))
    assert isinstance(as_problem(caught.value), Unavailable)


def submit(rows: Rows) -> str:
    job = rows.submit()
    with rows.context.database.write() as session:
        recording = session.get_one(Recording, rows.job(job).recording_id)
        rows.context.storage.delete(recording.storage_key)
        recording.storage_key = rows.store(data=GOOD)
    return job


def test_its_job_is_tried_again_and_then_told(context: Context) -> None:
    rows = Rows(context)
    struck = submit(rows)
    switch(context, "crashing_decoder", seconds=1.0)
    prepare_waiting(context)
    assert len(rows.all(Attempt)) == context.settings.max_attempts
    found = rows.job(struck)
    assert (found.status, found.error_code) == (Status.FAILED, "decoder_crashed")
    with context.database.write() as session:
        switch_off(session, "crashing_decoder")
    context.faults.look_again()
    spared = submit(rows)
    prepare_waiting(context)
    assert rows.job(spared).prepared


def test_a_share_of_the_files_is_hit(context: Context) -> None:
    switch(context, "crashing_decoder", share=0.5)
    hit = [planted(context.faults) is not None for _ in range(100)]
    assert 30 < sum(hit) < 70


def test_no_fault_no_failure(context: Context) -> None:
    assert planted(context.faults) is None
    assert examine(context, io.BytesIO(GOOD)).duration_s == 2

"""Thousands of damaged files of every format, several at once: each ends in samples or an error."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.media.client import DecoderClient
from app.media.errors import CODES
from tests.support.decoding import GOOD, running, total, wait_until
from tests.support.mutations import Outcomes, campaign, mutant
from tests.support.neighbours import Neighbours, hears_neighbour, neighbours
from tests.support.seeds import seeds

pytestmark = pytest.mark.chapter(28)
OURS = {"decoder_crashed", "decoder_unavailable", "decoder_timeout"}


@pytest.fixture
def beside(tmp_path: Path) -> Iterator[Neighbours]:
    with neighbours(tmp_path) as found:
        yield found


@pytest.fixture
def client(beside: Neighbours) -> Iterator[DecoderClient]:
    with running(beside.folder, "--max-children", "4", timeout_s=30) as server:
        yield server.client
        assert total(server.client, GOOD).samples == 32_000
        wait_until(lambda: not server.children)


def judge(outcomes: Outcomes, beside: Neighbours) -> None:
    print(outcomes.table())
    assert set(outcomes.codes) <= {"samples"} | CODES - OURS, outcomes.crashed
    assert not outcomes.leaked
    assert not beside.read()
    assert not beside.called()
    assert outcomes.slowest_s < 15, f"mutant {outcomes.slowest}"


def test_every_seed_is_whole(client: DecoderClient) -> None:
    for name, data in seeds().items():
        summary = total(client, data)
        assert summary.duration_s == pytest.approx(0.6, abs=0.2), name
        assert summary.damaged_frames == 0, name


def test_a_mutant_is_decided_by_its_number() -> None:
    assert mutant(1, 40) == mutant(1, 40)
    assert mutant(1, 40) != mutant(2, 40)
    assert len({mutant(1, number)[1] for number in range(200)}) > 190


def test_a_thousand_mutations(client: DecoderClient, beside: Neighbours) -> None:
    judge(campaign(client, 1, range(1000)), beside)


@pytest.mark.slow
@pytest.mark.parametrize("slice_", range(4))
def test_ten_thousand_mutations(client: DecoderClient, beside: Neighbours, slice_: int) -> None:
    judge(campaign(client, 2, range(slice_ * 2500, (slice_ + 1) * 2500)), beside)


def test_a_neighbour_would_have_been_heard_and_seen(beside: Neighbours) -> None:
    """The test of the tests: reading a neighbour sets all of it off."""
    from worker.decoder.local import decoder

    with decoder() as client, client.decode(beside.recording, 60) as decoding:
        assert any(map(hears_neighbour, decoding))
    assert beside.read() == {"victim.wav"}
    assert not beside.read()

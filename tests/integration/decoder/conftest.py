"""A private decoder for each module, and the proof that a test left it working."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from app.media.client import DecoderClient
from tests.support.decoding import GOOD, total
from worker.decoder.local import decoder


@pytest.fixture(scope="module")
def client() -> Iterator[DecoderClient]:
    with decoder(max_children=3, timeout_s=20) as private:
        yield private


@pytest.fixture
def still_alive_afterwards(client: DecoderClient) -> Iterator[None]:
    yield
    assert total(client, GOOD).samples == 32_000

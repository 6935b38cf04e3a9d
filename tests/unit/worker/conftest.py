"""The smallest official model, loaded once for all tests that need a real one."""

from __future__ import annotations

import pytest

from tests.support.speech import read
from worker.models.weights import Weights, find
from worker.pipeline.recognise import Recogniser
from worker.pipeline.types import Samples


@pytest.fixture(scope="session")
def tiny_weights(tmp_path_factory: pytest.TempPathFactory) -> Weights:
    return find("tiny.en", tmp_path_factory.mktemp("models"))


@pytest.fixture(scope="session")
def tiny(tiny_weights: Weights) -> Recogniser:
    return Recogniser(tiny_weights.folder, name="tiny.en", streams=2)


@pytest.fixture(scope="session")
def speech() -> Samples:
    """Fourteen seconds of plain sentences."""
    return read("speech.opus")


@pytest.fixture(scope="session")
def two_minutes() -> Samples:
    """A conversation with a silence and a noise in it."""
    return read("two-minutes.opus")

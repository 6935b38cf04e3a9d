"""One running product without its page, shared by all tests that do not break it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from deploy.local.product import Product, running_product
from tests.support.jobs import Jobs, connected


@pytest.fixture(scope="session")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    with running_product(tmp_path_factory.mktemp("product")) as running:
        yield running


@pytest.fixture
def jobs(product: Product) -> Iterator[Jobs]:
    with connected(product) as client:
        yield client

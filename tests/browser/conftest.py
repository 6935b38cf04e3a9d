"""One running product with its page: `product.url`, `product.api`, `product.token`."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from deploy.local.product import Product, running_product


@pytest.fixture(scope="session")
def product(tmp_path_factory: pytest.TempPathFactory, chromium: str) -> Iterator[Product]:
    """Not started where there is no Chromium to look at it."""
    with running_product(tmp_path_factory.mktemp("product"), ui=True) as running:
        yield running

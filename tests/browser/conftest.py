"""One running product with its page: `product.url`, `product.api`, `product.token`."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from deploy.local.product import Product, running_product

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


@pytest.fixture(scope="session")
def product(tmp_path_factory: pytest.TempPathFactory, chromium: str) -> Iterator[Product]:
    """Not started where there is no Chromium to look at it."""
    with running_product(tmp_path_factory.mktemp("product"), ui=True) as running:
        yield running


@pytest.fixture(scope="module")
def chrome(chromium: str) -> Iterator[Browser]:
    """Closed with this module: while Playwright is open no other test can use asyncio."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield browser
        browser.close()

"""`make screenshots`: the README's pictures, taken of a running product in a real browser."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path

import httpx
from playwright.sync_api import Page, sync_playwright

from app.settings import REPOSITORY
from deploy.local.product import Product, running_product

IMAGES = REPOSITORY / "docs" / "images"
SAMPLE = REPOSITORY / "data" / "samples" / "interview.opus"
WIDE = {"width": 1440, "height": 1000}
NARROW = {"width": 390, "height": 844}
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def _chromium() -> str:
    found = os.environ.get("LECTERN_CHROMIUM") or shutil.which("chromium")
    if found is None:
        sys.exit("Chromium is needed: install it, or name it in LECTERN_CHROMIUM.")
    return found


def _transcribe(product: Product) -> str:
    headers = {"Authorization": f"Bearer {product.token}"}
    with httpx.Client(base_url=product.api, headers=headers, timeout=90) as client:
        with SAMPLE.open("rb") as file:
            job = client.post("/v1/transcriptions", files={"file": (SAMPLE.name, file)}).json()
        client.get(f"/v1/transcriptions/{job['id']}", params={"wait": 60})
        return str(job["id"])


def _settled(page: Page, address: str, text: str) -> None:
    page.goto(address)
    page.get_by_text(text).first.wait_for(timeout=60_000)
    page.wait_for_timeout(1_500)  # fonts and the last fragment


def main() -> None:
    IMAGES.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as home,
        running_product(Path(home), ui=True) as product,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=_chromium(), args=list(QUIET))
        for suffix, size in (("", WIDE), ("-narrow", NARROW)):
            page = browser.new_page(viewport=size)  # type: ignore[arg-type]
            _settled(page, product.url, "Your audio stays on this computer")
            page.screenshot(path=IMAGES / f"transcribe{suffix}.png")
            page.close()
        job = _transcribe(product)
        for suffix, size in (("", WIDE), ("-narrow", NARROW)):
            page = browser.new_page(viewport=size)  # type: ignore[arg-type]
            _settled(page, f"{product.url}/transcript?id={job}", "Thank you for making time")
            page.screenshot(path=IMAGES / f"transcript{suffix}.png")
            _settled(page, f"{product.url}/library", "interview")
            page.screenshot(path=IMAGES / f"library{suffix}.png")
            # Of the committed results: the figures are those of the README
            _settled(page, f"{product.url}/quality", "How these figures are made")
            page.screenshot(path=IMAGES / f"quality{suffix}.png")
            _settled(page, f"{product.url}/walkthrough?chapter=7", "Planning for Mistakes")
            page.screenshot(path=IMAGES / f"walkthrough{suffix}.png")
            page.close()
        browser.close()


if __name__ == "__main__":
    main()

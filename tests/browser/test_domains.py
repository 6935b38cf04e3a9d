"""From a page of text to a transcript with its words, in a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from data.domains import folder
from deploy.local.product import Product
from tests.support.jobs import connected

pytestmark = pytest.mark.browser

SAMPLE = Path(__file__).parents[2] / "data" / "samples" / "interview.opus"
READY_MS = 120_000


@pytest.fixture
def page(chrome: Browser) -> Iterator[Page]:
    with chrome.new_context(viewport={"width": 1440, "height": 1000}) as context:
        opened = context.new_page()
        opened.set_default_timeout(60_000)
        yield opened


def text_of_the_field() -> str:
    lines = folder.find("poverty-research").sentences["train"]
    return "\n".join(sentence.text for sentence in lines[:120])


@pytest.mark.chapter(9)
def test_a_page_of_text_becomes_a_domain_that_transcribes(page: Page, product: Product) -> None:
    page.goto(f"{product.url}/domains")
    page.get_by_role("button", name="New domain").click()
    page.get_by_label("Name of the field").fill("Measuring poverty")
    page.get_by_label("Paste a page of text").fill(text_of_the_field())
    page.get_by_role("button", name="Find the terms").click()
    make = page.get_by_role("button", name="Make this domain of")
    expect(make).to_be_visible(timeout=READY_MS)
    before = int(make.inner_text().split()[-2])
    untick_first(page)
    expect(page.get_by_role("button", name=f"Make this domain of {before - 1} ")).to_be_visible()
    make.click()
    expect(page.get_by_role("heading", name="Measuring poverty")).to_be_visible()
    expect(page.get_by_text("is kept for training")).to_be_visible()
    page.get_by_role("button", name="Transcribe with this domain").click()
    expect(page.get_by_text("with the domain Measuring poverty")).to_be_visible()
    page.locator("input[type=file]").set_input_files(SAMPLE)
    expect(page.get_by_text("processed on this computer").first).to_be_visible()
    page.get_by_role("button", name="Transcribe 1 recording").click()
    link = page.get_by_test_id("stPageLink").get_by_role("link", name=SAMPLE.name).first
    expect(link).to_be_visible(timeout=READY_MS)
    link.click()
    expect(page.get_by_text("domain measuring-poverty, glossary version 1")).to_be_visible()
    with connected(product) as jobs:
        job = jobs.http.get("/v1/transcriptions").json()["items"][0]
        whole = jobs.read(job["id"])
        jobs.http.delete(f"/v1/transcriptions/{job['id']}")
        jobs.http.delete("/v1/domains/measuring-poverty")
    assert job["domain"]["name"] == "measuring-poverty"
    assert len(whole["options"]["keywords"]) == before - 1


def untick_first(page: Page) -> None:
    """The table is drawn on a canvas: its first box is below the head of its first column."""
    canvas = page.get_by_test_id("stDataFrame").locator("canvas").first
    canvas.scroll_into_view_if_needed()
    page.wait_for_timeout(1_000)
    box = canvas.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + 34, box["y"] + 54)

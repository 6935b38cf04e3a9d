"""From a word in the library to the moment it is said, in a real browser."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from deploy.local.product import Product
from tests.support.jobs import TWO_MINUTES, connected

pytestmark = pytest.mark.browser
READY_MS = 120_000


@pytest.fixture(scope="module")
def spoken(product: Product) -> Iterator[dict]:  # type: ignore[type-arg]
    """A transcript of two minutes."""
    with connected(product) as client:
        job = client.submit(TWO_MINUTES, model="tiny.en", name="An interview <b> & more.opus")
        found = client.finish(job, patience_s=300)
        assert found["status"] == "succeeded", found
        yield found
        client.http.delete(f"/v1/transcriptions/{job}")


@pytest.fixture(params=[1440, 390])
def page(request: pytest.FixtureRequest, chrome: Browser) -> Iterator[Page]:
    with chrome.new_context(viewport={"width": request.param, "height": 900}) as context:
        context.set_default_timeout(60_000)
        yield context.new_page()


def test_from_a_word_to_the_moment(page: Page, product: Product, spoken: dict) -> None:  # type: ignore[type-arg]
    late = [word for segment in spoken["segments"] for word in segment["words"]]
    late = [word for word in late if word["start"] > 60 and len(word["word"].strip(" .,?!")) > 6]
    wanted = late[0]["word"].strip(" .,?!")
    page.goto(f"{product.url}/library")
    box = page.get_by_placeholder("Search in transcripts")
    expect(box).to_be_visible(timeout=READY_MS)
    box.fill(wanted.upper())
    box.press("Enter")
    mark = page.locator(".l-hits mark").first
    expect(mark).to_have_text(wanted, ignore_case=True, timeout=READY_MS)
    expect(page.locator(".l-section a")).to_have_text("An interview <b> & more.opus")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    hits = page.locator(".l-hits li a")
    seconds = page.evaluate(
        "a => +new URL(a.href).searchParams.get('t')", hits.last.element_handle()
    )
    hits.last.click()
    now = page.locator(".w.now")
    expect(now).to_be_visible(timeout=READY_MS)
    expect(now).to_be_in_viewport()
    assert wanted.lower() in (now.text_content() or "").lower()
    shown = f"{int(seconds) // 60}:{int(seconds) % 60:02}"
    expect(page.locator(".time")).to_have_text(re.compile(f"^{shown} / "), timeout=READY_MS)


def test_what_nobody_said(page: Page, product: Product, spoken: dict) -> None:  # type: ignore[type-arg]
    page.goto(f"{product.url}/library?q=quibblewort+xy*")
    expect(page.get_by_text("No transcript says")).to_be_visible(timeout=READY_MS)

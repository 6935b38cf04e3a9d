"""The page *Quality* in a real browser: figures, charts, and recordings that play."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from deploy.local.product import Product
from evaluation.runs.format import Run
from tests.support.quality import WORSE, Results, measured, record

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def results(product: Product) -> Iterator[tuple[Run, Run]]:
    """Two runs of one's own, with their recordings; the product finds them while it runs."""
    own = Results(product.home / "evaluation")
    base = own.add(measured("browsed", rate=0.09, worse=WORSE, failed=1))
    tiny = own.add(measured("browsed", model="tiny.en", rate=0.13, worse=WORSE))
    own.compare(base, tiny)
    record(product.home / "corpora", replace(base, recordings=base.recordings[:40]))
    yield base, tiny
    for run in (base, tiny):
        (own.folder / "runs" / f"{run.name}.json").unlink()


@pytest.fixture
def page(chrome: Browser) -> Iterator[Page]:
    with chrome.new_context(viewport={"width": 1440, "height": 1000}) as context:
        yield context.new_page()


def opened(page: Page, product: Product, run: Run) -> None:
    page.goto(f"{product.url}/quality?run={run.name}")
    expect(page.get_by_text("How these figures are made")).to_be_visible(timeout=60_000)


def choose(page: Page, label: str, option: str) -> None:
    """A click on a list that the page is drawing anew just then opens nothing: click again."""
    wanted = page.get_by_role("option", name=option)
    for _ in range(10):
        page.get_by_role("combobox", name=re.compile(label)).click()
        with suppress(PlaywrightTimeout):
            wanted.wait_for(timeout=3_000)
            break
    wanted.click()


def test_the_first_page_leads_to_it(page: Page, product: Product, results: object) -> None:
    page.goto(product.url)
    page.get_by_role("link", name="See how good it is").click(timeout=60_000)
    expect(page.get_by_role("heading", name="How good is it?")).to_be_visible()


def test_figures_charts_and_both_models(
    page: Page, product: Product, results: tuple[Run, Run]
) -> None:
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
    opened(page, product, results[0])
    expect(page.locator(".q-figure")).to_have_text(re.compile(r"of 100 words wrong"))
    # Charts are drawn, and their data can be opened by name by those who do not see them
    chart = page.locator("[data-testid=stVegaLiteChart]").first
    expect(chart.locator("canvas, svg").first).to_be_visible()
    data = page.get_by_role("button", name=re.compile("Show data: Errors in 100 words by gender"))
    expect(data).to_be_attached()
    expect(page.get_by_text("fewer errors in 100 words than tiny.en")).to_be_visible()
    assert complaints == []


def test_the_worst_can_be_heard_from_their_place(
    page: Page, product: Product, results: tuple[Run, Run]
) -> None:
    opened(page, product, results[0])
    page.get_by_label("With the words").fill("clip-0003")
    page.get_by_label("With the words").press("Enter")
    expect(page.locator(".q-clip:not(.q-change)")).to_have_count(1)
    sound = page.locator(".q-clip:not(.q-change) audio")
    sound.evaluate("(audio) => { audio.muted = true; return audio.play() }")
    page.wait_for_function("() => document.querySelector('.q-clip audio').currentTime > 0.2")
    assert sound.evaluate("(audio) => audio.error") is None


def test_a_choice_changes_the_address_and_nothing_else_is_needed(
    page: Page, product: Product, results: tuple[Run, Run]
) -> None:
    opened(page, product, results[0])
    choose(page, "Model", "tiny.en")
    page.wait_for_url(f"**run={results[1].name}")
    expect(page.get_by_text("more errors in 100 words than whisper-base")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_a_telephone(
    chrome: Browser, product: Product, results: tuple[Run, Run], scheme: str, tmp_path: Path
) -> None:
    size = {"width": 390, "height": 844}
    with chrome.new_context(viewport=size, color_scheme=scheme) as context:  # type: ignore[arg-type]
        narrow = context.new_page()
        opened(narrow, product, results[0])
        narrow.wait_for_timeout(1500)
        too_wide = narrow.evaluate(
            "() => { const e = document.querySelector('[data-testid=stMain]');"
            " return e.scrollWidth - e.clientWidth }"
        )
        assert too_wide == 0

"""The page *Models* in a real browser: a version serves, writes, is taken back, and made good."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from app.context import open_context
from app.settings import Settings
from deploy.local.product import Product
from tests.support.jobs import SPEECH, Jobs, connected
from tests.support.registered import enter
from worker.models.weights import find

pytestmark = pytest.mark.browser
DOMAIN = "ruby"
READY_MS = 120_000


@pytest.fixture
def jobs(product: Product) -> Iterator[Jobs]:
    with connected(product) as client:
        yield client


@pytest.fixture
def page(chrome: Browser) -> Iterator[Page]:
    with chrome.new_context(viewport={"width": 1440, "height": 1000}) as context:
        context.set_default_timeout(60_000)
        yield context.new_page()


@pytest.fixture(scope="module")
def versions(product: Product) -> Iterator[list[int]]:
    """Two that passed their gate and one that did not; what they wrote is removed in the end."""
    context = open_context(Settings(home=product.home))
    parent = find("tiny.en", context.settings.models_dir)
    entered = [
        enter(context, DOMAIN, parent, 1),
        enter(context, DOMAIN, parent, 2),
        enter(context, DOMAIN, parent, 3, passed=False),
    ]
    context.database.dispose()
    yield entered
    with connected(product) as client:
        for job in client.http.get("/v1/transcriptions").json()["items"]:
            client.http.delete(f"/v1/transcriptions/{job['id']}")


def opened(page: Page, product: Product, number: int) -> None:
    page.goto(f"{product.url}/models?domain={DOMAIN}&version={number}")
    expect(page.locator("h1")).to_contain_text(f"version {number}", timeout=READY_MS)


def heard(jobs: Jobs) -> dict:  # type: ignore[type-arg]
    found = jobs.finish(jobs.submit(SPEECH, domain=DOMAIN), patience_s=180)
    assert found["status"] == "succeeded", found
    return found


@pytest.mark.chapter(13)
def test_promoted_it_writes_rolled_back_it_lists_and_all_is_made_again(
    page: Page, product: Product, jobs: Jobs, versions: list[int]
) -> None:
    first, second, _ = versions
    jobs.http.post(f"/v1/domains/{DOMAIN}/versions/{first}/promote")
    opened(page, product, second)
    page.get_by_role("button", name="Let it serve").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text(f"instead of version {first}")
    dialog.get_by_label("Why").fill("fewer terms missed")
    dialog.get_by_role("button", name="Let it serve").click()
    expect(page.get_by_text("serves since")).to_be_visible()
    job = heard(jobs)
    assert job["domain"]["model_version"] == second
    opened(page, product, second)
    page.get_by_role("button", name="Roll back").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text(f"version {first}")
    dialog.get_by_label("Why").fill("invents words")
    dialog.get_by_role("button", name="Roll back").click()
    expect(page.get_by_text("was rolled back; it had made 1 transcript")).to_be_visible()
    expect(page.get_by_role("link", name=SPEECH.name).first).to_be_visible()
    page.get_by_role("button", name="Transcribe it again").click()
    expect(page.get_by_text("1 transcript made again")).to_be_visible()
    link = page.get_by_role("link", name="made again").first
    again = jobs.finish(str(link.get_attribute("href")).rpartition("=")[2], patience_s=180)
    assert again["instead_of"] == job["id"]
    assert again["domain"]["model_version"] == first
    expect(page.get_by_text(": invents words")).to_be_visible()
    page.goto(f"{product.url}/transcript?id={job['id']}")
    expect(page.get_by_text("was rolled back since")).to_be_visible()
    page.get_by_text("Where this text comes from").click()
    expect(page.get_by_text(f"lectern reproduce {job['id']}")).to_be_visible()
    page.get_by_role("link", name="transcribed again").click()
    expect(page.get_by_text("Made again in the place of")).to_be_visible()


@pytest.mark.chapter(17)
def test_what_did_not_pass_has_no_button(page: Page, product: Product, versions: list[int]) -> None:
    opened(page, product, versions[2])
    expect(page.get_by_text("nobody can wave it through")).to_be_visible()
    expect(page.get_by_role("button", name="Let it serve")).to_have_count(0)


@pytest.mark.parametrize("path", ["/models", f"/models?domain={DOMAIN}"])
def test_it_fits_a_telephone_and_draws_its_charts(
    chrome: Browser, product: Product, versions: list[int], path: str
) -> None:
    complaints: list[str] = []
    with chrome.new_context(viewport={"width": 390, "height": 844}) as context:
        narrow = context.new_page()
        narrow.on("pageerror", lambda error: complaints.append(str(error)))
        narrow.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
        narrow.goto(product.url + path)
        expect(narrow.locator("h1").first).to_be_visible(timeout=READY_MS)
        if "domain" in path:
            charts = narrow.locator("[data-testid=stVegaLiteChart]")
            expect(charts.first.locator("canvas, svg").first).to_be_visible(timeout=READY_MS)
        else:
            headlines = narrow.get_by_text(re.compile("of the field's terms missed"))
            expect(headlines.first).to_be_visible(timeout=READY_MS)
        narrow.wait_for_timeout(1500)
        too_wide = narrow.evaluate(
            "() => { const e = document.querySelector('[data-testid=stMain]');"
            " return e.scrollWidth - e.clientWidth }"
        )
        assert too_wide == 0
        assert complaints == []

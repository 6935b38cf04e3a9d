"""The page behind a link, as a guest sees it: it reads, plays, comments and corrects, and ends."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from deploy.local.product import Product
from tests.support.edits import Editor
from tests.support.jobs import SPEECH, connected
from tests.support.shared import Guest, Sharing

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def sharing(product: Product) -> Iterator[Sharing]:
    """Of a transcript that the real models made."""
    with connected(product) as jobs, httpx.Client(base_url=product.api) as stranger:
        job = jobs.finish(jobs.submit(SPEECH, model="tiny.en"))
        yield Sharing(Editor(jobs.http, job["id"]), stranger)


@pytest.fixture(params=[1280, 390])
def browser(request: pytest.FixtureRequest, chrome: Browser) -> Iterator[BrowserContext]:
    with chrome.new_context(viewport={"width": request.param, "height": 900}) as opened:
        opened.set_default_timeout(30_000)
        yield opened


def follow(browser: BrowserContext, guest: Guest) -> Page:
    """The link as it was given, in a browser that knows nothing else."""
    page = browser.new_page()
    page.goto(guest.told["link"])
    expect(page.locator(".w").first).to_be_visible(timeout=60_000)
    return page


@pytest.mark.chapter(28)
def test_a_guest_reads_and_plays_and_the_secret_leaves_no_trace(browser, product, sharing):
    guest = sharing.make("view", label="For nobody's eyes")
    assert guest.told["link"].startswith(f"{product.url}/shared/")
    page, asked = browser.new_page(), []
    page.on("request", lambda request: asked.append((request.url, request.headers)))
    wrong: list[str] = []
    page.on("console", lambda message: wrong.append(message.text))
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.goto(guest.told["link"])
    expect(page.locator(".w").first).to_be_visible(timeout=60_000)
    expect(page.get_by_text("you can read, listen and download, until")).to_be_visible()
    page.locator(".w").nth(2).click()
    expect(page.locator(".play")).to_have_text("Pause")
    assert page.url == f"{product.url}/shared/{guest.share}"
    left = page.evaluate("() => document.cookie + JSON.stringify(history.state)")
    assert guest.secret not in left
    assert all(guest.secret not in url.partition("#")[0] for url, _ in asked)
    assert all(guest.secret not in headers.get("referer", "") for _, headers in asked)
    assert wrong == []
    assert {url.split("/")[2] for url, _ in asked if "://" in url} == {product.url.split("/")[2]}
    for name in ("Correct the text", "Comment", "More: what was changed"):
        assert page.get_by_text(name, exact=True).filter(visible=True).count() == 0
    assert "For nobody's eyes" not in page.content()
    wide = page.evaluate("() => document.documentElement.scrollWidth - window.innerWidth")
    assert wide <= 0
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Download").click()
    assert waiting.value.suggested_filename.endswith(".docx")
    assert ("exported", "docx") in sharing.deeds(guest)
    page.reload()
    expect(page.locator(".w").first).to_be_visible()


def test_a_guest_comments_and_the_owner_sees_and_settles_it(browser, product, sharing):
    guest = sharing.make("comment")
    page = follow(browser, guest)
    page.get_by_role("button", name="Comment", exact=True).click()
    page.locator(".s").nth(1).click()
    page.get_by_label("Your name").fill("Ana")
    page.get_by_label("Your comment").fill("Is <b>this</b> right?")
    page.get_by_role("button", name="Send").click()
    expect(page.locator(".remark .said")).to_have_text("Is <b>this</b> right?")
    expect(page.locator(".note")).to_have_text("1 comment")
    owner = browser.new_page()
    owner.goto(f"{product.url}/transcript?id={sharing.editor.job}")
    expect(owner.locator(".note")).to_have_text("1 comment", timeout=60_000)
    owner.locator(".note").click()
    expect(owner.locator(".remark .by")).to_contain_text("Ana")
    owner.get_by_role("button", name="Settle").click()
    expect(owner.locator(".note")).to_have_text("1 comment, settled")
    owner.get_by_role("button", name="Delete").click()
    expect(owner.locator(".note")).to_have_count(0)


def test_a_guest_corrects_against_the_owner(browser, sharing):
    guest = sharing.make("edit", label="Ana")
    page = follow(browser, guest)
    page.get_by_role("button", name="Correct the text").click()
    page.locator(".s").first.click()
    page.locator(".editing textarea").fill("Mine.")
    sharing.editor.edit(0, text="Theirs.")
    page.locator(".editing textarea").press("Enter")
    expect(page.locator(".theirs")).to_have_text("Theirs.")
    page.get_by_role("button", name="Keep mine").click()
    expect(page.locator(".editing")).to_have_count(0)
    assert sharing.editor.texts()[0] == "Mine."
    assert sharing.editor.revisions()[0]["by"] == guest.share
    assert sharing.editor.restore(0).status_code == 200


def test_a_link_that_ended_says_so(browser, product, sharing):
    guest = sharing.make("edit")
    page = follow(browser, guest)
    sharing.revoke(guest)
    page.reload()
    expect(page.get_by_text("The person who made this link has ended it.")).to_be_visible()
    page.goto(f"{product.url}/shared/shr_never#{guest.secret}")
    expect(page.get_by_text("This link leads nowhere.")).to_be_visible()


def test_two_links_side_by_side_do_not_mix(browser, sharing):
    one, other = sharing.make("view"), sharing.make("edit")
    first = follow(browser, one)
    follow(browser, other)
    first.reload()
    expect(first.get_by_text("you can read, listen and download, until")).to_be_visible()


def test_the_owner_makes_a_link_on_the_page(browser, product, sharing):
    page = browser.new_page()
    page.goto(f"{product.url}/transcript?id={sharing.editor.job}")
    page.get_by_role("button", name="Share").click()
    expect(page.get_by_text("a link opens here, and nowhere else")).to_be_visible()
    page.get_by_role("button", name="Make a link").click()
    told = page.locator("code").filter(has_text="/shared/shr_")
    expect(told).to_be_visible()
    page.goto(told.inner_text().strip())
    expect(page.locator(".w").first).to_be_visible(timeout=60_000)

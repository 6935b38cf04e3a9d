"""A recording heard again from its page, laid beside the first, its correction carried over."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from deploy.local.product import Product
from tests.support.edits import Editor
from tests.support.jobs import SPEECH, connected

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("width", [1280, 390])
def test_again_compared_and_carried_over(product: Product, chrome: Browser, width: int) -> None:
    with connected(product) as jobs:
        old = Editor(jobs.http, jobs.finish(jobs.submit(SPEECH, model="tiny.en"))["id"])
        with chrome.new_context(viewport={"width": width, "height": 900}) as opened:
            opened.set_default_timeout(60_000)
            page = opened.new_page()
            page.goto(f"{product.url}/transcript?id={old.job}")
            page.get_by_role("button", name="Transcribe again").click()
            page.get_by_role("combobox", name="Model").click()
            page.get_by_role("option", name="tiny.en").click()
            page.get_by_role("button", name="Start", exact=True).click()
            page.wait_for_url(lambda url: "id=tr_" in url and old.job not in url)
            new = Editor(jobs.http, page.url.partition("id=")[2])
            jobs.finish(new.job)
            assert new.texts() == old.texts()
            right = f"{old.texts()[0]} Indeed."
            old.edit(0, text=right)
            page.goto(f"{product.url}/transcript?id={old.job}")
            page.get_by_role("link", name="Compare").click()
            expect(page.get_by_text("1 place differs")).to_be_visible()
            mark = page.locator("mark.p-differs").first
            expect(mark).to_contain_text("Indeed")
            line = mark.evaluate("each => getComputedStyle(each).textDecorationLine")
            assert line == "underline"
            mark.click()
            expect(page.locator(".play")).to_have_text("Pause")
            wide = page.evaluate("() => document.documentElement.scrollWidth - innerWidth")
            assert wide <= 0
            page.get_by_text("Carry corrections over").click()
            page.get_by_role("button", name="Carry 1 correction over").click()
            expect(page.get_by_text("1 correction was carried over.")).to_be_visible()
            expect(page.get_by_text("Both say the same")).to_be_visible()
            assert new.texts()[0] == right

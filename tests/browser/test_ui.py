"""The page in a real browser, with the real product behind it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import docx
import pysubs2
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.support.jobs import connected

pytestmark = pytest.mark.browser

AUDIO = Path(__file__).parents[1] / "audio"
SPEECH = AUDIO / "speech.opus"
LONGER = AUDIO / "two-minutes.opus"
# As root there is no sandbox, and Chromium itself must not call home
READY_MS = 120_000


@dataclass
class Watched:
    """A page and what it did behind our back."""

    page: Page
    addresses: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def watch(self) -> Watched:
        self.page.on("request", lambda request: self.addresses.append(request.url))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on(
            "console",
            lambda said: self.complaints.append(said.text) if said.type == "error" else None,
        )
        return self

    def hosts(self) -> set[str | None]:
        return {
            urlsplit(address).hostname
            for address in self.addresses
            if urlsplit(address).scheme in ("http", "https", "ws", "wss")
        }


@pytest.fixture
def context(chrome: Browser) -> Iterator[BrowserContext]:
    opened = chrome.new_context(viewport={"width": 1280, "height": 900})
    opened.set_default_timeout(30_000)
    yield opened
    opened.close()


@pytest.fixture
def tab(context: BrowserContext, product) -> Watched:
    watched = Watched(context.new_page()).watch()
    watched.page.goto(product.url)
    expect(watched.page.get_by_text("Drop recordings here")).to_be_visible(timeout=60_000)
    return watched


def drop(page: Page, *files: Path | dict) -> None:
    page.locator("input[type=file]").set_input_files(list(files))


def start(page: Page, recordings: int = 1) -> None:
    noun = "recording" if recordings == 1 else "recordings"
    page.get_by_role("button", name=f"Transcribe {recordings} {noun}").click()


def finished_link(page: Page, name: str):
    return page.get_by_test_id("stPageLink").get_by_role("link", name=name).first


@pytest.fixture(scope="module")
def transcript_address(chrome: Browser, product) -> str:
    """The address of a transcript made through the page, for the tests that only read."""
    with chrome.new_context() as opened:
        page = opened.new_page()
        page.goto(product.url)
        drop(page, {"name": "to read.opus", "mimeType": "audio/ogg", "buffer": SPEECH.read_bytes()})
        start(page)
        link = finished_link(page, "to read.opus")
        expect(link).to_be_visible(timeout=READY_MS)
        link.click()
        page.wait_for_url("**/transcript?id=*")
        expect(page.locator(".w").first).to_be_visible()
        return page.url


def spoken() -> set[str]:
    """Longer words that are said in the recording."""
    script = json.loads((AUDIO / "speech.json").read_text())
    said = " ".join(turn["text"] for turn in script["turns"])
    return {word.lower() for word in re.findall(r"[A-Za-z]{5,}", said)}


def test_drop_a_recording_and_read_its_transcript(tab, product):
    drop(tab.page, SPEECH)
    before = tab.page.get_by_text("processed on this computer")
    expect(before.first).to_be_visible()
    expect(before.first).to_contain_text("model ")
    start(tab.page)
    link = finished_link(tab.page, SPEECH.name)
    expect(link).to_be_visible(timeout=READY_MS)
    link.click()
    expect(tab.page.locator(".w").first).to_be_visible()
    read = {w.lower() for w in re.findall(r"[A-Za-z]{5,}", tab.page.locator(".text").inner_text())}
    assert len(spoken() & read) >= len(spoken()) / 2
    assert tab.complaints == []
    assert tab.hosts() == {urlsplit(product.url).hostname}


def test_a_reload_and_a_second_browser_show_the_same(chrome, transcript_address):
    def text(page: Page) -> str:
        page.goto(transcript_address)
        expect(page.locator(".w").first).to_be_visible(timeout=30_000)
        return page.locator(".text").inner_text()

    with chrome.new_context() as first, chrome.new_context() as second:
        page = first.new_page()
        assert text(page) == text(page) == text(second.new_page())


def test_what_was_dropped_is_still_there_after_a_reload(tab):
    drop(tab.page, SPEECH)
    button = tab.page.get_by_role("button", name="Transcribe 1 recording")
    expect(button).to_be_visible()
    tab.page.reload()
    expect(button).to_be_visible()
    tab.page.get_by_role("button", name="Remove").click()
    expect(button).to_be_hidden()


def test_a_running_job_shows_in_every_browser_and_can_be_cancelled(tab, chrome, product):
    copies = [
        {"name": f"long {n}.opus", "mimeType": "audio/ogg", "buffer": LONGER.read_bytes()}
        for n in range(4)
    ]
    drop(tab.page, *copies)
    start(tab.page, 4)
    last = "long 3.opus"
    with chrome.new_context() as other:
        elsewhere = other.new_page()
        elsewhere.goto(product.url + "/library")
        entry = elsewhere.locator("[class*=st-key-l-entry-tr_]").filter(has_text=last)
        expect(entry).to_be_visible(timeout=30_000)
        entry.get_by_role("button", name="Cancel").click()
        expect(entry.locator("[data-status=cancelled]")).to_be_visible()
    expect(finished_link(tab.page, last)).to_be_visible()
    with connected(product) as jobs:  # the others are not needed any more
        for job in jobs.http.get("/v1/transcriptions").json()["items"]:
            jobs.http.post(f"/v1/transcriptions/{job['id']}/cancel")


def test_a_bad_file_says_so_and_stops_no_other(tab):
    text = {"name": "notes.mp3", "mimeType": "audio/mpeg", "buffer": b"Dear diary, today\n" * 50}
    good = {"name": "good.opus", "mimeType": "audio/ogg", "buffer": SPEECH.read_bytes()}
    drop(tab.page, text, good)
    refused = tab.page.locator(".failed")
    expect(refused).to_contain_text("notes.mp3")
    assert len(refused.locator(".state").inner_text()) > 30
    expect(tab.page.get_by_role("button", name="Transcribe 1 recording")).to_be_visible()
    refused.get_by_role("button", name="Dismiss").click()
    expect(refused).to_have_count(0)


def test_a_name_cannot_become_code(tab):
    name = "<img src=x onerror=alert(1)>.opus"
    tab.page.on("dialog", lambda dialog: pytest.fail(f"a name ran as code: {dialog.message}"))
    drop(tab.page, {"name": name, "mimeType": "audio/ogg", "buffer": SPEECH.read_bytes()})
    expect(tab.page.get_by_role("button", name="Transcribe 1 recording")).to_be_visible()
    expect(tab.page.locator(".l-name").get_by_text("onerror=alert(1)")).to_be_visible()
    assert tab.page.locator("img[src=x]").count() == 0


def test_a_click_on_a_word_plays_it_and_keys_work(context, transcript_address):
    page = context.new_page()
    page.goto(transcript_address)
    word = page.locator(".w").nth(3)
    expect(page.locator(".player")).to_be_visible()
    begins_s = float(word.get_attribute("data-s") or "nan")
    word.click()
    expect(page.locator(".play")).to_have_text("Pause")
    page.keyboard.press("k")
    expect(page.locator(".play")).to_have_text("Play")
    position_s = float(page.locator(".seek").input_value())
    assert begins_s - 0.2 <= position_s <= begins_s + 5
    expect(page.locator(".now")).to_have_count(1)
    page.keyboard.press("j")
    expect(page.locator(".seek")).to_have_value("0")


def test_the_transcript_can_be_taken_away_with_one_click(context, transcript_address):
    page = context.new_page()
    page.goto(transcript_address)
    with page.expect_download() as download:
        page.get_by_role("link", name="Download").click()
    assert download.value.suggested_filename == "to read.docx"
    document = docx.Document(download.value.path())
    assert any(paragraph.style.name == "Transcript Turn" for paragraph in document.paragraphs)


def test_another_file_can_be_chosen(context, transcript_address):
    page = context.new_page()
    page.goto(transcript_address)
    page.get_by_role("button", name="Word", exact=True).click()
    page.get_by_label("File", exact=True).click()
    page.get_by_role("option", name="SubRip (SRT) · subtitles").click()
    page.get_by_text("For quick readers").click()
    link = page.get_by_role("link", name="Download")
    expect(link).to_have_attribute("href", re.compile("format=srt&preset=quick"))
    page.keyboard.press("Escape")
    with page.expect_download() as download:
        link.click()
    assert download.value.suggested_filename == "to read.srt"
    assert len(pysubs2.load(str(download.value.path()))) > 0


@pytest.mark.parametrize("path", ["", "/library", "/walkthrough", "/walkthrough?chapter=7"])
def test_every_page_fits_a_telephone_and_keeps_to_this_computer(chrome, product, path):
    with chrome.new_context(viewport={"width": 390, "height": 844}) as narrow:
        watched = Watched(narrow.new_page()).watch()
        watched.page.goto(product.url + path)
        expect(watched.page.locator("h1").first).to_be_visible(timeout=30_000)
        watched.page.wait_for_timeout(1500)
        assert overflow(watched.page) == 0
        assert watched.hosts() == {urlsplit(product.url).hostname}
        assert watched.complaints == []


def test_the_transcript_fits_a_telephone(chrome, transcript_address):
    with chrome.new_context(viewport={"width": 390, "height": 844}) as narrow:
        page = narrow.new_page()
        page.goto(transcript_address)
        expect(page.locator(".player")).to_be_visible()
        assert overflow(page) == 0


def overflow(page: Page) -> int:
    """Pixels by which the page is wider than the window."""
    return page.evaluate(
        "() => Math.max(0, ...[document.documentElement, ...document.querySelectorAll("
        "'[data-testid=stMain]')].map((e) => e.scrollWidth - e.clientWidth))"
    )


def test_a_foreign_page_cannot_use_the_access_of_ours(context, product):
    answer = context.request.get(
        product.url + "/api/transcriptions", headers={"Origin": "https://evil.example"}
    )
    assert answer.status == 403
    assert answer.json()["code"] == "origin_not_allowed"


def test_a_fault_is_announced_on_every_page_while_it_is_on(tab, product):
    page = tab.page
    page.goto(product.url + "/walkthrough?chapter=12")
    page.get_by_role("button", name="Switch on").first.click()
    notice = page.get_by_text("Simulated fault active until")
    expect(notice).to_be_visible()
    page.goto(product.url + "/library")
    expect(notice).to_be_visible()
    page.go_back()
    page.get_by_role("button", name="Switch off").first.click()
    expect(notice).to_be_hidden()

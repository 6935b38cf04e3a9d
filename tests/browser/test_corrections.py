"""Correcting a transcript on its page: by mouse, by keys, against others, without a network."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from deploy.local.product import Product
from tests.support.edits import Editor
from tests.support.jobs import SPEECH, connected

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def heard(product: Product) -> Iterator[Editor]:
    """A transcript that the real models made."""
    with connected(product) as jobs:
        job = jobs.finish(jobs.submit(SPEECH, model="tiny.en"))
        yield Editor(jobs.http, job["id"])


@pytest.fixture
def editor(heard: Editor) -> Iterator[Editor]:
    """As the machine left it; what a test did to it is taken back."""
    yield heard
    heard.client.post(f"{heard.address}/reopen")
    assert heard.restore(0).status_code == 200


@pytest.fixture(params=[1280, 390])
def page(request: pytest.FixtureRequest, chrome: Browser) -> Iterator[Page]:
    with chrome.new_context(viewport={"width": request.param, "height": 900}) as opened:
        opened.set_default_timeout(30_000)
        yield opened.new_page()


def open_transcript(page: Page, product: Product, editor: Editor) -> None:
    page.goto(f"{product.url}/transcript?id={editor.job}")
    expect(page.locator(".w").first).to_be_visible(timeout=60_000)


def correct(page: Page, number: int, text: str) -> None:
    page.get_by_role("button", name="Correct the text").click()
    page.locator(".s").nth(number).click()
    box(page).fill(text)


def box(page: Page):  # type: ignore[no-untyped-def]
    return page.locator(".editing textarea")


def test_a_sentence_is_corrected_where_it_stands(page, product, editor):
    open_transcript(page, product, editor)
    correct(page, 1, "She bought   a cup of tea.")
    box(page).press("Enter")
    expect(box(page)).to_have_count(0)
    assert editor.texts()[1] == "She bought a cup of tea."
    expect(page.locator(".s").nth(1)).to_have_text("She bought a cup of tea.")
    assert page.locator(".own").all_inner_texts() == ["tea."]
    page.get_by_role("button", name="Done correcting").click()
    expect(page.get_by_text("corrected by a person in 1 place")).to_be_visible()
    wide = page.evaluate("() => document.documentElement.scrollWidth - window.innerWidth")
    assert wide <= 0


def test_it_works_by_keys_alone(page, product, editor):
    open_transcript(page, product, editor)
    page.get_by_role("button", name="Correct the text").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")  # comments
    page.keyboard.press("Tab")  # the time of the paragraph
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.type(" One.")
    page.keyboard.press("Tab")
    expect(box(page)).to_have_value(editor.texts()[1])
    page.keyboard.type(" Two.")
    page.keyboard.press("Shift+Tab")
    expect(box(page)).to_have_value(editor.texts()[0])
    page.keyboard.type(" No.")
    page.keyboard.press("Escape")
    expect(box(page)).to_have_count(0)
    endings = [text.rsplit(" ", 1)[1] for text in editor.texts()[:2]]
    assert endings == ["One.", "Two."]


def test_who_comes_second_sees_both_texts_and_chooses(page, product, editor):
    open_transcript(page, product, editor)
    correct(page, 0, "Mine.")
    editor.edit(0, text="Theirs.")
    box(page).press("Enter")
    expect(page.locator(".theirs")).to_have_text("Theirs.")
    expect(box(page)).to_have_value("Mine.")
    assert editor.texts()[0] == "Theirs."
    page.get_by_role("button", name="Keep mine").click()
    expect(box(page)).to_have_count(0)
    assert editor.texts()[0] == "Mine."


def test_who_takes_theirs_has_theirs(page, product, editor):
    open_transcript(page, product, editor)
    correct(page, 0, "Mine.")
    editor.edit(0, text="Theirs.")
    box(page).press("Enter")
    page.get_by_role("button", name="Take theirs").click()
    expect(page.locator(".s").first).to_have_text("Theirs.")
    assert editor.texts()[0] == "Theirs."


def test_what_was_typed_survives_a_failed_save_and_a_reload(page, product, editor):
    before = editor.texts()
    open_transcript(page, product, editor)
    page.route("**/segments/**", lambda route: route.abort())
    correct(page, 0, "Typed without a network.")
    box(page).press("Enter")
    expect(page.locator(".edit-says.failed")).to_contain_text("What you typed is still here")
    expect(box(page)).to_have_value("Typed without a network.")
    page.unroute("**/segments/**")
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    expect(box(page)).to_have_value("Typed without a network.")
    assert editor.texts() == before
    box(page).press("Enter")
    expect(box(page)).to_have_count(0)
    assert editor.texts()[0] == "Typed without a network."


def test_a_save_whose_answer_was_lost_is_no_conflict(page, product, editor):
    open_transcript(page, product, editor)

    def lose(route: Route) -> None:
        route.fetch()
        route.abort()

    page.route("**/segments/**", lose)
    correct(page, 0, "Kept, and nobody heard of it.")
    box(page).press("Enter")
    expect(page.locator(".edit-says.failed")).to_be_visible()
    assert editor.texts()[0] == "Kept, and nobody heard of it."
    page.unroute("**/segments/**")
    box(page).press("Enter")
    expect(box(page)).to_have_count(0)
    assert page.locator(".theirs").count() == 0
    assert len(page.locator(".own").all()) == 6


def test_a_sentence_is_split_at_the_cursor_and_joined_again(page, product, editor):
    before = editor.read()["segments"]
    open_transcript(page, product, editor)
    correct(page, 0, before[0]["text"])
    box(page).evaluate("(area) => area.setSelectionRange(11, 11)")  # behind "The morning"
    page.get_by_role("button", name="Split here").click()
    expect(page.locator(".s").first).to_have_text("The morning")
    assert len(editor.texts()) == len(before) + 1
    page.locator(".s").first.click()
    page.get_by_role("button", name="Join with next").click()
    expect(page.locator(".s").first).to_have_text(before[0]["text"])
    assert editor.read()["segments"][0]["words"] == before[0]["words"]


def test_the_list_of_changes_leads_back_and_final_is_final(page, product, editor):
    before = editor.texts()
    open_transcript(page, product, editor)
    correct(page, 0, "Wrong.")
    box(page).press("Enter")
    expect(box(page)).to_have_count(0)
    page.get_by_text("More: what was changed").click()
    line = page.locator(".revisions li").first
    expect(line.locator("del")).to_have_text(before[0])
    expect(line.locator("ins")).to_have_text("Wrong.")
    line.get_by_role("button", name="Go back to before this").click()
    expect(page.locator(".s").first).to_have_text(before[0])
    assert editor.texts() == before
    page.get_by_role("button", name="Declare it final").click()
    expect(page.get_by_role("button", name="Correct the text")).to_be_disabled()
    assert editor.read()["final_at"]
    page.get_by_role("button", name="Reopen it").click()
    expect(page.get_by_role("button", name="Correct the text")).to_be_enabled()


def test_typing_does_not_play_and_a_click_plays_as_before(page, product, editor):
    open_transcript(page, product, editor)
    page.locator(".w").nth(2).click()
    expect(page.locator(".play")).to_have_text("Pause")
    correct(page, 0, "")
    expect(page.locator(".play")).to_have_text("Play")
    page.keyboard.type("jkl and k")
    expect(box(page)).to_have_value("jkl and k")
    expect(page.locator(".play")).to_have_text("Play")
    box(page).press("Escape")

"""The walkthrough, its source lines and its faults."""

from __future__ import annotations

import pytest

from tests.unit.ui.fake_client import SCRIPT
from ui import wire


def annotation(text: str, first_line: int, line: int) -> wire.Annotation:
    excerpt = wire.Excerpt(text=text, first_line=first_line, language="python")
    return wire.Annotation(
        summary="windows are leased",
        path="worker/host.py",
        line=line,
        symbol="claim",
        excerpt=excerpt,
    )


def test_contents_lists_the_chapters_by_part(open_page, words):
    said = words(open_page("walkthrough"))
    assert 'href="/walkthrough?chapter=12"' in said
    assert said.count("I. Setting the Stage") == 1
    assert "2 places" in said


def test_a_chapter_shows_concern_source_and_checks(open_page, fake, words):
    fake.annotations = [annotation("def claim():\n    return 1\n", 40, 41)]
    test = open_page("walkthrough", chapter="12")
    said = words(test)
    assert "worker/host.py:41 · claim" in said
    assert '<code class="here"><i>41</i>    return 1</code>' in said
    assert "tests/test_a.py::test_b" in said
    assert "https://mlip-cmu.github.io/book/" in said
    assert "Our page." in [text.value.strip() for text in test.markdown]


def test_a_long_excerpt_is_one_click_away(open_page, fake, words):
    fake.annotations = [annotation("\n".join("abcdefghijklmnopqrstuvwxyz"), 1, 5)]
    said = words(open_page("walkthrough", chapter="12"))
    assert "All 26 lines" in said


def test_source_is_shown_not_run(open_page, fake, words):
    fake.annotations = [annotation(f"x = '{SCRIPT}'", 1, 1)]
    assert "<script" not in words(open_page("walkthrough", chapter="12"))


@pytest.mark.parametrize("chapter", ["99", "0", "99999999999999999999"])
def test_a_chapter_the_book_has_not(open_page, words, chapter):
    assert "The book has no such chapter." in words(open_page("walkthrough", chapter=chapter))


@pytest.mark.chapter(29)
def test_a_fault_is_switched_and_every_page_says_so(open_page, fake, words):
    test = open_page("walkthrough", chapter="12")
    test.button(key="on-slow_model").click().run()
    assert fake.active_faults == {"slow_model"}
    assert "Simulated fault active until" in words(test)
    for page in ("transcribe", "library", "transcript"):
        assert "Simulated fault active until" in words(open_page(page))
    test.button(key="off-slow_model").click().run()
    assert fake.active_faults == set()


def test_a_fault_takes_its_parameters_and_minutes(open_page, fake):
    test = open_page("walkthrough", chapter="12")
    test.number_input(key="slow_model-seconds").set_value(7.5)
    test.number_input(key="minutes-slow_model").set_value(2).run()
    test.button(key="on-slow_model").click().run()
    assert fake.calls == [("switch_on", "slow_model", 2, {"seconds": 7.5})]


def test_faults_stand_with_their_own_chapter_only(open_page):
    test = open_page("walkthrough", chapter="1")
    assert not [b for b in test.button if b.key and b.key.startswith("on-")]

"""The words of the screen: all in the catalogue, all translated, and each visitor in their own."""

from __future__ import annotations

import ast
import re
import string
import threading
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from starlette.applications import Starlette
from starlette.testclient import TestClient
from streamlit.testing.v1 import AppTest

from app.transcriptions.exports.routes import list_formats
from tests.unit.ui import quality_figures
from ui import switching
from ui.parts import words
from ui.parts.component import component
from ui.parts.html import html
from ui.words import COOKIE, many, say, using
from ui.words.__main__ import missing
from ui.words.answers import ANSWERS
from ui.words.catalogue import FOLDER, translated
from ui.words.choice import preferred
from ui.words.collect import ROOT, template
from ui.words.templates import messages
from ui.words.unwrapped import found

PAGES = ("transcribe", "library", "domains", "quality", "models", "transcript")
SHELL = ROOT / "ui" / "pages" / "shell.py"


def forms(text: str | tuple[str, ...] | list[str]) -> list[str]:
    return [text] if isinstance(text, str) else list(text)


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


# The catalogue


def test_every_word_is_wrapped_in_the_catalogue_and_translated():
    assert missing() == []


def test_the_template_is_the_one_of_the_sources():
    with (FOLDER / "messages.pot").open("rb") as file:
        committed = read_po(file)
    assert {(m.id, m.context) for m in committed if m.id} == {
        (m.id, m.context) for m in template() if m.id
    }


def test_nothing_of_it_is_fuzzy():
    assert not [message.id for message in translated("de") if message.id and message.fuzzy]


def test_placeholders_tags_and_forms_are_those_of_the_source():
    tags = re.compile(r"<[^>]+>")
    for message in translated("de"):
        if not message.id:
            continue
        for source, text in zip(forms(message.id), forms(message.string), strict=True):
            assert placeholders(source) == placeholders(text), source
            assert Counter(tags.findall(source)) == Counter(tags.findall(text)), source
            assert text == text.strip() or source != source.strip(), source


def test_every_sentence_of_the_api_stands_in_its_source():
    spoken = set()
    for path in (p for place in ("app", "ui", "data") for p in (ROOT / place).rglob("*.py")):
        if path == FOLDER / "answers.py":
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                spoken |= {node.value, node.value.lower()}
    sample = (ROOT / "data/samples/interview.transcripts.json").read_text()
    assert [text for text in ANSWERS if text not in spoken and f'"{text}"' not in sample] == []


def test_every_choice_in_the_menu_of_files_is_one_of_them():
    """Names of formats and programs are the same in every language."""
    names = {"Word", "SubRip (SRT)", "WebVTT", "JSON", "NVivo", "ATLAS.ti", "MAXQDA"}
    offered = list_formats()
    told = {each.label for each in offered.items} | {each.about for each in offered.items}
    for each in offered.items:
        told |= {each.kind.lower(), *(preset.label for preset in each.presets)}
        for option in each.options:
            told |= {option.label, *(value.label for value in option.values)}
    assert told - names - set(ANSWERS) == set()


# What finds words that are not wrapped


@pytest.mark.parametrize(
    "source",
    [
        'st.button("save")',
        'st.selectbox("Language", [])',
        'mount(data={"label": "Play it again"})',
        'x = f"{n} terms"',
        'st.html("<p>Nothing here yet.</p>")',
    ],
)
def test_a_word_that_is_not_wrapped_is_found(source):
    assert list(found(ast.parse(source)))


@pytest.mark.parametrize(
    "source",
    [
        'st.button(say("Save"), key="save-it")',
        'show("<p>Nothing here yet.</p>")',
        'st.switch_page("library.py")',
        'x = f"choose-{part}"',
    ],
)
def test_what_is_wrapped_or_is_no_word_is_not(source):
    assert not list(found(ast.parse(source)))


# Templates


def test_a_template_has_the_sentences_between_its_block_tags():
    assert list(messages('<div class="a"><p>No <em>word</em> yet.</p><p>{x}</p></div>')) == [
        "No <em>word</em> yet."
    ]
    assert list(messages('<input aria-label="Position"><li>{name}: {value}</li>')) == ["Position"]


def test_a_template_is_said_in_german_and_its_values_are_escaped():
    with using("de"):
        told = html("<li>Licence: {text}</li>", text="<b>")
    assert told == "<li>Lizenz: &lt;b&gt;</li>"


# Saying


def test_forms_of_count_and_numbers_are_the_languages_own():
    with using("de"):
        assert many(1, "{count} word", "{count} words") == "1 Wort"
        assert many(12345, "{count} word", "{count} words") == "12.345 Wörter"
        assert words.decimal(0.5) == "0,5"
        assert words.percent(0.8) == "80 %"
    assert many(12345, "{count} word", "{count} words") == "12,345 words"


def test_moments_in_german():
    today = datetime(2026, 11, 23, 14, 5, tzinfo=UTC)
    with using("de"):
        assert words.moment(today - timedelta(days=1), today) == "gestern 14:05"
        assert words.moment(today - timedelta(days=3), today) == "20. Nov., 14:05"


# Whose language


@pytest.mark.parametrize(
    ("chosen", "browsers", "language"),
    [
        (None, None, "en"),
        (None, "de-AT", "de"),
        (None, "DE", "de"),
        (None, "fr-FR", "en"),
        ("en", "de-DE", "en"),
        ("de", "en-GB", "de"),
        ("xx", "de-DE", "de"),
    ],
)
def test_a_choice_comes_before_the_browser_and_english_is_the_rest(chosen, browsers, language):
    assert preferred(chosen, browsers) == language


def test_threads_do_not_share_a_language():
    said, both = {}, threading.Barrier(2)

    def visit(language: str) -> None:
        with using(language):
            both.wait()
            said[language] = say("Library")
            both.wait()

    visitors = [threading.Thread(target=visit, args=(each,)) for each in ("de", "en")]
    for each in visitors:
        each.start()
    for each in visitors:
        each.join()
    assert said == {"de": "Bibliothek", "en": "Library"}


def opened(page: str, locale: str) -> AppTest:
    test = AppTest.from_file(str(SHELL), default_timeout=30)
    test.context["locale"] = locale
    test.run()
    if page != "transcribe":
        test.switch_page(f"{page}.py").run()
    assert not test.exception
    return test


def told(test: AppTest) -> str:
    shown = [element.body for element in test.get("html") if not element.body.startswith("<style")]
    for kind in ("title", "button", "selectbox", "text_input", "text_area", "toggle", "expander"):
        shown += [
            getattr(each, "label", "") or getattr(each, "value", "") for each in test.get(kind)
        ]
    return "\n".join(shown)


def test_two_sessions_at_once_read_their_own_language(fake):
    german, english = opened("library", "de-DE"), opened("library", "en-GB")
    german.run()
    english.run()
    assert "Hier werden Ihre Transkripte stehen." in told(german)
    assert "Your transcripts will be listed here." in told(english)
    assert "Deutsch" in told(english)
    assert "English" in told(german)


@pytest.mark.parametrize("page", PAGES)
def test_no_page_in_german_has_an_english_sentence(fake, page):
    quality_figures.give(fake, quality_figures.line())
    shown = re.sub(r"<[^>]+>", " ", told(opened(page, "de-DE")))
    german = {text for m in translated("de") if m.id for text in forms(m.string)}
    for message in template():
        for text in forms(message.id) if message.id else ():
            if " " in text and "{" not in text and "<" not in text and text not in german:
                assert text not in shown


def test_a_component_has_its_words_in_it(tmp_path, monkeypatch):
    made = {}
    monkeypatch.setattr(
        "streamlit.components.v2.component",
        lambda name, **given: made.setdefault(name, given) and (lambda **_: name),
    )
    (tmp_path / "a.html").write_text('<button aria-label="Position">Play</button>')
    (tmp_path / "a.css").write_text("")
    (tmp_path / "a.js").write_text('x = said("Saving…");')
    mount = component("a", tmp_path / "a.html", tmp_path / "a.css", [tmp_path / "a.js"])
    assert made["a_en"]["html"] == '<button aria-label="Position">Play</button>'
    assert made["a_de"]["html"] == '<button aria-label="Position">Abspielen</button>'
    assert "Wird gesichert" not in made["a_en"]["js"]
    with using("de"):
        assert mount() == "a_de"


# The switch


@pytest.mark.parametrize(
    ("came_from", "back"),
    [
        ("http://testserver/library?q=a", "/library?q=a"),
        ("http://elsewhere/elsewhere", "/"),
        ("http://[", "/"),
        ("", "/"),
    ],
)
def test_the_switch_keeps_the_choice_and_leads_back(came_from, back):
    client = TestClient(Starlette(routes=[switching.route(["/library"])]), follow_redirects=False)
    answer = client.get("/language/de", headers={"referer": came_from})
    assert (answer.status_code, answer.headers["location"]) == (303, back)
    assert answer.headers["set-cookie"].startswith(f"{COOKIE}=de;")


def test_there_is_no_switch_to_a_language_that_is_not_here():
    client = TestClient(Starlette(routes=[switching.route(["/"])]))
    assert client.get("/language/xx").status_code == 404


def test_the_folder_has_one_file_for_each_language():
    assert {path.name for path in Path(FOLDER).glob("*.po")} == {"de.po"}

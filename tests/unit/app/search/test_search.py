"""What is said is found, the same on both databases, and only that."""

from __future__ import annotations

import random

import pytest
from sqlmodel import col, select, update

from app.errors import BadRequest, Unprocessable
from app.search import service
from app.search.query import parse
from app.search.schemas import HitOut, HitPage
from app.search.words import tokens
from app.transcriptions.tables import SegmentRow
from tests.support.rows import Rows
from tests.unit.app.search.conftest import Tell

SENTENCE = 'So we asked: "What did Élodie\'s e-mail to a.b@c.de cost?" 3.5 EUR; naïve, über 1e5.'


def page(rows: Rows, typed: str, limit: int = 100, **options: str) -> HitPage:
    with rows.context.database.read() as session:
        return service.find(session, parse(typed), limit=limit, **options)  # type: ignore[arg-type]


def found(rows: Rows, typed: str) -> list[str]:
    """The snippets of all hits."""
    return [hit.snippet.text for hit in page(rows, typed).items]


def marked(hit: HitOut) -> list[str]:
    return [hit.snippet.text[mark.start : mark.end] for mark in hit.snippet.matches]


@pytest.mark.parametrize(
    "typed",
    [
        "asked",
        "ASKED we",
        "elodie",
        "Élodie's",
        "naive",
        "uber",
        "e-mail",
        '"e mail to"',
        "“did elodie”",
        "a.b@c.de",
        "3.5",
        "1e5",
        "EUR;",
        "el*",
        "mai*",
        "what* did*",
        "cost?",
    ],
)
def test_it_is_found_as_people_type_it(rows: Rows, tell: Tell, typed: str) -> None:
    tell(SENTENCE, "Nothing of the kind.")
    assert found(rows, typed) == [SENTENCE]


@pytest.mark.chapter(28)
@pytest.mark.parametrize(
    "typed",
    [
        "ask",  # a part of a word is no word
        '"we what"',
        '"asked we"',
        "asked nobody",
        "asked AND what",  # AND was not said
        "asked NOT what",
        "NEAR(asked what)",
        "text:asked",
        "sked*",
        '"el*"',  # a star in quotation marks is nothing
        "asked OR nobody",
    ],
)
def test_nothing_but_words_is_understood(rows: Rows, tell: Tell, typed: str) -> None:
    tell(SENTENCE, "Nothing of the kind.")
    assert found(rows, typed) == []


@pytest.mark.chapter(28)
@pytest.mark.parametrize(
    "typed",
    [
        '"asked',
        'we"asked"',
        "we*asked",
        "-asked",
        "^asked",
        "asked)",
        "(asked",
        "{asked}",
        "asked \\",
        "'asked'",
        "asked & we",
        "asked:* | <->",
        "asked ; DROP TABLE segment",
        "asked\x00",
        "+asked +we",
        "asked ''",
        "***asked",
    ],
)
def test_no_sign_reaches_the_engines(rows: Rows, tell: Tell, typed: str) -> None:
    tell("We asked, we dropped a table: segment.", SENTENCE)
    said = found(rows, typed)
    assert SENTENCE in said or "DROP" in typed


@pytest.mark.parametrize("typed", ["", "   ", "***", '"" ?!', "—", "\x00", "\u0301"])
def test_a_search_without_a_word_says_so(typed: str) -> None:
    with pytest.raises(Unprocessable) as refused:
        parse(typed)
    assert refused.value.code == "nothing_to_search"


def test_too_many_words_are_refused() -> None:
    with pytest.raises(Unprocessable) as refused:
        parse(" ".join(f"a{number}" for number in range(25)))
    assert parse("a " * 99)
    assert refused.value.code == "too_many_words"


def test_words_of_many_scripts(rows: Rows, tell: Tell) -> None:
    said = "Москва ждёт; Αθήνα, 東京 and 한국어 हिन्दी עברית العربية ŁÓDŹ straße Ørsted"
    tell(said)
    for token in tokens(said):
        assert found(rows, token.word) == [said], token.word
    for typed in ("москва", "МОСКВА", "αθήνα", "łódź", "ørsted", "моск*", "한국*"):
        assert found(rows, typed) == [said], typed


def test_every_word_of_any_text_is_found_by_itself_and_marked(rows: Rows, tell: Tell) -> None:
    dice = random.Random(7)
    signs = "abcXYZéñçÅßøœ0123456789 .,;:!?-_'\"/\\@#%&*()[]{}<>=+~^|`’“”…–—€½²µжДЯλΩ中文かな한"
    texts = ["".join(dice.choices(signs, k=40)) for _ in range(25)]
    tell(*texts)
    for text in texts:
        for token in tokens(text):
            hits = [hit for hit in page(rows, token.word).items if hit.snippet.text == text]
            assert hits, (token.word, text)
            assert token.word in [tokens(part)[0].word for part in marked(hits[0])]


def test_what_is_shown_is_marked_where_it_matches(rows: Rows, tell: Tell) -> None:
    tell("Adapting adapters is what an adaptive adapter does.")
    (hit,) = page(rows, 'adapt* "what an"').items
    assert marked(hit) == ["Adapting", "adapters", "what an", "adaptive", "adapter"]
    assert (hit.start, hit.end) == (0.0, 20.0)
    (hit,) = page(rows, '"an adaptive"').items
    assert hit.at == pytest.approx(4 * 20 / 8)  # the fifth of eight words of 20 s


def test_a_long_segment_is_cut_around_the_match(rows: Rows, tell: Tell) -> None:
    tell("before " * 100 + "the needle itself " + "after " * 100)
    (hit,) = page(rows, "needle").items
    assert marked(hit) == ["needle"]
    assert hit.snippet.text.startswith("…before")
    assert hit.snippet.text.endswith("after…")
    assert len(hit.snippet.text) <= 242


def test_newest_first_and_within_one_as_it_is_heard(rows: Rows, tell: Tell) -> None:
    first = tell("One pear.", "No fruit.", "Two pears, a pear.")
    second = tell("Three pear trees.", "A pear again.")
    hits = page(rows, "pear").items
    assert [(hit.transcription_id, hit.start) for hit in hits] == [
        (second, 0.0),
        (second, 20.0),
        (first, 0.0),
        (first, 40.0),
    ]
    only = page(rows, "pear", transcription_id=first).items
    assert [hit.start for hit in only] == [0.0, 40.0]


@pytest.mark.parametrize("few", [1000, 0])
def test_pages_show_each_hit_once(
    rows: Rows, tell: Tell, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    monkeypatch.setattr(service, "FEW", few)
    for number in range(4):
        tell(*[f"Sentence {number} {i}" if i != 1 else "Other." for i in range(4)])
    whole = [hit.snippet.text for hit in page(rows, "sentence").items]
    assert len(whole) == 12
    assert whole[:3] == ["Sentence 3 0", "Sentence 3 2", "Sentence 3 3"]
    pages, cursor = [], None
    while True:
        part = page(rows, "sentence", 5, **({"cursor": cursor} if cursor else {}))
        pages += [hit.snippet.text for hit in part.items]
        if not pages[5:]:  # what comes meanwhile is in front
            tell("Sentence 4.")
        cursor = part.next
        if cursor is None:
            break
    assert pages == whole


@pytest.mark.parametrize("cursor", ["x", "W10=", "WzEsMiwzLDRd", "bnVsbA==", "é"])
def test_a_foreign_cursor_is_refused(rows: Rows, cursor: str) -> None:
    with pytest.raises(BadRequest):
        page(rows, "pear", cursor=cursor)


def test_the_index_follows_every_write(rows: Rows, tell: Tell) -> None:
    kept, gone = tell("A pear."), tell("A pear, too.")
    with rows.context.database.write() as session:
        row = session.exec(select(SegmentRow).where(SegmentRow.transcription_id == kept)).one()
        row.text = "An apple."
    assert found(rows, "pear") == ["A pear, too."]
    assert found(rows, "apple") == ["An apple."]
    with rows.context.database.write() as session:
        session.execute(update(SegmentRow).values(speaker="Ann"))
        changed = update(SegmentRow).where(col(SegmentRow.transcription_id) == kept)
        session.execute(changed.values(text="A quince."))
    assert (found(rows, "apple"), found(rows, "quince")) == ([], ["A quince."])
    rows.remove(gone)
    assert found(rows, "pear") == []
    with pytest.raises(RuntimeError), rows.context.database.write() as session:
        session.execute(changed.values(text="A fig."))
        raise RuntimeError
    assert (found(rows, "fig"), found(rows, "quince")) == ([], ["A quince."])


def test_previews_are_not_searched(rows: Rows, tell: Tell) -> None:
    job_id = tell("A pear.")
    with rows.context.database.write() as session:
        session.get_one(type(rows.job(job_id)), job_id).first_s = 60.0
    assert found(rows, "pear") == []

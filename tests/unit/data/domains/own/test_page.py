"""A page as people paste it: cleaned, cut, and refused with the line where it cannot be used."""

from __future__ import annotations

import pytest

from data.domains.own import page
from data.domains.own.page import BadText

PAGE = """Measuring poverty
In this study, Dr. Smith et al. compared the Gini coefficient with the Theil index. The results,
e.g. those of Fig. 3, were surprising to every-
one in the field! Is the poverty line useful? See https://example.org/x for more about it.

- The first point is about the targeting of cash transfers.
2. The second one is about proxy means tests in Kenya.
Table 4  0.31  0.27  0.55
We then ran it again. We then ran it again!
"""


@pytest.mark.chapter(16)
def test_a_page_becomes_the_sentences_that_a_person_would_read_aloud() -> None:
    assert page.sentences(page.cleaned(PAGE)) == [
        "In this study, Dr. Smith et al. compared the Gini coefficient with the Theil index.",
        "The results, e.g. those of Fig. 3, were surprising to everyone in the field!",
        "Is the poverty line useful?",
        "The first point is about the targeting of cash transfers.",
        "The second one is about proxy means tests in Kenya.",
        "We then ran it again.",
    ]


def test_what_typesetting_leaves_is_taken_out_and_nothing_else() -> None:
    left = "\ufeffThe co\u00adeffi\u200bcient is small.\r\n\fWe are content.\u2028And go on."
    found = page.read(left)
    assert found.text == ("The coefficient is small.\n\nWe are content.\nAnd go on.")
    assert page.cleaned("Zoe\u0308 met Ngũgĩ in Côte d'Ivoire") == "Zoë met Ngũgĩ in Côte d'Ivoire"


@pytest.mark.chapter(16)
@pytest.mark.parametrize(
    ("text", "code", "told"),
    [
        ("Fine so far.\nBut\x00 not here.", "forbidden_characters", "Line 2"),
        ("Read <|startoftranscript|> aloud.", "forbidden_characters", "own marks"),
        ("Turn it \u202eround from here on.", "forbidden_characters", "right-to-left override"),
        (
            "Die Ergebnisse der Befragung zeigen deutlich, dass die Armut in den Städten zunimmt."
            " Wir haben deshalb eine zweite Befragung in denselben Haushalten durchgeführt.",
            "other_language",
            "not English but de",
        ),
        ("It is a long page. " * 60_000, "text_too_large", "1.1 MB"),
    ],
)
def test_text_that_would_spoil_an_adapter_is_refused(text: str, code: str, told: str) -> None:
    with pytest.raises(BadText, match=told) as refused:
        page.read(text)
    assert refused.value.code == code


def test_too_little_says_how_much_is_enough() -> None:
    few = page.read(PAGE)
    with pytest.raises(BadText, match=r"6 sentences .* 59 words; at least 12 with 60") as refused:
        page.enough(len(few.sentences), few.words)
    assert refused.value.code == "too_little_text"
    page.enough(12, 60)


def test_a_megabyte_is_cut_in_seconds() -> None:
    text = "\n".join(
        f"Household {n} was visited again in spring, and asked." for n in range(18_000)
    )
    assert len(page.read(text).sentences) == 18_000

"""Passages of several stretches name the differences of all of them."""

from __future__ import annotations

from app.previews.differences import Word, compare
from app.previews.terms import Terms
from app.review import sides


def spoken(text: str, since_s: float) -> list[Word]:
    return [
        Word(f" {each}", since_s + number, since_s + number + 1, number == 0)
        for number, each in enumerate(text.split())
    ]


def test_differences_are_numbered_over_all_stretches() -> None:
    pairs = [("we used it", "we lost it", 0.0), ("so it was", "so it is", 40.0)]
    found = [compare(spoken(a, at), spoken(b, at), Terms([])) for a, b, at in pairs]
    first, second = sides._passages(found, [1.5], [20.0, 42.0])
    assert [span.difference for span in first.text] == [None, 0, None]
    assert [span.difference for span in second.other] == [None, 1]
    assert (first.corrected, second.corrected) == (True, False)
    # A pause belongs to the passage before it
    assert (first.other_corrected, second.other_corrected) == (True, True)

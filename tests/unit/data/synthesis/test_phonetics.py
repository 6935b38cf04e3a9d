"""A respelled word has one stress and no pauses inside; phonemes as espeak-ng has them."""

from __future__ import annotations

import re

import pytest

from data.synthesis.phonetics import joined, one_word, phonemes

HEARD = {
    "tie": "tˈaɪ",
    "o": "ˈoʊ",
    "tro": "tɹˈoʊ",
    "pee": "pˈiː",
    "um": "ˈʌm",
    "kwin": "kwˈɪn",
    "tile": "tˈaɪl",
    "em": "ˈɛm",
    "pa": "pˈɑː",
    "gli": "ɡlˈaɪ",
    "flo": "flˈoʊ",
    "zin": "zˈɪn",
    "blorfent": "blˈɔːɹfənt",
    "the": "ðə",
    "of": "ʌv",
    "sh": "ʃ",
    "she": "ʃiː",
}


def phonemize(text: str) -> str:
    """Word by word, with the marks; "of the" runs together, as espeak-ng has it."""
    said = re.sub(r"\w+", lambda match: HEARD[match.group()], text)
    return said.replace("ʌv ðə", "ʌvðə")


@pytest.mark.parametrize(
    ("word", "sound"),
    [
        ("tie·o·tro·pee·um", "taɪoʊtɹˈoʊpiːʌm"),
        ("kwin·tile", "kwˈɪntaɪl"),
        ("em·pa·gli·FLO·zin", "ɛmpɑːɡlaɪflˈoʊzɪn"),
        ("em·pa·gli·flo·zin", "ɛmpɑːɡlˈaɪfloʊzɪn"),
        ("of·the·tile", "ʌvðətˈaɪl".replace("ˈ", "").replace("ʌv", "ˈʌv")),
        ("sh·sh", "ʃʃ"),
    ],
)
def test_a_word_has_one_stress(word: str, sound: str) -> None:
    assert one_word(word.split("·"), phonemize) == sound


def test_joined_words_stand_where_they_stood() -> None:
    text = "the tie·o·tro·pee·um, of the kwin·tiles: o."
    HEARD["tiles"] = "tˈaɪlz"
    assert phonemes(text, phonemize) == "ðə taɪoʊtɹˈoʊpiːʌm, ʌvðə kwˈɪntaɪlz: ˈoʊ."
    assert phonemes("the tile.", phonemize) == "ðə tˈaɪl."


def test_where_the_stand_in_is_lost_the_parts_are_read_as_words() -> None:
    def merging(text: str) -> str:
        return phonemize(text).replace("ðə blˈɔːɹfənt", "ðəblˈɔːɹfnt")

    assert phonemes("the kwin·tile", merging) == "ðə kwˈɪn tˈaɪl"


@pytest.mark.parametrize(
    ("term", "said", "read"),
    [
        ("tiotropium", "tie o tro pee um", "tie·o·tro·pee·um"),
        ("Sidekiq", "side kick", "side·kick"),
        ("empagliflozin", "em pa gli FLO zin", "em·pa·gli·FLO·zin"),
        ("decile", "dessile", "dessile"),
        ("ActiveRecord", "active record", "active record"),
        ("Lorenz curve", "lor ents curve", "lor ents curve"),
        ("RSpec", "are spec", "are spec"),
        ("PSID", "P S I D", "P S I D"),
        ("npm", "n p m", "n p m"),
        ("dry-types", "dry types", "dry types"),
        ("method_missing", "method missing", "method missing"),
        ("chruby", "see aitch-ruby", "see aitch-ruby"),
    ],
)
def test_only_the_syllables_of_a_plain_word_are_joined(term: str, said: str, read: str) -> None:
    assert joined(term, said) == read

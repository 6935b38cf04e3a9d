"""Sentences and respellings are checked before any speech is made."""

from __future__ import annotations

from pathlib import Path

import pytest

from data.synthesis.casting import cast
from data.synthesis.errors import SynthesisError
from data.synthesis.reading_list import readings, respellings, sentences


def written(folder: Path, content: str, name: str = "list.txt") -> Path:
    path = folder / name
    path.write_text(content, encoding="utf-8")
    return path


def test_a_sentence_keeps_the_number_of_its_line(tmp_path: Path) -> None:
    path = written(tmp_path, "\ufeff# made by us\nOne  two.\n\nThree.\n")
    assert sentences(path) == [(2, "One two."), (4, "Three.")]


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("", "there is no sentence in list.txt"),
        ("# nothing\n\n", "there is no sentence"),
        ("One.\nTwo.\nOne.\n", "line 3: the same sentence as in line 1"),
        ("a" * 501, "line 1: 501 characters, at most 500"),
    ],
)
def test_a_bad_list_is_refused(tmp_path: Path, content: str, complaint: str) -> None:
    with pytest.raises(SynthesisError, match=complaint):
        sentences(written(tmp_path, content))


def test_a_list_that_is_no_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "list.txt"
    path.write_bytes(b"caf\xe9")
    for unreadable in (path, tmp_path / "nowhere.txt"):
        with pytest.raises(SynthesisError, match=f"{unreadable.name} cannot be read"):
            sentences(unreadable)


def test_terms_are_read_as_they_sound_also_in_the_plural_and_at_the_beginning(
    tmp_path: Path,
) -> None:
    glossary = written(
        tmp_path, 'term,sounds_like,split\ngemfile,gem file,train\ngem,,train\nNPMs,"n p m, s",x\n'
    )
    respelled = respellings(glossary)
    (made,) = readings(
        [(7, "Gemfiles, a gemfile's gem and NPMs.")], respelled, cast("dev"), "ruby", 0, 1
    )
    assert made.turn.text == "Gemfiles, a gemfile's gem and NPMs."
    assert made.turn.said == "gem·files, a gem·file's gem and n p m, s."
    assert made.id == f"ruby-0007-{made.turn.voice}"


def test_a_glossary_without_its_columns_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SynthesisError, match="has no columns 'term' and 'sounds_like'"):
        respellings(written(tmp_path, "word,sound\na,b\n", "glossary.csv"))

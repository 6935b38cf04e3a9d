"""The catalogue agrees with the book's table of contents, spelled out here a second time."""

import re
import unicodedata

import pytest

from app.chapters.catalogue import REPOSITORY_ROOT, load_chapters

CONTENTS = {
    "I. Setting the Stage": [
        "Introduction",
        "From Models to Systems",
        "Machine Learning for Software Engineers, in a Nutshell",
    ],
    "II. Requirements Engineering": [
        "When to use Machine Learning",
        "Setting and Measuring Goals",
        "Gathering Requirements",
        "Planning for Mistakes",
    ],
    "III. Architecture and Design": [
        "Thinking like a Software Architect",
        "Quality Attributes of ML Components",
        "Deploying a Model",
        "Automating the Pipeline",
        "Scaling the System",
        "Planning for Operations",
    ],
    "IV. Quality Assurance": [
        "Quality Assurance Basics",
        "Model Quality",
        "Data Quality",
        "Pipeline Quality",
        "System Quality",
        "Testing and Experimenting in Production",
    ],
    "V. Process and Teams": [
        "Data Science and Software Engineering Process Models",
        "Interdisciplinary Teams",
        "Technical Debt",
    ],
    "VI. Responsible ML Engineering": [
        "Responsible Engineering",
        "Versioning, Provenance, and Reproducibility",
        "Explainability",
        "Fairness",
        "Safety",
        "Security and Privacy",
        "Transparency and Accountability",
    ],
}


def test_there_are_29_chapters_in_order() -> None:
    assert [chapter.number for chapter in load_chapters()] == list(range(1, 30))


def test_titles_and_parts_are_the_books() -> None:
    expected = [(part, title) for part, titles in CONTENTS.items() for title in titles]
    assert [(chapter.part, chapter.title) for chapter in load_chapters()] == expected


def test_slug_is_number_and_title_in_ascii() -> None:
    for chapter in load_chapters():
        ascii_title = unicodedata.normalize("NFKD", chapter.title).encode("ascii", "ignore")
        words = re.findall("[a-z0-9]+", ascii_title.decode().lower())
        assert chapter.slug == "-".join([f"{chapter.number:02d}", *words])


def test_address_is_the_books_short_link() -> None:
    for chapter in load_chapters():
        assert chapter.address == f"https://mlip-cmu.github.io/book/{chapter.number:02d}/"


def test_every_concern_is_one_line_of_its_own() -> None:
    concerns = [chapter.concern for chapter in load_chapters()]
    assert all(concern.strip() == concern and "\n" not in concern for concern in concerns)
    assert all(20 < len(concern) <= 120 for concern in concerns)
    assert len(set(concerns)) == len(concerns)


def test_pages_are_named_after_slugs() -> None:
    folder = REPOSITORY_ROOT / "docs" / "chapters"
    pages = {path.relative_to(REPOSITORY_ROOT).as_posix() for path in folder.glob("*.md")}
    assert pages - {"docs/chapters/README.md"} <= {chapter.page for chapter in load_chapters()}


def test_chapters_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        load_chapters()[0].title = "Another"  # type: ignore[misc]

"""The 29 chapters of the book, read from docs/chapters.yaml."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml
from pydantic import ConfigDict, TypeAdapter

REPOSITORY_ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Chapter:
    """One chapter: `title` and `part` as the book spells them, `concern` in our own words."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    number: int
    title: str
    part: str
    slug: str
    address: str
    concern: str

    @property
    def page(self) -> str:
        """Where our page for the chapter belongs, relative to the repository's root."""
        return f"docs/chapters/{self.slug}.md"


@cache
def load_chapters() -> tuple[Chapter, ...]:
    """All chapters in the book's order.

    Raises:
        OSError: docs/chapters.yaml is missing.
        pydantic.ValidationError: it does not hold a list of chapters.
    """
    text = (REPOSITORY_ROOT / "docs" / "chapters.yaml").read_text(encoding="utf-8")
    return TypeAdapter(tuple[Chapter, ...]).validate_python(yaml.safe_load(text))


@cache
def chapters_by_number() -> dict[int, Chapter]:
    return {chapter.number: chapter for chapter in load_chapters()}

"""What the API tells about chapters, put together from the checkout as it is now."""

from collections import Counter
from pathlib import Path

from app.chapters.annotations import Annotation, scan
from app.chapters.catalogue import Chapter, chapters_by_number, load_chapters
from app.chapters.checks import find_checks
from app.chapters.schemas import AnnotationOut, ChapterDetail, ChapterSummary, ExcerptOut
from app.errors import NotFound


def list_chapters(root: Path) -> list[ChapterSummary]:
    """All chapters in the book's order."""
    counts = Counter(annotation.chapter for annotation in scan(root))
    checks = find_checks(root)
    return [
        _summary(chapter, counts[chapter.number], checks.get(chapter.number, []))
        for chapter in load_chapters()
    ]


def get_chapter(root: Path, number: int) -> ChapterDetail:
    """One chapter with its page and its annotated source.

    Raises:
        NotFound: the book has no chapter of this number.
    """
    chapter = chapters_by_number().get(number)
    if chapter is None:
        raise NotFound(
            code="chapter_not_found",
            detail=f"The book has chapters 1 to {len(load_chapters())}, and no chapter {number}.",
        )
    annotations = [found for found in scan(root) if found.chapter == number]
    summary = _summary(chapter, len(annotations), find_checks(root).get(number, []))
    return ChapterDetail(
        **summary.model_dump(),
        page=_page(root, chapter),
        annotations=[_annotation(found) for found in annotations],
    )


def _summary(chapter: Chapter, annotation_count: int, checks: list[str]) -> ChapterSummary:
    return ChapterSummary(
        number=chapter.number,
        title=chapter.title,
        part=chapter.part,
        concern=chapter.concern,
        address=chapter.address,
        annotation_count=annotation_count,
        checks=checks,
    )


def _annotation(found: Annotation) -> AnnotationOut:
    return AnnotationOut(
        summary=found.summary,
        path=found.path,
        line=found.line,
        symbol=found.symbol,
        excerpt=ExcerptOut(
            text=found.excerpt.text,
            first_line=found.excerpt.first_line,
            language=found.excerpt.language,
        ),
    )


def _page(root: Path, chapter: Chapter) -> str | None:
    try:
        return (root / chapter.page).read_text(encoding="utf-8")
    except FileNotFoundError:
        return None

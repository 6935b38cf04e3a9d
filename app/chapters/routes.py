"""`/v1/chapters`: the walkthrough of the book."""

from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Depends

from app.chapters import service
from app.chapters.catalogue import REPOSITORY_ROOT
from app.chapters.schemas import ChapterDetail, ChapterSummary

router = APIRouter(prefix="/v1/chapters", tags=["chapters"])


def repository_root() -> Path:
    """The checkout whose source is shown; tests put another one in its place."""
    return REPOSITORY_ROOT


Root = Annotated[Path, Depends(repository_root)]


@router.get("", summary="List the chapters")
def list_chapters(root: Root) -> list[ChapterSummary]:
    """The book's chapters, with how many places in the source answer each and what checks them."""
    return service.list_chapters(root)


@router.get(
    "/{number}",
    responses={404: {"description": "The book has no such chapter."}},
    summary="Read a chapter and its source",
)
def get_chapter(number: int, root: Root) -> ChapterDetail:
    """One chapter: our page about it, and the annotated source as it is now."""
    return service.get_chapter(root, number)

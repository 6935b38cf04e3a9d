"""Wire types of the walkthrough."""

from typing import Annotated

from pydantic import BaseModel, Field


class ExcerptOut(BaseModel):
    """Source lines as they are in the checkout now."""

    text: Annotated[str, Field(examples=["def guard(window: Window) -> Verdict:\n    ..."])]
    first_line: Annotated[int, Field(ge=1, examples=[41])]
    language: Annotated[str, Field(description="For highlighting.", examples=["python"])]


class AnnotationOut(BaseModel):
    """One place that answers the chapter's concern."""

    summary: Annotated[str, Field(examples=["text where nobody speaks is withheld, not passed on"])]
    path: Annotated[
        str, Field(description="Relative to the repository.", examples=["worker/pipeline/guard.py"])
    ]
    line: Annotated[int, Field(ge=1, examples=[40])]
    symbol: Annotated[
        str | None,
        Field(description="Function or class, for Python only.", examples=["guard"]),
    ]
    excerpt: ExcerptOut


class ChapterSummary(BaseModel):
    """A chapter of the book and how much of this repository answers it."""

    number: Annotated[int, Field(ge=1, examples=[7])]
    title: Annotated[str, Field(examples=["Planning for Mistakes"])]
    part: Annotated[str, Field(examples=["II. Requirements Engineering"])]
    concern: Annotated[
        str,
        Field(
            description="The chapter's concern, in our own words.",
            examples=["Words will come out wrong: make the doubt visible and the repair cheap."],
        ),
    ]
    address: Annotated[
        str,
        Field(
            description="Where to read the chapter.",
            examples=["https://mlip-cmu.github.io/book/07/"],
        ),
    ]
    annotation_count: Annotated[int, Field(ge=0, examples=[3])]
    checks: Annotated[
        list[str],
        Field(
            description="The tests that prove the chapter's mechanism, as pytest node ids.",
            examples=[["tests/unit/worker/pipeline/test_guard.py::test_silence_has_no_words"]],
        ),
    ]


class ChapterDetail(ChapterSummary):
    """The chapter with our page about it and the annotated source."""

    page: Annotated[
        str | None,
        Field(
            description="Markdown; null where the page is not written yet.",
            examples=["# Planning for Mistakes\n"],
        ),
    ]
    annotations: list[AnnotationOut]

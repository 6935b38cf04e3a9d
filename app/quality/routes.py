"""`/v1/quality`: how good the transcripts are, for whom, and how sure that is."""

# Ch 15 · Model Quality: figures with their intervals, and the recordings behind them to listen to

from __future__ import annotations

from pathlib import Path as FilePath
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from fastapi.responses import StreamingResponse

from app.context import ContextDep
from app.described import bodies
from app.errors import PROBLEM_MEDIA_TYPE, Unprocessable
from app.quality import service
from app.quality.audio import MEDIA_TYPES, OneFile
from app.quality.library import Library, library
from app.quality.picking import Form, Order, Wanted
from app.quality.schemas import ComparisonOut, RunOut, Runs, UtterancePage
from app.settings import REPOSITORY
from app.storage.ranges import object_response

router = APIRouter(prefix="/v1/quality", tags=["quality"])


def committed_results() -> FilePath:
    """The results in the checkout; tests put others in their place."""
    return REPOSITORY / "evaluation" / "results"


def committed_material() -> FilePath:
    """Corpora that are part of the checkout."""
    return REPOSITORY / "data" / "material"


def _library(
    context: ContextDep, committed: Annotated[FilePath, Depends(committed_results)]
) -> Library:
    return library(committed, context.settings.home / "evaluation")


def _roots(
    context: ContextDep, material: Annotated[FilePath, Depends(committed_material)]
) -> list[FilePath]:
    settings = context.settings
    return [settings.corpora, settings.home / "corpora", material]


LibraryDep = Annotated[Library, Depends(_library)]
RootsDep = Annotated[list[FilePath], Depends(_roots)]
RunName = Annotated[
    str, Path(description="From the list of runs.", examples=["an4-test--whisper-base--served"])
]


def _problem(code: str, detail: str) -> dict[str, Any]:
    example = {"status": 404, "code": code, "title": "Not Found", "detail": detail}
    return {"description": detail, "content": {PROBLEM_MEDIA_TYPE: {"example": example}}}


NO_RUN: dict[int | str, dict[str, Any]] = {
    404: _problem("run_not_found", "There is no run of this name, or its file cannot be read.")
}
NO_AUDIO: dict[int | str, dict[str, Any]] = {
    404: _problem("corpus_not_here", "The recordings of this corpus are not on this computer.")
}
NO_COMPARISON: dict[int | str, dict[str, Any]] = {
    404: _problem(
        "comparison_not_found",
        "These two runs have not been compared yet: `python -m evaluation compare A B` does it.",
    )
}


@router.get("/runs", summary="List the runs of the evaluation")
def list_runs(library: LibraryDep) -> Runs:
    """Every run with its headline figures, which of them were compared, and damaged files."""
    runs, damaged = library.runs()
    pairs, damaged_pairs = library.pairs()
    return Runs(runs=runs, comparisons=pairs, unreadable=damaged + damaged_pairs)


@router.get("/runs/{name}", responses=NO_RUN, summary="Read a run")
def read_run(name: RunName, library: LibraryDep, roots: RootsDep) -> RunOut:
    """All figures of a run; its utterances have an address of their own."""
    return service.describe(library.run(name), roots)


@router.get("/runs/{name}/utterances", responses=NO_RUN, summary="List the utterances of a run")
def list_utterances(
    name: RunName,
    library: LibraryDep,
    roots: RootsDep,
    sort: Annotated[
        Order,
        Query(
            description="`worst`: most errors first; `share`: largest share of errors; `unsure`:"
            " what the model itself doubts; `corpus`: as they were recorded."
        ),
    ] = Order.WORST,
    form: Annotated[Form, Query(description="Text form in which errors are counted.")] = (
        Form.ENGLISH
    ),
    by: Annotated[
        list[str] | None, Query(description="A field, e.g. `gender`; may be repeated.")
    ] = None,
    value: Annotated[
        list[str] | None, Query(description="Its value, one for each `by`, e.g. `female`.")
    ] = None,
    search: Annotated[
        str, Query(max_length=200, description="Part of what was said or heard, or of an id.")
    ] = "",
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> UtterancePage:
    """What was said beside what was heard, the worst first.

    The marks on words are made for the eye with `difflib`; the counts are those of the suite.
    """
    fields, values = by or [], value or []
    if len(fields) != len(values):
        raise Unprocessable(
            code="invalid_request",
            detail="Give one `value` for each `by`, for example `by=gender&value=female`.",
        )
    groups = list(zip(fields, values, strict=True))
    wanted = Wanted(sort, form, groups, search)
    return service.utterances(library.run(name), roots, wanted, cursor, limit)


@router.head("/runs/{name}/recordings/{recording_id:path}/audio", include_in_schema=False)
@router.get(
    "/runs/{name}/recordings/{recording_id:path}/audio",
    response_class=StreamingResponse,
    responses=NO_AUDIO | bodies.audio("The recording."),
    summary="Play a recording of a run",
)
def audio(
    name: RunName,
    recording_id: Annotated[
        str, Path(description="Of the corpus; may contain `/`.", examples=["an251-fash-b"])
    ],
    request: Request,
    library: LibraryDep,
    roots: RootsDep,
) -> Response:
    """A recording of the run as the corpus has it, before any condition; honours Range."""
    path = service.recording_file(library.run(name).content, recording_id, roots)
    file = OneFile(path)
    headers = {"Cache-Control": "private, max-age=3600"}
    return object_response(request, file, file.key, MEDIA_TYPES[path.suffix.lower()], headers)


@router.get("/comparisons", responses=NO_COMPARISON, summary="Compare two runs")
def read_comparison(
    library: LibraryDep,
    roots: RootsDep,
    a: Annotated[
        str, Query(description="Name of a run.", examples=["an4-test--whisper-base--served"])
    ],
    b: Annotated[str, Query(description="Of another.", examples=["an4-test--tiny.en--served"])],
) -> ComparisonOut:
    """Two runs on the same utterances: the difference, how sure it is, and what changed."""
    return service.comparison(library, roots, a, b)

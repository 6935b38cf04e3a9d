"""The sample recording, transcribed beforehand: generic and with the field's terms, side by side.

The transcripts are made by the pipeline itself (`python -m evaluation.sample`) and committed.
"""

from __future__ import annotations

import hashlib
import json
from functools import lru_cache

from fastapi import APIRouter
from fastapi.responses import FileResponse

from app.described import bodies
from app.sample.schemas import SampleOut, SampleVersionOut, TurnOut
from app.settings import REPOSITORY

router = APIRouter(prefix="/v1/sample", tags=["sample"])
FOLDER = REPOSITORY / "data" / "samples"
NAME = "interview"


@lru_cache(maxsize=1)
def load() -> SampleOut:
    """Read the committed files. Raises `OSError` where the checkout is incomplete."""
    script = json.loads((FOLDER / f"{NAME}.json").read_text())
    made = json.loads((FOLDER / f"{NAME}.transcripts.json").read_text())
    return SampleOut(
        name=f"{NAME}.opus",
        sha256=hashlib.sha256((FOLDER / f"{NAME}.opus").read_bytes()).hexdigest(),
        title=script["title"],
        synthetic=script["synthetic"],
        duration=script["duration_s"],
        turns=[
            TurnOut(speaker=t["speaker"], start=t["start_s"], end=t["end_s"], text=t["text"])
            for t in script["turns"]
        ],
        glossary=(FOLDER / f"{NAME}.glossary.txt").read_text().split("\n")[:-1],
        generic=SampleVersionOut.model_validate(made["generic"]),
        adapted=SampleVersionOut.model_validate(made["adapted"]),
    )


@router.get("", summary="Read the sample")
def read_sample() -> SampleOut:
    """What the sample says, and what the recogniser made of it."""
    return load()


@router.get(
    "/audio",
    response_class=FileResponse,
    responses=bodies.audio("The sample."),
    summary="Play the sample",
)
def audio() -> FileResponse:
    """The sample; honours Range."""
    return FileResponse(FOLDER / f"{NAME}.opus", media_type="audio/ogg")

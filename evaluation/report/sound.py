"""Short recordings as text inside the page: Opus, a kilobyte or two a second.

Only where the corpus is at hand and its licence lets recordings be passed on; otherwise the page
says why there is nothing to listen to.
"""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import av
import numpy as np
from numpy.typing import NDArray

from data.audio.decode import Undecodable, decode
from evaluation.corpora import BadManifest, CorpusMissing, load
from evaluation.runs.format import Run, Utterance

OPEN: Final = re.compile(r"\b(cc0|cc-by|public domain|apache|bsd|mit)\b", re.IGNORECASE)
CLOSED: Final = re.compile(r"-n[cd]\b", re.IGNORECASE)
RATE_HZ: Final = 16_000
BIT_RATE: Final = 16_000
LONGEST_S: Final = 30.0


@dataclass(slots=True)
class Sounds:
    """Embedded audio, by run and utterance, and why some is missing."""

    budget: int = 0
    """Characters left."""
    uris: dict[str, dict[str, str]] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)
    """By corpus, in a sentence."""


def embed(run: Run, wanted: Iterable[Utterance], sounds: Sounds) -> None:
    """Add what can be listened to of `wanted`, as long as the budget lasts."""
    try:
        clips = {clip.id: clip for clip in load(run.corpus)}
    except (CorpusMissing, BadManifest) as error:
        sounds.missing[run.corpus] = str(error)
        return
    found = sounds.uris.setdefault(run.name, {})
    for each in wanted:
        clip = clips.get(each.recording)
        if clip is None:
            sounds.missing[run.corpus] = "Some recordings are not in the corpus on this machine."
            continue
        licence = str(clip.fields.get("licence", ""))
        if not may_be_passed_on(licence):
            sounds.missing[run.corpus] = (
                f"The licence “{licence or 'not named'}” does not say that recordings may be"
                " passed on."
            )
            continue
        try:
            uri = data_uri(clip.audio, each.start_s, each.end_s)
        except (Undecodable, OSError) as error:
            sounds.missing[run.corpus] = f"The recording {clip.id} cannot be decoded: {error}."
            continue
        if len(uri) > sounds.budget:
            sounds.missing[run.corpus] = "The size limit of the page leaves some out."
            return
        sounds.budget -= len(uri)
        found[each.id] = uri


def may_be_passed_on(licence: str) -> bool:
    """Whether a licence is known to allow a changed copy of a recording in a page."""
    return bool(OPEN.search(licence)) and not CLOSED.search(licence)


def data_uri(path: Path, start_s: float, end_s: float) -> str:
    """The stretch as `data:audio/ogg;base64,…`, at most half a minute of it."""
    samples = decode(path)
    start = round(start_s * RATE_HZ)
    stop = round(min(end_s, start_s + LONGEST_S) * RATE_HZ) if end_s > start_s else len(samples)
    return "data:audio/ogg;base64," + base64.b64encode(opus(samples[start:stop])).decode()


def opus(samples: NDArray[np.float32]) -> bytes:
    """Mono samples at 16 kHz as Ogg Opus."""
    target = io.BytesIO()
    with av.open(target, "w", format="ogg") as container:
        stream = container.add_stream("libopus", rate=RATE_HZ)
        stream.bit_rate = BIT_RATE
        stream.layout = "mono"
        frame = av.AudioFrame.from_ndarray(
            np.ascontiguousarray(samples, dtype=np.float32)[None, :], format="flt", layout="mono"
        )
        frame.sample_rate = RATE_HZ
        container.mux([*stream.encode(frame), *stream.encode(None)])
    return target.getvalue()

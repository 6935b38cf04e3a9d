"""The whole pipeline in one process: blocks of samples in, outcomes out, as an iterator.

The command line without a running product, the evaluation suite and the tests use it; the model
host runs the same stages on windows that it leases from the database.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace

from app.models.names import english_only, ladder
from worker.pipeline.ladder import Outcome, climb
from worker.pipeline.recognise import DecodingOptions, Recogniser
from worker.pipeline.types import Samples, Window
from worker.pipeline.windows import Packer, pack, packing_for

BATCH = 4
"""Windows decoded at once: decoder weights are read from memory once for all of them."""
SURE = 0.5
"""Probability from which on the language heard in the first window is that of the recording."""

Load = Callable[[str], Recogniser]


def transcribe(
    blocks: Iterable[Samples],
    load: Load,
    model: str,
    *,
    options: DecodingOptions | None = None,
    packer: Packer | None = None,
    streams: int = 2,
    origin: str | None = None,
) -> Iterator[Outcome]:
    """Outcomes of all windows in the order of the recording, the first as early as possible.

    `blocks` are float32 mono arrays at 16 kHz, of any length, and are taken only as far as
    needed: memory does not grow with the recording. `packer.skipped` lists what was left out.
    `origin`: under whose name features are kept, where the recogniser has a store of them.
    """
    options = options or DecodingOptions()
    windows = _of(origin, pack(blocks, packer or Packer(packing_for(model))))
    first = next(windows, None)
    if first is None:
        return
    with ThreadPoolExecutor(streams, thread_name_prefix="recogniser") as pool:
        if options.language is None and not english_only(model):
            outcomes = pool.submit(_climb, load, model, [first], options).result()
            options = replace(options, language=_language(outcomes[0]))
            yield from outcomes
            batches = _batches(windows)
        else:
            batches = _after([first], _batches(windows))
        yield from _in_order(pool, load, model, batches, options, streams)


def transcribe_many(
    recordings: Iterable[Iterable[Samples]],
    load: Load,
    model: str,
    *,
    options: DecodingOptions | None = None,
    streams: int = 2,
    origin: str | None = None,
) -> Iterator[tuple[int, Outcome]]:
    """Outcomes of many short recordings, each with the number of its recording.

    Windows of several recordings are decoded in one batch. Each window tells its own language
    unless one is given, so recordings of more than one window are better given to `transcribe`.
    """
    owners: deque[int] = deque()

    def windows() -> Iterator[Window]:
        for number, blocks in enumerate(recordings):
            for window in _of(origin, pack(blocks, Packer(packing_for(model)))):
                owners.append(number)
                yield window

    with ThreadPoolExecutor(streams, thread_name_prefix="recogniser") as pool:
        batches = _batches(windows())
        found = _in_order(pool, load, model, batches, options or DecodingOptions(), streams)
        for outcome in found:
            yield owners.popleft(), outcome


def _in_order(
    pool: ThreadPoolExecutor,
    load: Load,
    model: str,
    batches: Iterable[list[Window]],
    options: DecodingOptions,
    streams: int,
) -> Iterator[Outcome]:
    """Keep all streams busy, with at most one batch waiting, and yield in order."""
    waiting: deque[Future[list[Outcome]]] = deque()
    try:
        for batch in batches:
            waiting.append(pool.submit(_climb, load, model, batch, options))
            if len(waiting) > streams:
                yield from waiting.popleft().result()
        while waiting:
            yield from waiting.popleft().result()
    finally:
        for future in waiting:
            future.cancel()


def _climb(
    load: Load, model: str, batch: Sequence[Window], options: DecodingOptions
) -> list[Outcome]:
    rungs = ladder(model, options.language, options.task, options.languages)
    return climb(load, rungs, batch, options)


def _language(first: Outcome) -> str | None:
    """The language of the first window, if the model was sure of it.

    The last rung of the ladder knows one language only: what it hears tells nothing.
    """
    heard = first.recognition
    if heard is None or first.rung > 0 or heard.language_probability < SURE:
        return None
    return heard.language


def _of(origin: str | None, windows: Iterator[Window]) -> Iterator[Window]:
    return (replace(window, origin=origin) for window in windows)


def _after(first: list[Window], batches: Iterator[list[Window]]) -> Iterator[list[Window]]:
    yield first
    yield from batches


def _batches(windows: Iterable[Window]) -> Iterator[list[Window]]:
    batch: list[Window] = []
    for window in windows:
        batch.append(window)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch

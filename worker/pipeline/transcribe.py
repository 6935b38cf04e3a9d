"""The whole pipeline in one process: blocks of samples in, outcomes out, as an iterator.

The command line without a running product, the evaluation suite and the tests use it; the model
host runs the same stages on windows that it leases from the database.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace

from worker.pipeline.ladder import Outcome, climb, rungs_of
from worker.pipeline.recognise import DecodingOptions, Recogniser
from worker.pipeline.types import Samples, Window
from worker.pipeline.windows import Packer, pack

BATCH = 4
"""Windows decoded at once: decoder weights are read from memory once for all of them."""


def transcribe(
    blocks: Iterable[Samples],
    load: Callable[[str], Recogniser],
    model: str,
    *,
    options: DecodingOptions | None = None,
    packer: Packer | None = None,
    streams: int = 2,
) -> Iterator[Outcome]:
    """Outcomes of all windows in the order of the recording, the first as early as possible.

    `blocks` are float32 mono arrays at 16 kHz, of any length, and are taken only as far as
    needed: memory does not grow with the recording. `packer.skipped` lists what was left out.
    """
    options = options or DecodingOptions()
    windows = pack(blocks, packer or Packer())
    waiting: deque[Future[list[Outcome]]] = deque()
    with ThreadPoolExecutor(streams, thread_name_prefix="recogniser") as pool:

        def start(batch: list[Window], settled: DecodingOptions) -> None:
            rungs = rungs_of(model, settled.language)
            waiting.append(pool.submit(climb, load, rungs, batch, settled))

        try:
            first = next(windows, None)
            if first is None:
                return
            start([first], options)
            batches = _batches(windows)
            options = replace(options, language=options.language or _language(waiting[0].result()))
            yield from waiting.popleft().result()
            for batch in batches:
                start(batch, options)
                if len(waiting) > streams:
                    yield from waiting.popleft().result()
            while waiting:
                yield from waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()


def _language(outcomes: Sequence[Outcome]) -> str | None:
    """The language of the first window, if the model was sure of it."""
    recognition = outcomes[0].recognition
    if recognition is None or recognition.language_probability < 0.5:
        return None
    return recognition.language


def _batches(windows: Iterator[Window]) -> Iterator[list[Window]]:
    batch: list[Window] = []
    for window in windows:
        batch.append(window)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch

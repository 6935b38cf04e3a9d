"""A recogniser whose ears are a script: it takes jobs from the database as the workers do.

For tests of what the API makes of a transcript; the real one is in tests/integration.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from app.transcriptions import recognising
from app.transcriptions.recognising import LeasedWindow
from app.transcriptions.tables import Status, Transcription
from tests.support.rows import Rows, result_of

SCORES = {"avg_logprob": -0.25, "compression_ratio": 1.5, "no_speech_prob": 0.0625}


@dataclass(slots=True)
class Hearing:
    """Hears `texts`, a window each, in every recording; `go` lets it begin or holds it."""

    rows: Rows
    texts: tuple[str, ...]
    go: threading.Event = field(default_factory=threading.Event)
    steps: threading.Semaphore | None = None
    """Where there is one, each window costs a permit."""
    backwards: bool = False
    """The last window first."""
    failing: bool = False
    language: str = "en"
    scores: dict[str, float] = field(default_factory=lambda: dict(SCORES))
    _over: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        while not self._over.wait(0.02):
            if self.go.is_set():
                for job in self.rows.all(Transcription):
                    if job.status is Status.QUEUED:
                        self._hear(job.id)

    def stop(self) -> None:
        self._over.set()
        if self.steps is not None:
            self.steps.release(1000)

    def _hear(self, job_id: str) -> None:
        held = self.rows.begin(job_id)
        if held is None:
            return
        self.rows.add_windows(held, range(len(self.texts)))
        self.rows.finish(held)
        # The first alone, while the language is not known
        while leased := self.rows.leased():
            for window in reversed(leased) if self.backwards else leased:
                if self.steps is not None:
                    self.steps.acquire()
                self._complete(window)

    def _complete(self, window: LeasedWindow) -> None:
        if self.failing:
            self.rows.fail(window)
            return
        result = result_of(
            window, self.texts[window.number], language=self.language, language_probability=0.9
        )
        result.result.update(self.scores)
        with self.rows.context.database.write() as session:
            recognising.complete(session, [result])


@contextmanager
def hearing(rows: Rows, *texts: str, **options: object) -> Iterator[Hearing]:
    """It hears until the block ends; what it raises comes out of the block."""
    ears = Hearing(rows, texts or ("Heard.",), **options)  # type: ignore[arg-type]
    ears.go.set()
    errors: list[BaseException] = []

    def run(work: Callable[[], None]) -> None:
        try:
            work()
        except BaseException as error:  # noqa: BLE001 (raised where the test waits)
            errors.append(error)

    thread = threading.Thread(target=run, args=(ears.run,))
    thread.start()
    try:
        yield ears
    finally:
        ears.stop()
        thread.join()
    for error in errors:
        raise error

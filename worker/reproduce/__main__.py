"""`python -m worker.reproduce ID`: tells its progress as lines of JSON.

The last line has `"event": "done"` or `"event": "refused"`. Exit codes: 0 identical, 1 something
differs or could not be compared, 2 refused, 130 interrupted.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import time
from typing import Any

from pydantic import ValidationError

from app.context import Context, open_context
from app.database import DatabaseError
from app.errors import Problem, database_problem
from app.settings import Settings
from worker.reproduce.compare import Compared
from worker.reproduce.recorded import Refused, recorded
from worker.reproduce.report import IDENTICAL, report
from worker.reproduce.rerun import Changes, Rerun

EVERY_S = 0.2
INSTRUCTIONS = ("GENERIC", "AVX", "AVX2", "AVX512")
_FORCED = "CT2_FORCE_CPU_ISA"
REFUSED = 2
INTERRUPTED = 130


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m worker.reproduce", description=__doc__)
    parser.add_argument("id", help="of the transcription")
    parser.add_argument("--compute-type", help="another one than was used")
    parser.add_argument("--streams", type=int, help="another number of streams than was used")
    parser.add_argument("--instructions", choices=INSTRUCTIONS, help="as an older processor would")
    arguments = parser.parse_args()
    if arguments.instructions:
        os.environ[_FORCED] = arguments.instructions  # read when the first model is loaded
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    changes = Changes(arguments.compute_type, arguments.streams, arguments.instructions)
    try:
        told = reproduce(_context(), arguments.id, changes)
    except KeyboardInterrupt:
        return INTERRUPTED
    except Refused as error:
        return _refuse(error.code, error.message)
    except DatabaseError as error:
        problem = database_problem(error)
        return _refuse(problem.code, f"{problem.detail} ({error})")
    except Problem as error:
        return _refuse(error.code, error.detail)
    except ValidationError as error:
        return _refuse("settings", str(error))
    _say("done", **told)
    return 0 if told["verdict"] == IDENTICAL else 1


def reproduce(context: Context, transcription_id: str, changes: Changes) -> dict[str, Any]:
    """Run it again and compare. Raises `Refused`; writes nothing anywhere."""
    with context.database.read() as session:
        was = recorded(session, transcription_id)
    rerun = Rerun(context, was, changes)
    began = time.monotonic()
    said_at = 0.0
    windows: list[Compared] = []
    _say("progress", stage="loading", done=0, total=was.duration_s)
    for window in rerun.windows():
        windows.append(window)
        if time.monotonic() - said_at > EVERY_S:
            said_at = time.monotonic()
            _say("progress", stage="recognising", done=window.end_s, total=was.duration_s)
    seconds = round(time.monotonic() - began, 2)
    return {**report(was, rerun, windows), "audio_s": was.duration_s, "seconds": seconds}


def _context() -> Context:
    settings = Settings()
    settings = settings.model_copy(update={"home": settings.home.expanduser().absolute()})
    if not settings.database_url and not (settings.home / "lectern.db").is_file():
        raise Refused(
            "no_database",
            f"There are no transcripts in {settings.home}; LECTERN_HOME may name another folder.",
        )
    return open_context(settings)


def _refuse(code: str, message: str) -> int:
    _say("refused", code=code, message=message)
    return REFUSED


def _say(event: str, **told: Any) -> None:
    print(json.dumps({"event": event, **told}), flush=True)


if __name__ == "__main__":
    sys.exit(main())

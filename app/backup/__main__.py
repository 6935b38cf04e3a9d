"""`python -m app.backup create|restore FILE`: tells its progress as lines of JSON.

The last line has `"event": "done"` or `"event": "refused"`. Exit codes: 0 done, 1 refused, 130
interrupted.
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
import time
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from app.backup.create import create
from app.backup.format import Manifest, Refused
from app.backup.restore import restore
from app.database import DatabaseError
from app.errors import Problem, database_problem
from app.settings import Settings

EVERY_S = 0.2
INTERRUPTED = 130


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m app.backup", description=__doc__)
    parser.add_argument("what", choices=["create", "restore"])
    parser.add_argument("file", type=Path)
    parser.add_argument("--force", action="store_true", help="replace what is there")
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    work = _create if arguments.what == "create" else _restore
    try:
        settings = Settings()
        settings = settings.model_copy(update={"home": settings.home.expanduser().absolute()})
        _say("done", **work(settings, arguments.file, arguments.force))
        return 0
    except KeyboardInterrupt:
        return INTERRUPTED
    except Refused as error:
        _say("refused", code=error.code, message=error.message)
    except DatabaseError as error:
        problem = database_problem(error)
        _say("refused", code=problem.code, message=f"{problem.detail} ({error})")
    except Problem as error:
        _say("refused", code=error.code, message=error.detail)
    except ValidationError as error:
        _say("refused", code="settings", message=str(error))
    except OSError as error:
        told = f"{error.filename or arguments.file}: {error.strerror or error}"
        _say("refused", code="file", message=f"{told}. Nothing was changed.")
    return 1


def _create(settings: Settings, file: Path, force: bool) -> dict[str, Any]:
    manifest = create(settings, file, _Progress(), replace=force)
    return {"file": str(file), "size_bytes": file.stat().st_size, **_told(manifest)}


def _restore(settings: Settings, file: Path, force: bool) -> dict[str, Any]:
    restored = restore(settings, file, _Progress(), replace=force)
    return {"file": str(file), "replaced": restored.kept, **_told(restored.manifest)}


def _told(manifest: Manifest) -> dict[str, Any]:
    return {
        "made_at": manifest.made_at,
        "version": manifest.version,
        "schema": manifest.revision,
        "recordings": manifest.tables["recording"].rows,
        "transcriptions": manifest.tables["transcription"].rows,
        "objects": manifest.objects,
        "objects_bytes": manifest.objects_bytes,
        "missing": manifest.missing,
    }


def _say(event: str, **told: Any) -> None:
    print(json.dumps({"event": event, **told}), flush=True)


class _Progress:
    """Not more than a few lines a second."""

    def __init__(self) -> None:
        self._said_at = 0.0
        self._stage = ""

    def __call__(self, stage: str, done: int, total: int) -> None:
        if stage == self._stage and time.monotonic() - self._said_at < EVERY_S:
            return
        self._stage, self._said_at = stage, time.monotonic()
        _say("progress", stage=stage, done=done, total=total)


if __name__ == "__main__":
    sys.exit(main())

"""`lectern projects add` and `export`: files on their way in, one ZIP on its way out."""

from __future__ import annotations

import mimetypes
import os
import sys
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from ui import wire_projects as wire
from ui.cli import formats, resume
from ui.cli.api import CommandClient
from ui.cli.counted import Counted
from ui.cli.exits import Exit, Stop
from ui.cli.outcome import Asked, Failure
from ui.cli.progress import Bar, Bars, messages
from ui.cli.projects import asked, client, found, product, say
from ui.client import ApiError

SENDERS: Final = 2
_SUFFIXES: Final = frozenset(
    {
        ".amr",
        ".caf",
        ".flac",
        ".m4a",
        ".m4b",
        ".mka",
        ".mkv",
        ".opus",
        ".ts",
        ".w64",
        ".wma",
        ".zip",
    }
)
"""Beside those that the system knows as sound or video."""
_NO_FAILURE: Final = frozenset({"system_file", "unsupported_media_type", "link"})
"""Members of a ZIP that nobody meant as recordings."""


@dataclass(slots=True)
class File:
    """One file of the command line on its way."""

    path: Path
    added: list[dict[str, str]] = field(default_factory=list)
    skipped: list[wire.Skipped] = field(default_factory=list)
    error: Failure | None = None

    @property
    def failed(self) -> bool:
        return self.error is not None or any(each.code not in _NO_FAILURE for each in self.skipped)

    def as_json(self) -> dict[str, Any]:
        error = self.error and {"code": self.error.code, "message": self.error.message}
        return {
            "file": str(self.path),
            "added": self.added,
            "skipped": [each.model_dump() for each in self.skipped],
            "error": error,
        }


def add(called: str, paths: Sequence[Path], as_json: bool) -> Exit:
    """Send each; what is refused is named and stops no other.

    Raises `Stop`: there is no such project, or nothing to send; `KeyboardInterrupt` after what
    was under way has ended; what was sent before stays.
    """
    running = client()
    project = found(running, called)
    files, passed_over = collected(paths)
    if not files:
        raise Stop(
            "There is no recording and no ZIP among these. Nothing was sent.",
            Exit.USAGE,
            "nothing_to_send",
        )
    with Bars(messages()) as bars:
        _Sender(running, project, bars).run(files)
    if as_json:
        say(
            {
                "project": project.id,
                "files": [each.as_json() for each in files],
                "passed_over": [str(path) for path in passed_over],
            }
        )
    else:
        count = sum(len(each.added) for each in files)
        failed = [each for each in files if each.failed]
        told = f"{count} recordings wait in {project.name}"
        sys.stdout.write(f"{told}; {len(failed)} files failed.\n" if failed else f"{told}.\n")
        if passed_over:
            names = ", ".join(path.name for path in passed_over[:5])
            more = f" and {len(passed_over) - 5} more" if len(passed_over) > 5 else ""
            messages().print(f"Passed over, no recordings by their names: {names}{more}")
    return Exit.SOME_FAILED if any(each.failed for each in files) else Exit.FINE


def collected(paths: Sequence[Path]) -> tuple[list[File], list[Path]]:
    """Files to send, each once, folders in the order of their names; and what in them is not sent.

    What is named itself is sent whatever it is called. Raises `Stop` for what is not there.
    """
    wanted: dict[Path, None] = {}
    passed_over: list[Path] = []
    for path in paths:
        if path.is_dir():
            for below in sorted(path.rglob("*")):
                hidden = any(part.startswith(".") for part in below.relative_to(path).parts)
                if not below.is_file() or hidden:
                    continue
                if _by_name(below):
                    wanted[below] = None
                else:
                    passed_over.append(below)
        elif path.exists():
            wanted[path] = None
        else:
            raise Stop(f"There is no {path}. Nothing was sent.", Exit.USAGE, "file_missing")
    return [File(path) for path in wanted], passed_over


def _by_name(path: Path) -> bool:
    kind = mimetypes.guess_type(path.name)[0] or ""
    return kind.startswith(("audio/", "video/")) or path.suffix.lower() in _SUFFIXES


class _Stopped(Exception):
    """The command was interrupted."""


class _Sender:
    def __init__(self, client: CommandClient, project: wire.Project, bars: Bars) -> None:
        self._client = client
        self._project = project
        self._bars = bars
        self._stop = threading.Event()
        self._over = 0
        self._lock = threading.Lock()

    def run(self, files: Sequence[File]) -> None:
        total = self._bars.add("all files")
        with ThreadPoolExecutor(SENDERS, thread_name_prefix="send") as pool:
            futures = [pool.submit(self._one, each, total, len(files)) for each in files]
            try:
                for future in futures:
                    future.result()
            except KeyboardInterrupt:
                self._stop.set()
                pool.shutdown(wait=True, cancel_futures=True)
                self._bars.say(f"{self._over} of {len(files)} files were sent and wait there.")
                raise
            finally:
                total.end()

    def _one(self, file: File, total: Bar, count: int) -> None:
        bar = self._bars.add(file.path.name)
        try:
            self._send(file, bar)
        except ApiError as error:
            file.error = Failure(error.code, error.detail, error.status >= 500)
        except OSError as error:
            file.error = Failure("unreadable", f"It cannot be read: {error.strerror}.")
        except _Stopped:
            return
        finally:
            bar.end()
        if file.error is not None:
            self._bars.say(f"{file.path}: {file.error.message}")
        for each in file.skipped:
            self._bars.say(f"{file.path}: {each.name}: {each.detail}")
        with self._lock:
            self._over += 1
            total.working(self._over / count, f"{self._over} of {count} files")

    def _send(self, file: File, bar: Bar) -> None:
        size = max(1, file.path.stat().st_size)

        def tell(position: int) -> None:
            if self._stop.is_set():
                raise _Stopped
            if position >= size:
                bar.says("being looked at")
            else:
                bar.sending(position / size)

        name = os.fsencode(file.path.name).decode("utf-8", "replace")
        if size > resume.PARTS_ABOVE_BYTES and file.path.suffix.lower() != ".zip":
            sending = resume.Sending(
                self._client, file.path, name, tell, lambda sent: bar.pausing(sent / size)
            )
            recording = sending.run()
            self._client.wait_in_project(self._project.id, recording.id)
            file.added.append({"recording": recording.id, "name": recording.name})
            return
        with Counted(file.path, tell) as opened:
            taken = self._client.add_to_project(self._project.id, name, opened)
        file.added += [{"recording": each.id, "name": each.name} for each in taken.added]
        file.skipped = taken.skipped


def export(called: str, asked_: Asked, output: Path | None, *, force: bool, as_json: bool) -> Exit:
    """Write the ZIP, whole or not at all.

    Raises `Stop`: it cannot be had or written; a file that is there is as it was.
    """
    running = product()
    chosen = formats.choose(asked_, running)
    api = CommandClient(running.settings)
    project = found(api, called)
    name = "".join("_" if c in '/\\:*?"<>|' or not c.isprintable() else c for c in project.name)
    target = output or Path(f"{name.strip(' .') or 'project'}.zip")
    if target.is_dir():
        target = target / f"{name.strip(' .') or 'project'}.zip"
    if target.exists() and not force:
        raise Stop(
            f"{target} exists. It was not touched; give another name with -o, or --force.",
            Exit.USAGE,
            "file_exists",
        )
    _fetched(api, project, chosen.params, target)
    if as_json:
        say({"project": project.id, "output": str(target), "bytes": target.stat().st_size})
    else:
        messages().print(f"{project.name} -> {target}", soft_wrap=True)
    return Exit.FINE


def _fetched(api: CommandClient, project: wire.Project, params: Any, target: Path) -> None:
    part = target.with_name(f".{target.name}.part")
    try:
        with Bars(messages()) as bars, part.open("wb") as file:
            bar = bars.add(target.name)

            def write(piece: bytes) -> None:
                file.write(piece)
                bar.says(f"{file.tell() / 1e6:.1f} MB")

            asked(lambda: api.export_project(project.id, params, write))
            bar.end()
        part.replace(target)
    except OSError as error:
        raise Stop(
            f"{target} cannot be written: {error.strerror}. Nothing was changed in the product.",
            Exit.SOME_FAILED,
            "not_written",
        ) from error
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)

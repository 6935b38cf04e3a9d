"""Which file each transcript goes to. Nothing that exists is overwritten without being told to."""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from uuid import uuid4

from ui.cli.exits import Exit, Stop
from ui.cli.outcome import Chosen, Failure, Item, Refused


def plan(files: Sequence[Path], output: str | None, suffix: str) -> list[Item]:
    """An item for each file; several go into the folder `output` or into the current one.

    Raises `Stop`: two transcripts would have the same name, or a folder is needed and is none.
    """
    if len(files) == 1 and output in (None, "-"):
        return [Item(files[0], None)]
    folder = Path(output or ".")
    if len(files) == 1 and output and not output.endswith(os.sep) and not folder.is_dir():
        return [Item(files[0], folder)]
    if output == "-" or (folder.exists() and not folder.is_dir()):
        raise Stop(
            f"{output} is not a folder, and {len(files)} transcripts do not fit into one file."
            " Nothing was done. Give a folder with -o.",
            Exit.USAGE,
        )
    items = [Item(file, folder / f"{file.stem}.{suffix}") for file in files]
    for target, count in Counter(item.target for item in items).items():
        if count > 1:
            raise Stop(
                f"{count} of these files would be written to {target}. Nothing was done."
                " Transcribe them one after the other, each with a -o of its own.",
                Exit.USAGE,
            )
    return items


def check(item: Item, force: bool) -> None:
    """Find out before the work what would be in its way. Raises `Refused`."""
    _check_input(item.path)
    check_target(item, force)


def check_format(item: Item, chosen: Chosen, *, as_json: bool) -> None:
    """Raises `Stop`: what is no text would go to a terminal or into JSON."""
    if chosen.binary and item.target is None and (as_json or sys.stdout.isatty()):
        raise Stop(
            f"{chosen.name} is not text. Nothing was done. Name a file with -o, for example"
            f" -o {item.path.stem}.{chosen.suffix}.",
            Exit.USAGE,
        )


def check_target(item: Item, force: bool) -> None:
    """Raises `Refused`: the place for the transcript is taken or cannot be written."""
    target = item.target
    if target is None:
        return
    if target.exists() and not force:
        raise Refused(exists(target))
    if target.exists() and item.path.exists() and target.samefile(item.path):
        raise Refused(
            Failure(
                "output_is_input",
                f"The transcript would replace the recording {item.path}. Nothing was changed;"
                " give another name with -o.",
            )
        )
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Refused(unwritable(target, error)) from error
    if target.is_dir() or not os.access(target.parent, os.W_OK):
        raise Refused(unwritable(target, None))


def _check_input(path: Path) -> None:
    try:
        with path.open("rb") as file:
            if file.read(1):
                return
    except FileNotFoundError:
        raise Refused(
            Failure("file_missing", f"There is no file {path}. Check the name.")
        ) from None
    except IsADirectoryError:
        raise Refused(
            Failure("is_folder", f"{path} is a folder. Name its recordings, for example {path}/*.")
        ) from None
    except OSError as error:
        raise Refused(
            Failure("unreadable", f"{path} cannot be read ({error.strerror}). Check its rights.")
        ) from None
    raise Refused(
        Failure("empty_file", f"{path} is empty (0 bytes). Export or copy the recording again.")
    )


def write(item: Item, force: bool) -> None:
    """Put the transcript in its place, whole or not at all. Raises `Refused`."""
    target, transcript = item.target, item.transcript
    if target is None or transcript is None:
        return
    try:
        if not force:
            target.open("x").close()  # claims the name: it may have come into being meanwhile
        _replace(target, transcript.content)
    except FileExistsError:
        raise Refused(exists(target)) from None
    except OSError as error:
        if not force and target.is_file() and target.stat().st_size == 0:
            target.unlink()
        raise Refused(unwritable(target, error)) from error
    item.written = True


def _replace(target: Path, content: bytes) -> None:
    temporary = target.with_name(f".lectern-{uuid4().hex}.part")
    try:
        with temporary.open("xb") as file:
            file.write(content)
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)


def to_standard_output(item: Item) -> None:
    """The content as it is; a text ends with the end of a line."""
    if item.transcript is None:
        return
    content = item.transcript.content
    try:
        text = content.decode()
    except UnicodeDecodeError:
        sys.stdout.flush()
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
    else:
        sys.stdout.write(text if text.endswith("\n") else text + "\n")


def exists(target: Path) -> Failure:
    return Failure(
        "output_exists",
        f"{target} exists and was left as it is. Use --force to replace it, or another name.",
    )


def unwritable(target: Path, error: OSError | None) -> Failure:
    reason = f" ({error.strerror})" if error is not None else ""
    return Failure(
        "output_unwritable",
        f"{target} cannot be written{reason}. Choose another place with -o.",
    )

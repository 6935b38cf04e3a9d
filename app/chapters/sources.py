"""Which files of a checkout are text written by people, and in what language."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

MAX_BYTES = 300_000

SKIPPED_FOLDERS = frozenset(
    {".git", ".venv", "venv", ".lectern", "node_modules", "__pycache__", "build", "dist"}
)
SKIPPED_ENDINGS = ("_cache", ".egg-info")
WITHOUT_COMMENTS = (".json", ".jsonl")
"""Data only: what looks like an annotation there is a quotation of one."""

LANGUAGE_OF_SUFFIX = {
    ".py": "python",
    ".pyi": "python",
    ".yaml": "yaml",
    ".yml": "yaml",
    ".toml": "toml",
    ".ini": "ini",
    ".cfg": "ini",
    ".mk": "makefile",
    ".sh": "bash",
    ".md": "markdown",
    ".html": "html",
    ".css": "css",
    ".js": "javascript",
    ".mjs": "javascript",
    ".ts": "typescript",
    ".sql": "sql",
}
LANGUAGE_OF_NAME = {
    "dockerfile": "dockerfile",
    "containerfile": "dockerfile",
    "makefile": "makefile",
}


@dataclass(frozen=True, slots=True)
class Source:
    """One text file; `path` is relative to the root that was searched, with forward slashes."""

    path: str
    text: str
    language: str


def files_containing(root: Path, marker: str) -> Iterator[Source]:
    """Text files below `root` that contain `marker`, in the order of their paths.

    Symbolic links, binary files, JSON and files above MAX_BYTES are left out, as are virtual
    environments and the folders that tools write. Files without the marker are never decoded.
    """
    needle = marker.encode()
    for path in _files(root):
        try:
            content = path.read_bytes()
        except OSError:  # removed or locked since the folder was listed
            continue
        if needle not in content or b"\0" in content:
            continue
        try:
            text = content.decode()
        except UnicodeDecodeError:
            continue
        yield Source(path.relative_to(root).as_posix(), text, _language(path.name, text))


def _files(folder: Path) -> Iterator[Path]:
    try:
        with os.scandir(folder) as listing:
            entries = sorted(listing, key=lambda entry: entry.name)
    except OSError:
        return
    if any(entry.name == "pyvenv.cfg" for entry in entries):
        return
    for entry in entries:
        if entry.is_dir(follow_symlinks=False):
            if entry.name not in SKIPPED_FOLDERS and not entry.name.endswith(SKIPPED_ENDINGS):
                yield from _files(folder / entry.name)
        elif _is_written(entry):
            yield folder / entry.name


def _is_written(entry: os.DirEntry[str]) -> bool:
    return (
        entry.is_file(follow_symlinks=False)
        and not entry.name.endswith(WITHOUT_COMMENTS)
        and _size(entry) <= MAX_BYTES
    )


def _size(entry: os.DirEntry[str]) -> int:
    try:
        return entry.stat(follow_symlinks=False).st_size
    except OSError:
        return MAX_BYTES + 1


def _language(name: str, text: str) -> str:
    named = Path(name.lower())
    stem, suffix = named.stem, named.suffix
    for known in (LANGUAGE_OF_SUFFIX.get(suffix), LANGUAGE_OF_NAME.get(stem)):
        if known is not None:
            return known
    if suffix.lstrip(".") in LANGUAGE_OF_NAME:  # worker.Dockerfile
        return LANGUAGE_OF_NAME[suffix.lstrip(".")]
    if text.startswith("#!"):
        return "python" if "python" in text.partition("\n")[0] else "bash"
    return "text"

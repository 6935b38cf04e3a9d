"""Which files a corpus needs from its home, and what each is held to."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fnmatch import fnmatch

from data.acquisition import hub
from data.acquisition.description import Description
from data.acquisition.download import Wanted
from data.acquisition.errors import AcquisitionError
from data.acquisition.lock import Lock
from data.acquisition.sources.of_hub import hub_options

Say = Callable[[str], None]


def of_home(description: Description, known: Lock | None) -> list[tuple[Wanted, str]]:
    """The files, each with what its sum is held to."""
    earlier = known.sums() if known is not None else {}
    return [
        (
            Wanted(
                file.name,
                hub.resolved(file.urls),
                file.size,
                file.sha256 or earlier.get(file.name, ""),
                hub.headers(file.urls),
            ),
            "published" if file.sha256 else "first use",
        )
        for file in description.files
    ]


def of_hub(
    description: Description, known: Lock | None, say: Say
) -> tuple[Description, list[tuple[Wanted, str]]]:
    """The Parquet files of a split with the sums the hub gives; the description names the commit.

    A name that moves, such as `main`, stays at the commit of the first time.
    """
    chosen = hub_options(description)
    revision = chosen.revision
    if known is not None and known.description.options.get("asked") == revision:
        revision = str(known.description.options["revision"])
    found = hub.dataset(chosen.repo, revision)
    if found.commit != chosen.revision:
        say(f"{chosen.repo}: {chosen.revision} is held to the commit {found.commit}.")
    pinned = {**description.options, "revision": found.commit, "asked": chosen.revision}
    description = description.model_copy(update={"options": pinned})
    if found.licence and found.licence.lower() != description.licence.name.lower():
        say(f"The hub says of the licence: {found.licence}.")
    folder = f"{chosen.config}/" if chosen.config else ""
    patterns = [f"{folder}*{chosen.split}-*.parquet", f"{folder}*{chosen.split}/*.parquet"]
    files = [
        each for each in found.files if any(fnmatch(each.path, pattern) for pattern in patterns)
    ]
    if not files:
        there = ", ".join(_some(each.path for each in found.files if ".parquet" in each.path))
        raise AcquisitionError(
            f"{chosen.repo} has no Parquet files of the split {chosen.split!r}"
            f"{f' in {chosen.config!r}' if chosen.config else ''} at {found.commit}. It has:"
            f" {there or 'none at all; try --revision refs/convert/parquet'}."
        )
    return description, [
        (
            hub.wanted(
                chosen.repo,
                found.commit,
                each.path,
                each.path.replace("/", "--"),
                each.size,
                each.sha256,
            ),
            "published" if each.sha256 else "first use",
        )
        for each in sorted(files, key=lambda each: each.path)
    ]


def _some(paths: Iterable[str]) -> list[str]:
    listed = list(paths)
    return [*listed[:8], f"and {len(listed) - 8} more"] if len(listed) > 8 else listed

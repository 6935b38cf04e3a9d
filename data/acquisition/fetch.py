"""A corpus from its home to `$LECTERN_HOME/corpora/NAME`, as one thing.

    licence -> lock -> room -> download -> sums -> unpack and build aside -> rename

Whoever looks sees no corpus or the whole corpus. Killed at any moment, the same command goes on:
downloads are continued, and what was built aside is built again from the archives.
"""

# Ch 16 · Data Quality: data from outside is checked where it enters, and its origin is kept

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from data.acquisition import build, lock, manifest
from data.acquisition.archive import Bounds
from data.acquisition.description import Description, File
from data.acquisition.download import Downloader, Wanted, check_given
from data.acquisition.errors import AcquisitionError, Busy, LicenceNotAccepted, NoRoom, WrongSum
from data.acquisition.lock import Lock, LockedFile
from data.acquisition.places import MANIFEST
from data.acquisition.sources import source
from data.acquisition.sources.common import Job, Report
from data.acquisition.wanted import of_home, of_hub

Say = Callable[[str], None]
_GROWTH = 2.5
"""Bytes of a corpus and its scratch for each byte of its archives, generously."""


@dataclass(frozen=True, slots=True)
class Order:
    """What the user wants."""

    description: Description
    given: Path | None = None
    """A file, or a folder of files or of a finished corpus, that the user has already."""
    accepted: bool = False
    again: bool = False
    keep: bool = False
    """Keep the downloaded archives."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it."""

    folder: Path
    lock: Lock
    new: bool
    """False: it was there already and is what it was."""


@dataclass(frozen=True, slots=True)
class Fetcher:
    """Brings corpora into one folder."""

    folder: Path
    say: Say
    report: Report
    downloader: Callable[[Path], Downloader] = Downloader
    bounds: Bounds = field(default_factory=Bounds)

    def fetch(self, order: Order) -> Outcome:
        """Raises an `AcquisitionError` whose message says what is safe and what to do."""
        description = order.description
        self._licence(order)
        self.folder.mkdir(parents=True, exist_ok=True)
        places = self.folder / ".locks"
        places.mkdir(exist_ok=True)
        try:
            with FileLock(places / f"{description.name}.lock", timeout=0):
                return self._fetch(order)
        except Timeout as error:
            raise Busy(
                f"{description.name} is being fetched by another process. Wait for it, or end it."
            ) from error

    def _licence(self, order: Order) -> None:
        licence = order.description.licence
        at = f" ({licence.url})" if licence.url else ""
        self.say(f"{order.description.title}. Licence: {licence.name}{at}")
        if licence.notice:
            self.say(licence.notice.strip())
        if licence.accept and not order.accepted:
            raise LicenceNotAccepted(
                f"{order.description.name} may be used under {licence.name}{at}. Read it; if you"
                " agree, run the command again with --accept-licence. Nothing was fetched."
            )

    def _fetch(self, order: Order) -> Outcome:
        description = order.description
        final = self.folder / description.name
        known = lock.read(self.folder, description.name)
        if known is not None and not order.again and (final / MANIFEST).is_file():
            if manifest.sha256_of(final / MANIFEST) == known.manifest_sha256:
                return Outcome(final, known, new=False)
            raise WrongSum(
                f"{final} is not what was fetched: its manifest was changed. Fetch it again with"
                " --again, or move your version elsewhere."
            )
        downloads = self.folder / ".downloads" / description.name
        staging = self.folder / f".{description.name}.staging"
        scratch = self.folder / f".{description.name}.scratch"
        for left in (staging, scratch):  # of a process that was killed
            shutil.rmtree(left, ignore_errors=True)
            left.mkdir(parents=True)
        try:
            new = self._make(order, known, downloads, staging, scratch)
            lock.write(self.folder, new)
            build.settle(staging, final)
        finally:
            for left in (staging, scratch):
                shutil.rmtree(left, ignore_errors=True)
        if not order.keep:
            shutil.rmtree(downloads, ignore_errors=True)
        return Outcome(final, new, new=True)

    def _make(
        self, order: Order, known: Lock | None, downloads: Path, staging: Path, scratch: Path
    ) -> Lock:
        description = order.description
        left_out: list[tuple[str, str]] = []
        files: dict[str, Path] = {}
        locked: tuple[LockedFile, ...] = ()
        finished = order.given if order.given and (order.given / MANIFEST).is_file() else None
        if finished is None:
            if description.kind == "made":
                raise AcquisitionError(_made_here(description))
            if description.kind == "copy":
                raise AcquisitionError(_only_copied(description))
            if description.kind == "parquet":
                description, wanted = of_hub(description, known, self.say)
            else:
                wanted = of_home(description, known)
            files, locked = self._files(order, wanted, downloads)
        job = Job(description, files, scratch, self.bounds, self.report, left_out)
        if finished is not None:
            built = build.copy(job, finished, staging)
            self._check_copy(description, built, finished)
        else:
            built = build.build(job, source(description.kind).clips(job), staging)
        return Lock(
            description=description,
            fetched_at=datetime.now(UTC).isoformat(timespec="seconds"),
            files=locked,
            manifest_sha256=built.manifest_sha256,
            audio_sha256=built.audio_sha256,
            clips=built.clips,
            left_out=tuple(left_out),
            accepted=order.accepted,
        )

    def _check_copy(self, description: Description, built: build.Built, given: Path) -> None:
        pinned = description.pinned
        if pinned is not None and (pinned.manifest_sha256, pinned.audio_sha256) != (
            built.manifest_sha256,
            built.audio_sha256,
        ):
            raise WrongSum(
                f"{given} is not the copy of {description.name} the results were made with:"
                f" manifest {built.manifest_sha256}, audio {built.audio_sha256}; expected are"
                f" {pinned.manifest_sha256} and {pinned.audio_sha256}."
            )

    def _files(
        self, order: Order, wanted: list[tuple[Wanted, str]], downloads: Path
    ) -> tuple[dict[str, Path], tuple[LockedFile, ...]]:
        self._room([each for each, _ in wanted], downloads, order.given is not None)
        reported = {file.name: file for file in order.description.files}
        files: dict[str, Path] = {}
        locked = []
        for each, held_to in wanted:
            path = self._file(order, each, downloads)
            files[each.name] = path
            sum_ = manifest.sha256_of(path)
            if held_to == "first use":
                self._first_use(each, sum_, reported.get(each.name))
            locked.append(
                LockedFile(
                    name=each.name,
                    url=each.urls[0] if each.urls else str(path),
                    size=path.stat().st_size,
                    sha256=sum_,
                    held_to=held_to,
                )
            )
        return files, tuple(locked)

    def _file(self, order: Order, wanted: Wanted, downloads: Path) -> Path:
        given = order.given
        if given is not None and given.is_dir():
            given = given / wanted.name
        try:
            if given is not None:
                return check_given(wanted, given.resolve())
            if not wanted.urls:
                raise AcquisitionError(_by_hand(order.description, wanted.name))
            return self.downloader(downloads).get(
                wanted,
                lambda done, total: self.report(f"downloading {wanted.name}", done, total),
            )
        except WrongSum as error:
            if wanted.sha256 and not _published(order.description, wanted.name):
                note = lock.path_of(self.folder, order.description.name)
                raise WrongSum(
                    f"{error}\nNo sum is published for it; {wanted.sha256} is that of the first"
                    f" time. If you trust the new file, delete {note} and fetch again."
                ) from error
            raise

    def _first_use(self, wanted: Wanted, sum_: str, file: File | None) -> None:
        if wanted.sha256:
            return
        self.say(
            f"No published sum of {wanted.name} is known. This one is trusted as the first:"
            f" {sum_}; it is kept, and a different file is refused from now on."
        )
        if file is not None and file.reported_sha256:
            same = "It is the one" if sum_ == file.reported_sha256 else "It is NOT the one"
            self.say(f"{same} that is reported by {file.sum_from}: {file.reported_sha256}.")

    def _room(self, wanted: list[Wanted], downloads: Path, given: bool) -> None:
        total = sum(each.size or 0 for each in wanted)
        here = sum(
            _size(downloads / each.name) + _size(downloads / f"{each.name}.part") for each in wanted
        )
        needed = int(total * _GROWTH) + (0 if given else max(0, total - here))
        free = shutil.disk_usage(self.folder).free
        if needed + self.bounds.free_bytes > free:
            raise NoRoom(
                f"About {_gb(needed)} are needed in {self.folder} and {_gb(free)} are free. Make"
                " room, or set LECTERN_HOME to a larger disk. Nothing was fetched."
            )


def _published(description: Description, name: str) -> bool:
    return description.kind == "parquet" or any(
        file.name == name and file.sha256 for file in description.files
    )


def _made_here(description: Description) -> str:
    return (
        f"{description.name} is not fetched: our own code makes it. It is part of the repository,"
        f" or `python -m data make {description.name}` makes it."
    )


def _only_copied(description: Description) -> str:
    return (
        f"{description.name} was put together from single files and has no home to be fetched"
        f" from (see data/corpora/{description.name}.md). Take it over from somebody who has it:"
        f" python -m data fetch {description.name} --from FOLDER"
    )


def _by_hand(description: Description, name: str) -> str:
    return (
        f"{description.title} wants a sign-in at its home. Download {name} from"
        f" {description.home} and run: python -m data fetch {description.name} --accept-licence"
        f" --from PATH/TO/{name}"
    )


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0


def _gb(size: int) -> str:
    return f"{size / 1e9:.1f} GB" if size >= 1e8 else f"{size / 1e6:.0f} MB"

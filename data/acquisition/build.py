"""From found clips to a corpus: audio under our names, manifest, sums; seen whole or not at all."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from data.acquisition import manifest
from data.acquisition.description import Description
from data.acquisition.errors import AcquisitionError, BadArchive
from data.acquisition.manifest import Row
from data.acquisition.places import MANIFEST
from data.acquisition.sound import BadAudio, duration_s, raw_to_flac, to_flac
from data.acquisition.sources.common import FIELDS, Job, Ready, safe_id

_UNUSABLE_SHARE = 0.02
"""More clips than that left out means that the layout is not understood, not that a file is bad."""


@dataclass(frozen=True, slots=True)
class Built:
    """A corpus in a folder that nobody looks into yet."""

    manifest_sha256: str
    audio_sha256: str
    clips: int


def build(job: Job, clips: Iterator[Ready], into: Path) -> Built:
    """Make the corpus in the folder `into`.

    Raises:
        BadArchive: nothing usable was found, or too much is missing.
    """
    rows: dict[int, Row] = {}
    sums: list[tuple[str, str]] = []
    ids: set[str] = set()
    for ready in clips:
        id_ = safe_id(ready.found.id)
        if not id_ or id_.lower() in ids:
            raise BadArchive(
                f"{job.description.name}: two clips are named {ready.found.id!r} (or it has no"
                " name); which column tells them apart? --column id=NAME."
            )
        ids.add(id_.lower())
        audio = _audio_name(id_, ready)
        target = into / audio
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            _place(ready, target)
            length = duration_s(target)
            if length <= 0:
                raise BadAudio("it is empty")
        except BadAudio as error:
            target.unlink(missing_ok=True)
            job.left_out.append((id_, f"its audio cannot be used ({error})"))
            continue
        sums.append((audio, manifest.sha256_of(target)))
        rows[ready.order] = _row(job.description, id_, ready, audio, length, sums[-1][1])
    _check_complete(job, len(rows))
    manifest.write(into, (rows[order] for order in sorted(rows)))
    if job.description.licence.notice:
        (into / "LICENSE").write_text(job.description.licence.notice.strip() + "\n")
    return Built(manifest.sha256_of(into / MANIFEST), manifest.sum_of_sums(sums), len(rows))


def _check_complete(job: Job, clips: int) -> None:
    name = job.description.name
    reasons = "\n".join(f"  {id_}: {reason}" for id_, reason in job.left_out[:5])
    if not clips:
        raise BadArchive(f"{name}: no usable clip was found.\n{reasons}".rstrip())
    ids = job.description.wanted_ids
    if ids is not None and clips + len(job.left_out) < len(ids):
        raise BadArchive(
            f"{name}: {len(ids) - clips} of its {len(ids)} clips are not in what was fetched."
        )
    if len(job.left_out) > max(1.0, _UNUSABLE_SHARE * (clips + len(job.left_out))):
        raise BadArchive(
            f"{name}: {len(job.left_out)} of {clips + len(job.left_out)} clips cannot be used;"
            f" that is not the corpus it should be.\n{reasons}"
        )


def _audio_name(id_: str, ready: Ready) -> str:
    suffix = ".flac" if ready.found.encode else ready.audio.suffix.lower()
    return str(PurePosixPath("audio") / f"{id_}{suffix}")


def _place(ready: Ready, target: Path) -> None:
    encode = ready.found.encode
    if encode == "flac":
        to_flac(ready.audio, target)
    elif encode:
        dtype, _, rate = encode.partition("@")
        raw_to_flac(ready.audio, target, int(rate), dtype)
    elif ready.ours:
        ready.audio.replace(target)
        return
    else:
        shutil.copyfile(ready.audio, target)
    if ready.ours:
        ready.audio.unlink()


def _row(
    description: Description, id_: str, ready: Ready, audio: str, length: float, sum_: str
) -> Row:
    """The line of the manifest, with the fields in the order that all corpora share."""
    found = ready.found
    row: Row = {
        "id": id_,
        "audio": audio,
        "duration_s": round(length, 3) or 0.001,
        "text": " ".join(found.text.split()),
        "split": found.split,
    }
    row |= {field: found.fields[field] for field in FIELDS if field in found.fields}
    row |= {
        field: value
        for field, value in found.fields.items()
        if field not in FIELDS and field not in row
    }
    return row | {
        "licence": description.licence.name,
        "source": description.home or description.title,
        "sha256": sum_,
    }


def settle(staging: Path, final: Path) -> None:
    """Give the finished corpus its name; what had it before goes when the new one is there."""
    for path in (staging / MANIFEST, staging):
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    old = final.with_name(f".{final.name}.old")
    if old.exists():
        shutil.rmtree(old)
    if final.exists():
        final.rename(old)
    staging.rename(final)
    shutil.rmtree(old, ignore_errors=True)


def copy(job: Job, folder: Path, into: Path) -> Built:
    """Take over a finished corpus of somebody else: its manifest, its audio, nothing beside them.

    Raises:
        AcquisitionError: audio is missing, or is not what the manifest says.
    """
    entries = manifest.read(folder)
    sums: dict[str, str] = {}
    for done, entry in enumerate(entries, start=1):
        audio = entry.row["audio"]
        source, target = folder / audio, into / audio
        if not source.is_file():
            raise AcquisitionError(f"{folder}: {audio} of the clip {entry.row['id']} is missing.")
        if audio not in sums:
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)
            sums[audio] = manifest.sha256_of(target)
        if entry.row.get("sha256") not in (None, sums[audio]):
            raise AcquisitionError(f"{folder}: {audio} does not have the sum its manifest says.")
        job.report("copying", done, len(entries))
    shutil.copyfile(folder / MANIFEST, into / MANIFEST)
    for extra in ("LICENSE", "LICENCE", "README", "README.md"):
        if (folder / extra).is_file():
            shutil.copyfile(folder / extra, into / extra)
    return Built(
        manifest.sha256_of(into / MANIFEST),
        manifest.sum_of_sums(sums.items()),
        len(entries),
    )

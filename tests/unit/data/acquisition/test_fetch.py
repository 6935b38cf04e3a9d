"""A corpus is fetched as one thing: whole, the right one, or not at all."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from filelock import FileLock

from data.acquisition import lock, manifest
from data.acquisition.archive import Bounds
from data.acquisition.description import Description, parsed
from data.acquisition.errors import (
    AcquisitionError,
    BadArchive,
    Busy,
    LicenceNotAccepted,
    NoRoom,
    WrongSum,
)
from data.acquisition.fetch import Fetcher, Order
from data.acquisition.places import REPOSITORY
from tests.unit.data.acquisition import layouts
from tests.unit.data.acquisition.homes import Answer, Home

ARCHIVE = layouts.tar(layouts.librispeech())
CHANGED = layouts.tar(layouts.librispeech(clips=2))


def _description(*urls: str, sha256: str = "", **more: object) -> Description:
    return parsed(
        {
            "name": "small",
            "title": "Small",
            "kind": "librispeech",
            "about": "A test.",
            "licence": {"name": "CC-BY-4.0", "url": "https://example.org/by"},
            "files": [{"name": "test-other.tar.gz", "urls": urls, "sha256": sha256}],
            **more,
        },
        "test",
    )


def _left(fetcher: Fetcher) -> list[str]:
    """All that is in the folder of the corpora but the locks of processes."""
    return sorted(
        path.name for path in fetcher.folder.iterdir() if path.name not in (".locks", ".downloads")
    )


def test_from_its_home_to_a_corpus(place: Home, fetcher: Fetcher, said: list[str]) -> None:
    url = place.put("/a", ARCHIVE)
    outcome = fetcher.fetch(Order(_description(url, sha256=hashlib.sha256(ARCHIVE).hexdigest())))
    assert outcome.new
    assert len(manifest.read(outcome.folder)) == 6
    assert said == ["Small. Licence: CC-BY-4.0 (https://example.org/by)"]
    assert _left(fetcher) == ["small", "small.lock.json"]
    assert not (fetcher.folder / ".downloads" / "small").exists()
    assert outcome.lock.files[0].held_to == "published"
    entries = manifest.read(outcome.folder)
    assert outcome.lock.audio_sha256 == manifest.audio_sha256(outcome.folder, entries)


def test_the_second_time_nothing_is_asked(place: Home, fetcher: Fetcher) -> None:
    order = Order(_description(place.put("/a", ARCHIVE)))
    fetcher.fetch(order)
    assert not fetcher.fetch(order).new
    assert len(place.asked) == 1
    assert fetcher.fetch(replace(order, again=True)).new
    assert len(place.asked) == 2


@pytest.mark.chapter(24)
def test_the_first_sum_is_kept_and_held_to(place: Home, fetcher: Fetcher, said: list[str]) -> None:
    order = Order(_description(place.put("/a", ARCHIVE)))
    folder = fetcher.fetch(order).folder
    assert "No published sum of test-other.tar.gz is known" in said[-1]
    assert hashlib.sha256(ARCHIVE).hexdigest() in said[-1]
    shutil.rmtree(folder)
    place.put("/a", CHANGED)
    with pytest.raises(WrongSum, match=r"that of the first time\. If you trust the new file"):
        fetcher.fetch(order)
    assert not folder.exists()
    lock.path_of(fetcher.folder, "small").unlink()
    assert fetcher.fetch(order).lock.clips == 4


def test_a_given_archive_is_held_to_the_first_sum_too(
    place: Home, fetcher: Fetcher, tmp_path: Path
) -> None:
    fetcher.fetch(Order(_description(place.put("/a", ARCHIVE))))
    other = tmp_path / "other.tar.gz"
    other.write_bytes(CHANGED)
    with pytest.raises(WrongSum, match=r"is not test-other\.tar\.gz"):
        fetcher.fetch(Order(_description(), given=other, again=True))
    assert other.is_file()


def test_a_sum_that_somebody_reports_is_compared_and_told(
    place: Home, fetcher: Fetcher, said: list[str]
) -> None:
    files = [
        {
            "name": "test-other.tar.gz",
            "urls": [place.put("/a", ARCHIVE)],
            "reported_sha256": "0" * 64,
            "sum_from": "a stranger",
        }
    ]
    fetcher.fetch(Order(_description(files=files)))
    assert "It is NOT the one that is reported by a stranger" in said[-1]


def test_a_licence_that_wants_a_yes(place: Home, fetcher: Fetcher, said: list[str]) -> None:
    licence = {"name": "Be kind", "accept": True, "notice": "You promise to be kind."}
    order = Order(_description(place.put("/a", ARCHIVE), licence=licence))
    with pytest.raises(LicenceNotAccepted, match=r"--accept-licence\. Nothing was fetched"):
        fetcher.fetch(order)
    assert place.asked == []
    assert "You promise to be kind." in said
    outcome = fetcher.fetch(replace(order, accepted=True))
    assert outcome.lock.accepted
    assert (outcome.folder / "LICENSE").read_text() == "You promise to be kind.\n"


def test_without_an_address_the_user_is_told_how(fetcher: Fetcher) -> None:
    with pytest.raises(AcquisitionError, match=r"wants a sign-in.*--from PATH/TO/test-other"):
        fetcher.fetch(Order(_description(home="https://example.org")))


def test_a_disk_without_room(place: Home, fetcher: Fetcher) -> None:
    files = [{"name": "a.tar.gz", "urls": [place.put("/a", ARCHIVE)], "size": 10**18}]
    with pytest.raises(NoRoom, match=r"GB are needed in .* Nothing was fetched"):
        fetcher.fetch(Order(_description(files=files)))
    assert place.asked == []


@pytest.mark.chapter(16)
@pytest.mark.parametrize(
    "content",
    [
        ARCHIVE[: len(ARCHIVE) // 2],
        layouts.tar({**layouts.librispeech(), "../out.txt": b"x"}),
        layouts.tar({"LibriSpeech/SPEAKERS.TXT": b""}),
    ],
    ids=["cut", "hostile", "other layout"],
)
def test_a_bad_archive_leaves_nothing_and_what_was_there_stays(
    place: Home, fetcher: Fetcher, content: bytes
) -> None:
    url = place.put("/a", ARCHIVE)
    folder = fetcher.fetch(Order(_description(url))).folder
    lock.path_of(fetcher.folder, "small").rename(fetcher.folder / "kept")
    place.put("/a", content)
    with pytest.raises(BadArchive):
        fetcher.fetch(Order(_description(url), again=True))
    assert _left(fetcher) == ["kept", "small"]
    assert len(manifest.read(folder)) == 6


def test_a_manifest_that_was_changed_by_hand(place: Home, fetcher: Fetcher) -> None:
    order = Order(_description(place.put("/a", ARCHIVE)))
    path = fetcher.fetch(order).folder / "manifest.jsonl"
    path.write_text(path.read_text().replace("THIS", "THAT", 1))
    with pytest.raises(WrongSum, match=r"its manifest was changed\. Fetch it again with --again"):
        fetcher.fetch(order)


def test_one_process_at_a_time(place: Home, fetcher: Fetcher) -> None:
    (fetcher.folder / ".locks").mkdir(parents=True)
    with (
        FileLock(fetcher.folder / ".locks" / "small.lock"),
        pytest.raises(Busy, match="another process"),
    ):
        fetcher.fetch(Order(_description(place.put("/a", ARCHIVE))))


def test_a_damaged_lock_is_told(place: Home, fetcher: Fetcher) -> None:
    order = Order(_description(place.put("/a", ARCHIVE)))
    fetcher.fetch(order)
    lock.path_of(fetcher.folder, "small").write_text('{"files": 1}')
    with pytest.raises(AcquisitionError, match=r"small\.lock\.json is damaged"):
        fetcher.fetch(order)


def test_archives_can_be_kept(place: Home, fetcher: Fetcher) -> None:
    fetcher.fetch(Order(_description(place.put("/a", ARCHIVE)), keep=True))
    kept = fetcher.folder / ".downloads" / "small" / "test-other.tar.gz"
    assert kept.read_bytes() == ARCHIVE


def test_the_bounds_hold_in_a_fetch(place: Home, fetcher: Fetcher) -> None:
    small = replace(fetcher, bounds=Bounds(member_bytes=100))
    with pytest.raises(BadArchive, match=r"has .* bytes"):
        small.fetch(Order(_description(place.put("/a", ARCHIVE))))


def test_a_finished_corpus_of_somebody_else(place: Home, fetcher: Fetcher, tmp_path: Path) -> None:
    theirs = fetcher.fetch(Order(_description(place.put("/a", ARCHIVE)))).folder
    ours = replace(fetcher, folder=tmp_path / "ours")
    outcome = ours.fetch(Order(_description(), given=theirs))
    assert manifest.sha256_of(outcome.folder / "manifest.jsonl") == manifest.sha256_of(
        theirs / "manifest.jsonl"
    )
    audio = next((theirs / "audio").iterdir())
    audio.write_bytes(b"something else")
    with pytest.raises(AcquisitionError, match="does not have the sum its manifest says"):
        ours.fetch(Order(_description(), given=theirs, again=True))
    audio.unlink()
    with pytest.raises(AcquisitionError, match="is missing"):
        ours.fetch(Order(_description(), given=theirs, again=True))
    assert outcome.folder.is_dir()


SCRIPT = """
import sys
from pathlib import Path
from data.acquisition.description import describe
from data.acquisition.fetch import Fetcher, Order

def report(what, done, total):
    print(what, done, total, flush=True)

Fetcher(Path(sys.argv[1]), print, report).fetch(Order(describe(sys.argv[2])))
"""


def _start(fetcher: Fetcher, description: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", SCRIPT, str(fetcher.folder), str(description)],
        cwd=REPOSITORY,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        stdout=subprocess.PIPE,
        text=True,
    )


def _kill_at(process: subprocess.Popen[str], stage: str) -> None:
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith(stage):
            break
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()


@pytest.mark.chapter(13)
def test_killed_at_any_moment_it_goes_on(place: Home, fetcher: Fetcher, tmp_path: Path) -> None:
    """`kill -9` while it downloads, and again while it unpacks."""
    content = layouts.tar(layouts.librispeech(clips=60), "w")

    def slow(answer: Answer, before: int) -> None:
        answer.block, answer.pause_s = len(content) // 10, (0.05 if before == 0 else 0)

    url = place.put("/a", content, slow)
    path = tmp_path / "small.toml"
    written = json.loads(_description(url).model_dump_json(exclude_none=True))
    licence, file = written["licence"], written["files"][0]
    path.write_text(
        'title = "Small"\nkind = "librispeech"\nabout = "A test."\n'
        f'[licence]\nname = "{licence["name"]}"\n'
        f'[[files]]\nname = "test-other.tar"\nurls = ["{file["urls"][0]}"]\n'
    )
    corpus = fetcher.folder / "small"
    _kill_at(_start(fetcher, path), f"downloading test-other.tar {len(content) // 2}")
    part = fetcher.folder / ".downloads" / "small" / "test-other.tar.part"
    arrived = part.stat().st_size
    assert 0 < arrived < len(content)
    assert not corpus.exists()

    _kill_at(_start(fetcher, path), "unpacking test-other.tar 5 ")
    assert place.ranges("/a") == [None, f"bytes={arrived}-"]
    assert not corpus.exists()

    last = _start(fetcher, path)
    assert last.communicate(timeout=60)[0]
    assert last.returncode == 0
    assert len(place.asked) == 2, "the archive was not asked for again"
    assert len(manifest.read(corpus)) == 120
    assert _left(fetcher) == ["small", "small.lock.json"]


def test_whoever_looks_sees_all_or_nothing(place: Home, fetcher: Fetcher) -> None:
    """Looked at from every report of a renewed fetch on."""
    order = Order(_description(place.put("/a", ARCHIVE)))
    seen: set[int] = set()

    def look(_what: str, _done: int, _total: int | None) -> None:
        folder = fetcher.folder / "small"
        seen.add(len(manifest.read(folder)) if folder.exists() else 0)

    watched = replace(fetcher, report=look)
    watched.fetch(order)
    assert seen == {0}
    watched.fetch(replace(order, again=True))
    assert seen == {0, 6}

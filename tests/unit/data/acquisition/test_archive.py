"""Archives that are damaged or mean harm."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

import pytest

from data.acquisition.archive import Bounds, take_audio, take_texts
from data.acquisition.errors import BadArchive, NoRoom
from tests.unit.data.acquisition import layouts

GOOD = {"a/notes.txt": b"hello", "a/one.flac": b"audio 1", "a/two.flac": b"audio 2"}
BOUNDS = Bounds()


def _archive(tmp_path: Path, content: bytes) -> Path:
    path = tmp_path / "archive.tar.gz"
    path.write_bytes(content)
    return path


def _texts(tmp_path: Path, content: bytes, bounds: Bounds = BOUNDS) -> set[str]:
    into = tmp_path / "into"
    into.mkdir(exist_ok=True)
    return take_texts(_archive(tmp_path, content), into, bounds, lambda _at: None)


def _audio(tmp_path: Path, content: bytes, *members: str) -> list[str]:
    into = tmp_path / "into"
    into.mkdir(exist_ok=True)
    wanted = {member: into / f"{index}.flac" for index, member in enumerate(members)}
    return list(take_audio(_archive(tmp_path, content), wanted, BOUNDS, lambda _at: None))


def _special(kind: bytes, to: str = "") -> tarfile.TarInfo:
    info = tarfile.TarInfo()
    info.type = kind
    info.linkname = to
    return info


def _written(tmp_path: Path) -> list[str]:
    """All that is there, apart from the archive."""
    return sorted(
        str(path.relative_to(tmp_path))
        for path in tmp_path.rglob("*")
        if path.name != "archive.tar.gz" and not path.is_dir()
    )


@pytest.mark.parametrize("mode", ["w", "w:gz", "w:bz2", "w:xz"])
def test_texts_first_then_what_is_wanted(tmp_path: Path, mode: str) -> None:
    content = layouts.tar(GOOD, mode)
    assert _texts(tmp_path, content) == {"a/one.flac", "a/two.flac"}
    assert _written(tmp_path) == ["into/a/notes.txt"]
    assert _audio(tmp_path, content, "a/two.flac") == ["a/two.flac"]
    assert (tmp_path / "into" / "0.flac").read_bytes() == b"audio 2"


@pytest.mark.chapter(28)
@pytest.mark.parametrize(
    "name", ["../escape.txt", "a/../../escape.txt", "/tmp/escape.txt", "a\\..\\escape.txt"]
)
def test_names_that_lead_outside(tmp_path: Path, name: str) -> None:
    with pytest.raises(BadArchive, match="leads out of its folder"):
        _texts(tmp_path, layouts.tar({name: b"x"}))
    assert _written(tmp_path) == []


@pytest.mark.chapter(28)
@pytest.mark.parametrize(
    "kind", [tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE], ids=["char", "block", "fifo"]
)
def test_devices(tmp_path: Path, kind: bytes) -> None:
    with pytest.raises(BadArchive, match="is a device"):
        _texts(tmp_path, layouts.tar({"a/one.flac": _special(kind)}))


@pytest.mark.chapter(28)
@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE], ids=["symbolic", "hard"])
def test_links_are_never_made(tmp_path: Path, kind: bytes) -> None:
    """Neither a link, nor a file written through one, nor a file read through one."""
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.txt").write_text("secret")
    content = layouts.tar(
        {
            "a": _special(kind, str(outside)),
            "a/planted.txt": b"planted",
            "b.txt": _special(kind, "../outside/secret.txt"),
            "c.flac": _special(kind, "../outside/secret.txt"),
        }
    )
    assert _texts(tmp_path, content) == set()
    assert _audio(tmp_path, content, "c.flac") == []
    assert _written(tmp_path) == ["into/a/planted.txt", "outside/secret.txt"]
    assert not any(path.is_symlink() for path in tmp_path.rglob("*"))


def test_the_same_clip_twice(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for content in (b"first", b"other"):
            info = tarfile.TarInfo("a.flac")
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    with pytest.raises(BadArchive, match=r"has 'a\.flac' twice"):
        _audio(tmp_path, buffer.getvalue(), "a.flac", "never.flac")


def test_a_name_that_is_file_and_folder(tmp_path: Path) -> None:
    with pytest.raises(BadArchive, match="both file and folder"):
        _texts(tmp_path, layouts.tar({"a": b"x", "a/b": b"y"}))
    with pytest.raises(BadArchive, match="both file and folder"):
        _texts(tmp_path, layouts.tar({"c/b": b"x", "c": b"y"}))


def test_a_bomb_stops(tmp_path: Path) -> None:
    content = layouts.tar({f"{n}.wav": bytes(4 << 20) for n in range(20)})
    assert len(content) < 100_000
    bounds = Bounds(least_bytes=8 << 20)
    with pytest.raises(BadArchive, match="unpacks to more than 8388608 bytes"):
        _texts(tmp_path, content, bounds)


def test_a_huge_member_is_not_written(tmp_path: Path) -> None:
    content = layouts.tar({"one.flac": bytes(2 << 20)})
    with pytest.raises(BadArchive, match=r"'one\.flac' has 2097152 bytes"):
        _texts(tmp_path, content, Bounds(member_bytes=1 << 20))


def test_texts_are_bounded_together(tmp_path: Path) -> None:
    content = layouts.tar({f"{n}.txt": bytes(1 << 20) for n in range(4)})
    with pytest.raises(BadArchive, match="more than 2097152 bytes of texts"):
        _texts(tmp_path, content, Bounds(text_bytes=2 << 20))


def test_a_full_disk_is_noticed_before_it_is_full(tmp_path: Path) -> None:
    with pytest.raises(NoRoom, match="make room and run the command again"):
        _texts(tmp_path, layouts.tar(GOOD), Bounds(free_bytes=1 << 60))


@pytest.mark.parametrize("share", [0.2, 0.5, 0.9])
def test_a_cut_archive(tmp_path: Path, share: float) -> None:
    content = layouts.tar(layouts.librispeech())
    with pytest.raises(BadArchive, match=r"is damaged"):
        _texts(tmp_path, content[: int(len(content) * share)])


def test_a_flipped_byte(tmp_path: Path) -> None:
    content = bytearray(layouts.tar({"a.txt": bytes(range(256)) * 100}))
    content[len(content) // 2] ^= 0xFF
    with pytest.raises(BadArchive, match="damaged"):
        _texts(tmp_path, bytes(content))


@pytest.mark.parametrize("content", [b"", b"<html>sign in</html>" * 100])
def test_no_archive(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(BadArchive, match="is damaged or not a tar archive"):
        _texts(tmp_path, content)


def test_leftovers_of_macos_are_no_clips(tmp_path: Path) -> None:
    assert _texts(tmp_path, layouts.tar({**GOOD, "a/._one.flac": b"x"})) == {
        "a/one.flac",
        "a/two.flac",
    }

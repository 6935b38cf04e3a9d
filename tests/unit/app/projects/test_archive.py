"""A ZIP of strangers: what is a recording is kept, everything else is named and does nothing."""

from __future__ import annotations

import io
import tracemalloc
import zipfile
from pathlib import Path

import pytest

from app.context import Context
from app.errors import Unprocessable
from app.projects.archive import Skipped, unpacked
from app.projects.central_directory import most_entries
from app.recordings.upload import ReceivedFile
from tests.support import media
from tests.support.archives import crowded, flagged, link, packed, with_method
from tests.support.rows import new_context

pytestmark = pytest.mark.chapter(28)
WAV = media.speech_like_wav(1)


@pytest.fixture
def context(tmp_path: Path) -> Context:
    return new_context(tmp_path / "home", max_upload_bytes=1024**2, max_archive_bytes=3 * 1024**2)


def taken(context: Context, content: bytes) -> list[ReceivedFile | Skipped]:
    return list(unpacked(context, io.BytesIO(content)))


def only_reason(context: Context, content: bytes) -> Skipped:
    [found] = taken(context, content)
    assert isinstance(found, Skipped), found
    assert list(context.storage.keys()) == []
    assert found.detail
    return found


def test_recordings_are_kept_with_their_names_and_bytes(context: Context) -> None:
    members = {"Interview 1.wav": WAV, "Zweites Gespräch.wav": media.speech_like_wav(2)}
    found = taken(context, packed(members))
    assert [each.name for each in found] == list(members)
    for each, content in zip(found, members.values(), strict=True):
        assert isinstance(each, ReceivedFile)
        with context.storage.open(each.key) as file:
            assert file.read() == content


def test_two_of_one_name_are_told_apart_by_their_folders(context: Context) -> None:
    members = {"P1/audio.wav": WAV, "P2/Audio.wav": WAV, "P3/other.wav": WAV}
    assert [each.name for each in taken(context, packed(members))] == [
        "P1 audio.wav",
        "P2 Audio.wav",
        "other.wav",
    ]


@pytest.mark.parametrize(
    "name",
    ["../../escaped.wav", "/etc/escaped.wav", "C:\\Windows\\escaped.wav", "a/../../escaped.wav"],
)
def test_no_name_leads_out_of_the_storage(context: Context, tmp_path: Path, name: str) -> None:
    [found] = taken(context, packed({name: WAV}))
    assert isinstance(found, ReceivedFile)
    assert found.name == "escaped.wav"
    assert [path.name for path in tmp_path.rglob("*escaped*")] == []
    assert not Path("/etc/escaped.wav").exists()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (packed({"form.pdf": b"%PDF-1.7 consent"}), "unsupported_media_type"),
        (packed({"notes.txt": b"Dear diary"}), "unsupported_media_type"),
        (packed({"empty.wav": b""}), "empty_file"),
        (packed({"inner.zip": packed({"a.wav": WAV})}), "nested_archive"),
        (packed({"__MACOSX/._a.wav": WAV}), "system_file"),
        (packed({"P1/.DS_Store": b"Bud1"}), "system_file"),
        (packed({"x" * 300 + ".wav": WAV}), "name_too_long"),
        (flagged(packed({"secret.wav": WAV})), "encrypted"),
        (with_method(packed({"odd.wav": WAV}), 97), "method_unknown"),
        (link("passwd.wav", "/etc/passwd"), "link"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_recording_is_named_with_its_reason(
    context: Context, content: bytes, code: str
) -> None:
    assert only_reason(context, content).code == code


def test_one_bad_member_does_not_stop_the_others(context: Context) -> None:
    whole = packed({"a.wav": WAV, "b.wav": WAV, "c.wav": WAV}, zipfile.ZIP_STORED)
    middle = whole.index(WAV, whole.index(WAV) + len(WAV)) + len(WAV) // 2
    broken = bytearray(whole)
    broken[middle] ^= 0xFF
    first, second, third = taken(context, bytes(broken))
    assert isinstance(first, ReceivedFile)
    assert isinstance(third, ReceivedFile)
    assert isinstance(second, Skipped)
    assert (second.name, second.code) == ("b.wav", "member_damaged")
    assert len(list(context.storage.keys())) == 2


def test_a_bomb_that_is_no_recording_is_stopped_at_its_first_bytes(context: Context) -> None:
    bomb = packed({"zeros.wav": bytes(200 * 1024**2)})
    assert len(bomb) < 1024**2
    tracemalloc.start()
    found = only_reason(context, bomb)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert found.code == "unsupported_media_type"
    assert peak < 8 * 1024**2


def test_a_bomb_that_looks_like_a_recording_ends_at_the_limit_of_uploads(context: Context) -> None:
    assert only_reason(context, packed({"a.wav": WAV + bytes(50 * 1024**2)})).code == "too_large"


def test_many_large_members_end_at_the_limit_of_archives(context: Context) -> None:
    content = WAV + bytes(900 * 1024)
    found = taken(context, packed({f"{i}.wav": content for i in range(6)}))
    codes = [each.code for each in found if isinstance(each, Skipped)]
    assert codes == ["archive_too_large"] * 3
    assert len(list(context.storage.keys())) == 3


def test_overlapping_members_are_counted_as_they_are_unpacked(context: Context) -> None:
    content = bytearray(packed({"a.wav": WAV + bytes(900 * 1024), "b.wav": b"RIFF"}))
    second = content.rindex(b"PK\x01\x02")
    first = content.index(b"PK\x01\x02")
    content[second + 42 : second + 46] = content[first + 42 : first + 46]  # both at one place
    found = taken(context, bytes(content))
    assert isinstance(found[0], ReceivedFile | Skipped)
    assert sum(isinstance(each, ReceivedFile) for each in found) <= 1


@pytest.mark.parametrize("content", [b"PK\x03\x04", b"PK\x03\x04" + bytes(1000), packed({})[:-5]])
def test_what_is_no_zip_is_said_to_be_damaged(context: Context, content: bytes) -> None:
    with pytest.raises(Unprocessable) as refused:
        taken(context, content)
    assert refused.value.code == "archive_damaged"


def test_too_many_members_are_refused_before_they_are_listed(tmp_path: Path) -> None:
    context = new_context(tmp_path / "few", max_archive_files=10)
    for entries in (11, 40_000):
        content = crowded(entries)
        tracemalloc.start()
        with pytest.raises(Unprocessable) as refused:
            taken(context, content)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert refused.value.code == "too_many_members"
        assert peak < 4 * 1024**2, entries
    assert list(context.storage.keys()) == []


def test_the_directory_is_measured_with_and_without_zip64() -> None:
    for entries in (0, 3, 70_000):  # beyond 65,535 the numbers stand in a record of their own
        content = crowded(entries)
        found = most_entries(io.BytesIO(content))
        assert found is not None
        assert found >= entries + 1
    assert most_entries(io.BytesIO(b"no zip")) is None

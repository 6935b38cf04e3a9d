"""What cannot be restored is refused with its reason, and everything is as it was."""

from __future__ import annotations

import fcntl
import hashlib
import io
import json
import random
import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session

from app.backup import format
from app.backup.create import create
from app.backup.format import Manifest, Refused, read_manifest
from app.clock import now
from app.context import Context
from app.settings import Settings
from app.storage.base import NoSpace
from app.storage.local import LocalStorage
from app.telemetry.tables import ProcessRow
from tests.support.backups import (
    back_up,
    content,
    elsewhere,
    everything_in,
    objects,
    opened,
    put_back,
    quiet,
)
from tests.support.databases import PostgresServer
from tests.support.rows import Rows, new_context

pytestmark = [pytest.mark.chapter(13), pytest.mark.chapter(28)]


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A small backup, made once; tests copy what they spoil."""
    folder = tmp_path_factory.mktemp("original")
    context = new_context(folder / "home")
    rows = Rows(context)
    rows.in_state("succeeded")
    rows.running()
    back_up(context.settings, folder / "backup.tar")
    yield folder / "backup.tar"
    context.database.dispose()


@pytest.fixture
def occupied(tmp_path: Path) -> Iterator[Rows]:
    """A home with a job of its own."""
    context = new_context(tmp_path / "occupied")
    rows = Rows(context)
    rows.in_state("succeeded")
    yield rows
    context.database.dispose()


def refused(settings: Settings, source: Path, **options: Any) -> Refused:
    """Restoring must be refused and leave every file of the home as it is."""
    before = everything_in(settings.home) if settings.home.exists() else {}
    with pytest.raises(Refused) as caught:
        put_back(settings, source, **options)
    assert (everything_in(settings.home) if settings.home.exists() else {}) == before
    return caught.value


def members(path: Path) -> list[tuple[str, bytes]]:
    with tarfile.open(path) as tar:
        return [(m.name, tar.extractfile(m).read()) for m in tar]  # type: ignore[union-attr]


def pack(path: Path, parts: list[tuple[str, bytes] | tarfile.TarInfo]) -> Path:
    with tarfile.open(path, "w") as tar:
        for part in parts:
            info = part if isinstance(part, tarfile.TarInfo) else tarfile.TarInfo(part[0])
            data = b"" if isinstance(part, tarfile.TarInfo) else part[1]
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return path


def repacked(
    original: Path,
    path: Path,
    change: Callable[[list[tuple[str, bytes]]], None] = lambda _: None,
    **changed: Any,
) -> Path:
    """The same with other parts or another manifest, its sums made right again."""
    parts = members(original)
    manifest: Manifest = read_manifest(parts[-1][1])
    parts = parts[:-2]
    change(parts)
    sums = b"".join(
        json.dumps(
            {"name": name, "size": len(data), "sha256": hashlib.sha256(data).hexdigest()}
        ).encode()
        + b"\n"
        for name, data in parts
    )
    sums_sha256 = hashlib.sha256(sums).hexdigest()
    manifest = replace(manifest, members=len(parts), sums_sha256=sums_sha256)
    manifest = replace(manifest, **changed)
    parts += [(format.SUMS, sums), (format.MANIFEST, format.manifest_bytes(manifest))]
    return pack(path, [*parts])


def test_repacking_alone_spoils_nothing(original: Path, tmp_path: Path) -> None:
    put_back(elsewhere(tmp_path), repacked(original, tmp_path / "same.tar"))


def test_a_file_that_was_cut_off_anywhere(original: Path, tmp_path: Path) -> None:
    data = original.read_bytes()
    end = data.rindex(b"}", 0, len(data.rstrip(b"\0")) + 1)
    cut = tmp_path / "cut.tar"
    lengths = {512 * n for n in range(1, end // 512)} | {end, end - 1, 513, 700}
    for length in random.Random(1).sample(sorted(lengths), 25):
        cut.write_bytes(data[:length])
        error = refused(elsewhere(tmp_path), cut)
        assert error.code == "damaged", (length, error)


def test_a_bit_that_flipped_anywhere(original: Path, tmp_path: Path) -> None:
    data = original.read_bytes()
    flipped = tmp_path / "flipped.tar"
    chance = random.Random(2)
    # Not the padding, nor the space that ends the checksum of a member's head: they say nothing
    places = [
        i
        for i, byte in enumerate(data.rstrip(b"\0"))
        if byte and not (i % 512 == 155 and data[i - 1 : i + 1] == b"\0 ")
    ]
    for place in chance.sample(places, 60):
        changed = bytearray(data)
        changed[place] ^= 1 << chance.randrange(8)
        flipped.write_bytes(changed)
        error = refused(elsewhere(tmp_path), flipped)
        assert error.code in ("damaged", "not_a_backup", "newer_format", "unexpected_member")


@pytest.mark.parametrize("told", [b'"made_at": "2', b'"version": "', b'"database": "sqli'])
def test_a_list_of_contents_that_was_changed(told: bytes, original: Path, tmp_path: Path) -> None:
    changed = tmp_path / "changed.tar"
    data = original.read_bytes()
    assert data.count(told) == 1
    changed.write_bytes(data.replace(told, told[:-1] + b"3"))
    assert refused(elsewhere(tmp_path), changed).code == "damaged"


@pytest.mark.parametrize(
    "kind", ["empty", "text", "another tar", "gzip", "folder", "not there", "only a header"]
)
def test_files_that_are_no_backup(kind: str, original: Path, tmp_path: Path) -> None:
    path = tmp_path / "file"
    expected = "not_a_backup"
    match kind:
        case "empty":
            path.write_bytes(b"")
        case "text":
            path.write_text("Dear diary, " * 200)
        case "another tar":
            pack(path, [("notes.txt", b"hello")])
        case "gzip":
            with tarfile.open(path, "w:gz") as tar:
                tar.add(original, "lectern-backup.json")
        case "folder":
            path.mkdir()
            expected = "unreadable"
        case "not there":
            expected = "not_found"
        case "only a header":
            pack(path, [(format.HEADER, format.header_bytes())])
            expected = "damaged"
    error = refused(elsewhere(tmp_path), path)
    assert error.code == expected
    assert error.message.endswith(".")


def special(name: str, kind: bytes, target: str = "") -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    return info


@pytest.mark.parametrize(
    "member",
    [
        ("../outside", b"x"),
        ("/tmp/lectern-outside", b"x"),
        ("objects/../../outside", b"x"),
        ("objects//etc/passwd", b"x"),
        ("objects/recordings/../../outside", b"x"),
        ("objects/token", b"x"),
        ("rows/../x/000000.jsonl", b"{}\n"),
        ("objects/recordings/a\nb", b"x"),
        special("objects/recordings/link", tarfile.SYMTYPE, "/etc/passwd"),
        special("objects/recordings/hard", tarfile.LNKTYPE, "objects/recordings/x"),
        special("objects/recordings/folder", tarfile.DIRTYPE),
        special("objects/recordings/device", tarfile.CHRTYPE),
        special("objects/recordings/pipe", tarfile.FIFOTYPE),
    ],
    ids=lambda member: member.name if isinstance(member, tarfile.TarInfo) else member[0],
)
def test_members_that_no_backup_has(
    member: tuple[str, bytes] | tarfile.TarInfo, original: Path, tmp_path: Path
) -> None:
    parts: list[Any] = members(original)
    evil = pack(tmp_path / "evil.tar", [parts[0], member, *parts[1:]])
    assert refused(elsewhere(tmp_path), evil).code == "unexpected_member"
    assert not (tmp_path / "outside").exists()


def test_rows_that_do_not_fit(original: Path, tmp_path: Path) -> None:
    def rows_of(table: str, edit: Callable[[dict[str, Any]], None]) -> Callable[[Any], None]:
        def change(parts: list[tuple[str, bytes]]) -> None:
            name = format.rows_name(table, 0)
            [(place, data)] = [(i, data) for i, (n, data) in enumerate(parts) if n == name]
            found = [json.loads(line) for line in data.splitlines()]
            edit(found[0])
            lines = b"".join(json.dumps(row).encode() + b"\n" for row in found)
            parts[place] = (name, lines)

        return change

    def again(parts: list[tuple[str, bytes]]) -> None:
        parts.append((format.rows_name("segment", 1), dict(parts)[format.rows_name("segment", 0)]))

    def unknown(parts: list[tuple[str, bytes]]) -> None:
        parts.append((format.rows_name("sqlite_master", 0), b"{}\n"))

    wrong: list[Callable[[Any], None]] = [
        rows_of("segment", lambda row: row.pop("text")),
        rows_of("segment", lambda row: row.update(extra=1)),
        rows_of("segment", lambda row: row.update(text=5)),
        rows_of("segment", lambda row: row.update(start_s="soon")),
        rows_of("segment", lambda row: row.update(created_at="yesterday")),
        rows_of("segment", lambda row: row.update(created_at="2026-01-01T00:00:00")),
        rows_of("segment", lambda row: row.update(window_id="win_none")),
        rows_of("transcription", lambda row: row.update(prepared="yes")),
        again,
        unknown,
    ]
    for number, change in enumerate(wrong):
        path = repacked(original, tmp_path / f"{number}.tar", change)
        assert refused(elsewhere(tmp_path), path).code == "damaged", number
    manifest = read_manifest(members(original)[-1][1])
    tables = {name: asdict(note) for name, note in manifest.tables.items()}
    tables["segment"]["columns"]["text"] = "json"
    path = repacked(original, tmp_path / "columns.tar", tables=tables)
    assert refused(elsewhere(tmp_path), path).code == "damaged"


def test_what_a_newer_version_made(original: Path, tmp_path: Path) -> None:
    newer = repacked(original, tmp_path / "newer.tar", revision="9999", version="7.0")
    error = refused(elsewhere(tmp_path), newer)
    assert error.code == "newer_schema"
    assert "7.0" in error.message
    parts = members(original)
    parts[0] = (format.HEADER, b'{"format": 99}')
    error = refused(elsewhere(tmp_path), pack(tmp_path / "format.tar", [*parts]))
    assert error.code == "newer_format"


def test_a_home_with_recordings_is_not_overwritten(
    original: Path, occupied: Rows, tmp_path: Path
) -> None:
    settings = occupied.context.settings
    assert refused(settings, original).code == "occupied"
    with pytest.raises(Refused) as caught:
        put_back(settings, original, replace=True)
    assert caught.value.code == "in_use"  # we still have it open
    occupied.context.database.dispose()
    kept = put_back(settings, original, replace=True).kept
    assert kept is not None
    assert len(content(f"sqlite:///{kept}")["transcription"]) == 1
    assert len(content(settings.database)["transcription"]) == 2


def test_rows_without_objects_are_not_overwritten(original: Path, occupied: Rows) -> None:
    for key in list(occupied.context.storage.keys()):
        occupied.context.storage.delete(key)
    assert refused(occupied.context.settings, original).code == "occupied"


def test_objects_without_a_database_are_not_overwritten(original: Path, tmp_path: Path) -> None:
    settings = elsewhere(tmp_path)
    context = opened(settings)
    writer = context.storage.create("recordings/mine")
    writer.commit()
    context.database.dispose()
    assert refused(settings, original).code == "occupied"


def test_a_postgresql_database_is_replaced_in_one_step(
    original: Path, postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = new_context(tmp_path / "home", postgres_url)
    rows = Rows(context)
    rows.in_state("succeeded")
    before = content(postgres_url)
    assert refused(context.settings, original).code == "occupied"
    monkeypatch.setattr(LocalStorage, "create", _full)
    with pytest.raises(NoSpace):
        put_back(context.settings, original, replace=True)
    assert content(postgres_url) == before
    monkeypatch.undo()
    put_back(context.settings, original, replace=True)
    assert len(content(postgres_url)["transcription"]) == 2
    rows.submit()
    context.database.dispose()


def _full(self: LocalStorage, key: str) -> None:
    raise NoSpace("full")


def test_processes_elsewhere_that_use_the_database(
    original: Path, postgres_url: str, tmp_path: Path
) -> None:
    context = new_context(tmp_path / "home", postgres_url)

    def seen(session: Session) -> None:
        session.add(
            ProcessRow(name="host@far/1:7:9", kind="host", machine="m", details={}, seen_at=now())
        )

    context.database.transact(seen)
    error = refused(context.settings, original, replace=True)
    assert error.code == "product_runs"
    assert "far" in error.message
    context.database.dispose()


@contextmanager
def held(path: Path) -> Iterator[None]:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@pytest.mark.parametrize("lock", ["launcher.lock", "supervisor.lock"])
def test_a_running_product(lock: str, original: Path, tmp_path: Path) -> None:
    settings = elsewhere(tmp_path)
    with held(settings.run_dir / lock):
        assert refused(settings, original, replace=True).code == "product_runs"
    put_back(settings, original)


_LOGS = (".db-wal", ".db-shm")


@pytest.mark.parametrize("after", [0, 1])
def test_a_disk_that_fills_up_meanwhile(
    after: int, original: Path, occupied: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = occupied.context.settings
    before = (content(settings.database), objects(occupied.context))
    occupied.context.database.dispose()
    create_, left = LocalStorage.create, [after]

    def until_full(self: LocalStorage, key: str) -> Any:
        if not left[0]:
            raise NoSpace("full")
        left[0] -= 1
        return create_(self, key)

    monkeypatch.setattr(LocalStorage, "create", until_full)
    with pytest.raises(NoSpace):
        put_back(settings, original, replace=True)
    assert (content(settings.database), objects(occupied.context)) == before
    assert not [path for path in settings.home.glob("lectern.db?*") if path.suffix not in _LOGS]


def test_a_backup_that_fails_leaves_no_file(
    context: Context, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Rows(context).in_state("succeeded")

    def broken(self: LocalStorage, key: str) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(LocalStorage, "open", broken)
    with pytest.raises(OSError, match="Input/output"):
        back_up(context.settings, tmp_path / "backup.tar")
    assert not list(tmp_path.glob("backup.tar*"))


def test_an_existing_file_is_replaced_only_on_request(context: Context, tmp_path: Path) -> None:
    path = tmp_path / "backup.tar"
    path.write_text("precious")
    with pytest.raises(Refused) as caught:
        back_up(context.settings, path)
    assert (caught.value.code, path.read_text()) == ("exists", "precious")
    back_up(context.settings, path, replace=True)
    assert tarfile.is_tarfile(path)


def test_nothing_to_back_up(tmp_path: Path, postgres: PostgresServer) -> None:
    name = postgres.create(template=None)
    for settings in (elsewhere(tmp_path), elsewhere(tmp_path, postgres.address(name))):
        with pytest.raises(Refused) as caught:
            create(settings, tmp_path / "backup.tar", quiet)
        assert caught.value.code == "nothing_there"
    assert not list(tmp_path.glob("backup.tar*"))
    postgres.drop(name)

"""What was backed up comes back: on any database, from any schema, while the product works."""

from __future__ import annotations

import stat
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from app import schema
from app.backup import rows as backup_rows
from app.backup.create import create
from app.context import Context
from app.database import Database
from app.dispatcher.relay import Relay
from app.outbox.tables import OutboxRow
from app.projects.schemas import ProjectIn
from app.projects.service import add, move_in
from app.projects.service import create as create_project
from app.recordings.tables import Recording
from app.settings import Settings
from app.sharing import links
from app.sharing.tables import Role, Share
from app.telemetry.tables import SpeedRow
from app.transcriptions.tables import (
    Attempt,
    SegmentRow,
    Status,
    Transcription,
    WindowRow,
    WindowState,
)
from tests.support.backups import back_up, content, elsewhere, objects, opened, put_back
from tests.support.broker import TakesAll
from tests.support.databases import PostgresServer
from tests.support.rows import Rows

pytestmark = pytest.mark.chapter(13)


@pytest.fixture
def empty_postgres(postgres: PostgresServer) -> Iterator[str]:
    """The address of a PostgreSQL database without any table."""
    name = postgres.create(template=None)
    yield postgres.address(name)
    postgres.drop(name)


@pytest.fixture
def other_database(request: pytest.FixtureRequest, database_url: str) -> str:
    """Where a backup of `context` goes: the other kind of database."""
    return "" if database_url else request.getfixturevalue("empty_postgres")


def fill(rows: Rows) -> None:
    for state in ("succeeded", "failed", "cancelled", "queued"):
        rows.in_state(state)
    rows.submit(name='Äpfel „und“ \U0001f399 \\ ".wav')
    waits, belongs = rows.job(rows.submit()).recording_id, rows.submit()
    with rows.context.database.write() as session:
        project = ProjectIn(name="Care", terms=["Nzara"], speakers=["Ä"], retention_days=90)
        create_project(session, "prj_1", project)
        add(session, "prj_1", waits)
        move_in(session, "prj_1", belongs)
        session.add(SpeedRow(model="m", machine="x", rtfx=1 / 3))
        session.add(
            OutboxRow(topic="prepare", payload={"nul": "a\0b", "half": "\ud800", "n": None})
        )


def test_there_and_back_again_nothing_has_changed(
    rows: Rows, other_database: str, tmp_path: Path
) -> None:
    fill(rows)
    before = content(rows.context.settings.database)
    manifest = back_up(rows.context.settings, tmp_path / "one.tar")
    other = elsewhere(tmp_path, other_database)
    put_back(other, tmp_path / "one.tar")
    assert content(other.database) == before
    back_up(other, tmp_path / "two.tar")
    back = elsewhere(tmp_path, name="back")
    restored = put_back(back, tmp_path / "two.tar")
    assert content(back.database) == before
    assert restored.kept is None
    context = opened(back)
    assert schema.is_current(context.database)
    with context.database.read() as session:  # absent, not the word null
        absent = session.execute(text('SELECT count(*) FROM "window" WHERE result IS NULL'))
        assert absent.scalar_one() == sum(row["result"] is None for row in before["window"]) > 0
    assert len(objects(context)) == manifest.objects
    assert objects(context).items() <= objects(rows.context).items()
    assert manifest.tables["transcription"].rows == len(before["transcription"]) == 7
    context.database.dispose()


def test_new_rows_can_be_added_after_a_restore(
    rows: Rows, other_database: str, tmp_path: Path
) -> None:
    fill(rows)
    back_up(rows.context.settings, tmp_path / "backup.tar")
    other = elsewhere(tmp_path, other_database)
    put_back(other, tmp_path / "backup.tar")
    restored = Rows(opened(other))
    restored.prepared(2)
    restored.recognise_all()
    assert max(row.number or 0 for row in restored.all(OutboxRow)) > len(rows.all(OutboxRow))
    restored.context.database.dispose()


def test_running_jobs_go_on(rows: Rows, tmp_path: Path) -> None:
    cut = rows.prepared(3)
    rows.complete(rows.leased(1))
    held = rows.leased(1)
    decoding = rows.submit()
    assert rows.begin(decoding) is not None
    back_up(rows.context.settings, tmp_path / "backup.tar")
    other = elsewhere(tmp_path)
    put_back(other, tmp_path / "backup.tar")
    restored = Rows(opened(other))
    assert [w.state for w in restored.windows(cut)] == [WindowState.DONE] + [
        WindowState.PENDING
    ] * 2
    assert restored.complete(held) == 0  # of the machine the backup was made on
    restored.recognise_all()
    assert restored.job(cut).status is Status.SUCCEEDED
    assert restored.job(cut).text == "Heard. Heard. Heard."
    assert [a.state for a in restored.all(Attempt) if a.transcription_id == decoding] == [
        "handed back"
    ]
    assert restored.begin(decoding) is not None
    restored.context.database.dispose()


def test_a_job_whose_windows_were_gone_is_cut_again(rows: Rows, tmp_path: Path) -> None:
    job = rows.prepared(3)
    rows.complete(rows.leased(1))
    for window in rows.windows(job)[1:]:
        rows.context.storage.delete(window.audio_key)
    assert back_up(rows.context.settings, tmp_path / "backup.tar").missing == 2
    other = elsewhere(tmp_path)
    put_back(other, tmp_path / "backup.tar")
    restored = Rows(opened(other))
    held = restored.begin(job)
    assert held is not None
    assert held.known_windows == {0}
    restored.add_windows(held, [1, 2])
    restored.finish(held)
    restored.recognise_all()
    assert restored.job(job).status is Status.SUCCEEDED
    assert len(restored.all(SegmentRow)) == 3
    restored.context.database.dispose()


def test_the_sound_of_finished_windows_is_not_kept(rows: Rows, tmp_path: Path) -> None:
    rows.in_state("succeeded")
    manifest = back_up(rows.context.settings, tmp_path / "backup.tar")
    assert (manifest.objects, manifest.missing) == (1, 0)  # the recording


def test_a_backup_made_while_everybody_writes_is_of_one_moment(rows: Rows, tmp_path: Path) -> None:
    """Between any two parts of it jobs come, are heard, end and are deleted."""
    old = [rows.prepared(3) for _ in range(3)]
    rows.complete(rows.leased(2))
    before = content(rows.context.settings.database)
    relay = Relay(rows.context, TakesAll(), rows.context.faults)  # type: ignore[arg-type]
    stages = []

    def meanwhile(stage: str, done: int, total: int) -> None:
        stages.append(stage)
        rows.prepared(2)
        rows.complete(rows.leased(3))
        if stage == "objects" and old:
            rows.remove(old.pop())
        relay.run_once()

    manifest = create(rows.context.settings, tmp_path / "backup.tar", meanwhile)
    assert len(stages) > 10
    assert len(rows.all(WindowRow)) > 9
    assert manifest.missing > 0
    other = elsewhere(tmp_path)
    put_back(other, tmp_path / "backup.tar")
    restored = Rows(opened(other))
    assert {r.id for r in restored.all(Recording)} == {row["id"] for row in before["recording"]}
    jobs = {row["id"] for row in before["transcription"]}
    assert {job.id for job in restored.all(Transcription)} == jobs
    assert len(restored.all(SegmentRow)) == len(before["segment"]) == 2
    for job in jobs:  # those whose sound was gone by then are cut again
        held = restored.begin(job)
        if held is not None:
            restored.add_windows(held, [n for n in range(3) if n not in held.known_windows])
            restored.finish(held)
    restored.recognise_all()
    for job in jobs:
        assert restored.job(job).status is Status.SUCCEEDED
        assert restored.job(job).text == "Heard. Heard. Heard."
    restored.context.database.dispose()


def fill_0001(connection: Connection) -> None:
    """A job that is done and one that was being recognised, as the first version wrote them."""
    tables = {table.name: table for table in backup_rows.tables_of(connection)}
    when = datetime(2026, 11, 1, 12, tzinfo=UTC)
    own = {"organisation_id": "org_local", "created_at": when}
    owned = {**own, "owner_id": "acc_local"}
    for name in ("done", "half"):
        recording = {
            "id": f"rec_{name}", "name": "talk.wav", "container": "wav", "media_type": "audio/wav",
            "storage_key": f"recordings/{name}", "size_bytes": 5, "upload_sha256": "0" * 64,
            "stored_sha256": "0" * 64, "codec": "pcm", "sample_rate_hz": 16000, "channels": 1,
            "duration_s": 20.0, "complete": True,
        }  # fmt: skip
        connection.execute(tables["recording"].insert(), owned | recording)
        done = name == "done"
        job = {
            "id": f"tr_{name}", "recording_id": f"rec_{name}", "name": "talk.wav",
            "status": "succeeded" if done else "running", "stage": "recognising",
            "priority": 0, "model": "tiny.en", "options": {"keywords": ["Kästner"]},
            "duration_s": 20.0, "done_s": 20.0 if done else 0.0, "prepared": True,
            "text": "Heard." if done else None, "error_retryable": False, "revision": 4,
            "started_at": when,
        }  # fmt: skip
        connection.execute(tables["transcription"].insert(), owned | job)
        attempt = {
            "id": f"att_{name}", "transcription_id": f"tr_{name}", "number": 1,
            "state": "prepared", "process": "media@old:1", "machine": "m", "fence": 1,
            "lease_until": when,
        }  # fmt: skip
        connection.execute(tables["attempt"].insert(), own | attempt)
        window = {
            "id": f"win_{name}", "transcription_id": f"tr_{name}", "number": 0, "start_s": 0.0,
            "end_s": 20.0, "speech_s": 20.0, "strict_speech": [[0.0, 20.0]],
            "pieces": [[0.0, 20.0, 0.0]], "audio_key": f"windows/{name}",
            "samples_sha256": "0" * 64, "tries": 1, "rung": 0, "fence": 1,
            "state": "done" if done else "running", "process": "host@old:1",
            "lease_until": None if done else when,
        }  # fmt: skip
        connection.execute(tables["window"].insert(), owned | window)
    segment = {
        "id": "seg_done", "transcription_id": "tr_done", "window_id": "win_done", "start_s": 0.0,
        "end_s": 20.0, "text": "Heard.", "machine_text": "Heard.",
        "words": [[" Heard.", 0.0, 1.0, 0.9]], "flags": [],
    }  # fmt: skip
    connection.execute(tables["segment"].insert(), own | segment)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_backup_of_the_first_schema_is_restored_at_the_newest(
    kind: str, tmp_path: Path, empty_postgres: str
) -> None:
    old = Settings(
        home=tmp_path / "old", database_url=empty_postgres if kind == "postgresql" else ""
    )
    old.home.mkdir()
    schema.upgrade(old.database, "0001")
    database = Database(old.database)
    with database.write() as session:
        fill_0001(session.connection())
    database.dispose()
    context = opened(old)
    for key in ("recordings/done", "recordings/half", "windows/half"):
        writer = context.storage.create(key)
        writer.write(key.encode())
        writer.commit()
    context.database.dispose()
    manifest = back_up(old, tmp_path / "backup.tar")
    assert (manifest.revision, manifest.objects, manifest.missing) == ("0001", 3, 0)

    new = elsewhere(tmp_path)
    put_back(new, tmp_path / "backup.tar")
    restored = Rows(opened(new))
    assert schema.is_current(restored.context.database)
    assert restored.job("tr_done").text == "Heard."
    assert restored.job("tr_done").options == {"keywords": ["Kästner"]}
    assert objects(restored.context)["recordings/done"] == b"recordings/done"
    restored.recognise_all("At last.")
    assert restored.job("tr_half").text == "At last."
    restored.context.database.dispose()


def test_a_large_recording_needs_no_memory(context: Context, tmp_path: Path) -> None:
    rows = Rows(context)
    size = 48 * 1024**2
    rows.submit()
    [key] = context.storage.keys("recordings/")
    writer = context.storage.create(key)
    for _ in range(size // 1024**2):
        writer.write(bytes(1024**2))
    writer.commit()
    tracemalloc.start()
    try:
        back_up(context.settings, tmp_path / "backup.tar")
        put_back(elsewhere(tmp_path), tmp_path / "backup.tar")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert (tmp_path / "backup.tar").stat().st_size > size
    assert peak < size / 3


def test_only_the_owner_can_read_it(context: Context, tmp_path: Path) -> None:
    back_up(context.settings, tmp_path / "backup.tar")
    assert stat.S_IMODE((tmp_path / "backup.tar").stat().st_mode) == 0o600
    assert not (tmp_path / "backup.tar.part").exists()


@pytest.mark.chapter(28)
def test_links_are_kept_and_none_of_them_opens(rows: Rows, tmp_path: Path) -> None:
    """One may have been revoked after the backup was made."""
    job = rows.in_state("succeeded")
    with rows.context.database.write() as session:
        links.make(
            session,
            rows.context.settings,
            job,
            share_id="shr_1",
            secret="s",
            role=Role.EDIT,
            label="Ana",
        )
    back_up(rows.context.settings, tmp_path / "one.tar")
    other = elsewhere(tmp_path)
    put_back(other, tmp_path / "one.tar")
    context = opened(other)
    [share] = Rows(context).all(Share)
    assert (share.id, share.label, share.role) == ("shr_1", "Ana", Role.EDIT)
    assert share.secret_sha256 == links.digest("s")
    assert share.revoked_at is not None
    context.database.dispose()

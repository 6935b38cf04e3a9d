"""Migrations keep what customers have, forwards and back, in a time one can wait for."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator

import pytest
from sqlalchemy import text

from app import schema
from app.database import Database
from app.settings import REPOSITORY
from app.transcriptions.tables import Transcription
from tests.support.databases import PostgresServer

pytestmark = [pytest.mark.chapter(12), pytest.mark.chapter(13)]

SEGMENTS = 3
_NUMBERS = (
    "WITH RECURSIVE numbers(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM numbers WHERE i < {count})"
)
_OWN = "'org_local', '2026-11-01 12:00:00.000000'"
_SUM = "'0000000000000000000000000000000000000000000000000000000000000000'"
_FILL = {
    "recording (organisation_id, created_at, id, owner_id, name, container, media_type,"
    " storage_key, size_bytes, upload_sha256, stored_sha256, codec, sample_rate_hz, channels,"
    " duration_s, complete)": f"{_OWN}, 'rec_' || i, 'acc_local', 'interview ' || i, 'wav',"
    f" 'audio/wav', 'recordings/' || i, 2000000000, {_SUM}, {_SUM}, 'pcm_s16le', 16000, 1, 60.5,"
    " TRUE",
    "transcription (organisation_id, created_at, id, owner_id, recording_id, name, status, stage,"
    " priority, model, options, done_s, prepared, text, error_retryable, revision)": f"{_OWN},"
    " 'tr_' || i, 'acc_local', 'rec_' || i, 'interview ' || i, 'succeeded', 'done', 0,"
    " 'whisper-base', '{\"keywords\": [\"Kästner\"]}', 60.5, TRUE,"
    " 'So we asked them what changed after that, and nobody could say. ' || i, FALSE, 7",
    "attempt (organisation_id, created_at, id, transcription_id, number, state, process, machine,"
    " fence, lease_until)": f"{_OWN}, 'att_' || i, 'tr_' || i, 1, 'prepared', 'media@a:1', 'm',"
    " 1, '2026-11-01 12:01:00.000000'",
    '"window" (organisation_id, created_at, id, transcription_id, owner_id, number, start_s,'
    " end_s, speech_s, strict_speech, pieces, audio_key, samples_sha256, state, tries, rung,"
    " fence, result)": f"{_OWN}, 'win_' || i, 'tr_' || i, 'acc_local', 0, 0.0, 20.0, 18.5,"
    f" '[[0.0, 18.5]]', '[[0.0, 18.5, 0.0]]', 'windows/' || i, {_SUM}, 'done', 1, 0, 1,"
    ' \'{"model": "whisper-base"}\'',
    "segment (organisation_id, created_at, id, transcription_id, window_id, start_s, end_s, text,"
    " machine_text, words, flags)": f"{_OWN}, 'seg_' || i, 'tr_' || ((i - 1) / {SEGMENTS} + 1),"
    f" 'win_' || ((i - 1) / {SEGMENTS} + 1), i, i + 1.5, 'what changed after that, ' || i,"
    " 'what changed after that, ' || i, '[[\" what\", 0.0, 0.5, 0.9]]', '[]'",
}
_SAMPLES = (
    "SELECT count(*), sum(length(text)), sum(revision), sum(done_s) FROM transcription",
    "SELECT count(*), sum(length(text)), min(machine_text), sum(end_s) FROM segment",
    "SELECT count(*), sum(number), sum(fence), min(state), max(state) FROM attempt",
    'SELECT count(*), sum(speech_s), sum(fence), sum(tries), max(audio_key) FROM "window"',
    "SELECT count(*), min(size_bytes), max(name), sum(duration_s) FROM recording",
    "SELECT count(*), max(name) FROM organisation",
)


@pytest.fixture(params=["sqlite", "postgresql"])
def address(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """Of an empty database."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path_factory.mktemp('migrations') / 'lectern.db'}"
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    name = server.create(template=None)
    yield server.address(name)
    server.drop(name)


def fill(database: Database, transcripts: int) -> None:
    """That many of them, as the first version of the schema has them."""
    with database.write() as session:
        for into, values in _FILL.items():
            count = transcripts * (SEGMENTS if into.startswith("segment") else 1)
            with_numbers = _NUMBERS.format(count=count)
            connection = session.connection()
            connection.exec_driver_sql(
                f"INSERT INTO {into} {with_numbers} SELECT {values} FROM numbers"
            )


def samples(database: Database) -> list[tuple[object, ...]]:
    with database.read() as session:
        return [tuple(session.execute(text(query)).one()) for query in _SAMPLES]


def up_and_down(address: str, transcripts: int) -> dict[str, float]:
    """Seconds each way; what is there must be the same at every step."""
    schema.upgrade(address, "0001")
    database = Database(address, unlimited=True)
    fill(database, transcripts)
    before = samples(database)
    assert before[0][0] == transcripts
    assert before[1][0] == transcripts * SEGMENTS
    seconds = {}
    for way, move in (
        ("up", lambda: schema.upgrade(address)),
        ("down", lambda: schema.downgrade(address, "0001")),
        ("up again", lambda: schema.upgrade(address)),
    ):
        database.dispose()
        started = time.monotonic()
        move()
        seconds[way] = time.monotonic() - started
        assert samples(database) == before, way
    with database.read() as session:  # the code of today reads what the first version wrote
        job = session.get_one(Transcription, "tr_1")
        assert (job.options, job.text is not None) == ({"keywords": ["Kästner"]}, True)
    database.dispose()
    return seconds


def test_five_thousand_transcripts(address: str) -> None:
    seconds = up_and_down(address, 5_000)
    assert max(seconds.values()) < 20, seconds


@pytest.mark.slow
def test_a_hundred_thousand_transcripts(address: str) -> None:
    seconds = up_and_down(address, 100_000)
    print(address.split(":")[0], {way: round(taken, 1) for way, taken in seconds.items()})
    assert max(seconds.values()) < 30, seconds


def test_machines_that_start_at_the_same_time_migrate_once(address: str) -> None:
    script = (
        "import sys; from app.schema import upgrade; print(flush=True); input();"
        " upgrade(sys.argv[1])"
    )
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    command = [sys.executable, "-c", script, address]
    machines = [subprocess.Popen(command, cwd=REPOSITORY, text=True, **pipes) for _ in range(2)]
    for machine in machines:
        assert machine.stdout is not None
        machine.stdout.readline()
    for machine in machines:
        assert machine.stdin is not None
        machine.stdin.write("\n")
        machine.stdin.flush()
    told = [machine.communicate(timeout=60)[1] for machine in machines]
    assert [machine.returncode for machine in machines] == [0, 0], told
    database = Database(address)
    assert schema.is_current(database)
    database.dispose()

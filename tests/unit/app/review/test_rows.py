"""Corrections among the other rows: deleted with their job, backed up, migrated."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlmodel import select

from app import schema
from app.database import Database
from app.review import service
from app.review.service import Edit
from app.review.tables import Revision
from app.review.tags import Seen
from app.transcriptions.tables import SegmentRow
from tests.support.backups import back_up, content, elsewhere, put_back
from tests.support.rows import Rows
from worker.reproduce.recorded import recorded

ANYTHING = Seen(frozenset(), anything=True)


def corrected(rows: Rows) -> str:
    """A job with an edit, a split and a merge."""
    job = rows.prepared(3)
    rows.recognise_all("one two three")
    ids = [row.id for row in sorted(rows.all(SegmentRow), key=lambda row: row.start_s)]
    with rows.context.database.write() as session:
        wanted = Edit(frozenset({"text"}), "one too three")
        service.edit(session, "rev_1", job, ids[0], wanted, ANYTHING)
        service.split(session, "rev_2", job, ids[1], 1, ANYTHING, by_word=True)
        service.merge(session, "rev_3", job, ids[:2], ANYTHING)
    return job


@pytest.mark.chapter(28)
def test_revisions_go_with_their_job_and_others_stay(rows: Rows) -> None:
    gone = corrected(rows)
    kept = rows.prepared(1)
    rows.recognise_all()
    rows.remove(gone)
    assert rows.all(Revision) == []
    assert {row.transcription_id for row in rows.all(SegmentRow)} == {kept}


@pytest.mark.chapter(24)
def test_what_is_reproduced_is_what_the_machine_said(rows: Rows) -> None:
    job = rows.prepared(3)
    rows.recognise_all("one two three")
    with rows.context.database.read() as session:
        before = recorded(session, job)
    ids = [row.id for row in sorted(rows.all(SegmentRow), key=lambda row: row.start_s)]
    with rows.context.database.write() as session:
        wanted = Edit(frozenset({"text", "speaker"}), "a b c d", "Ana")
        service.edit(session, "rev_1", job, ids[0], wanted, ANYTHING)
        service.split(session, "rev_2", job, ids[1], 1, ANYTHING, by_word=True)
        service.merge(session, "rev_3", job, [ids[2], *new(session, job, ids)], ANYTHING)
    with rows.context.database.read() as session:
        assert recorded(session, job) == before


def new(session, job: str, ids: list[str]) -> list[str]:  # type: ignore[no-untyped-def]
    found = session.exec(select(SegmentRow.id).where(SegmentRow.transcription_id == job))
    return [id_ for id_ in found if id_ not in ids]


@pytest.mark.chapter(13)
def test_a_backup_has_the_corrections(rows: Rows, tmp_path: Path) -> None:
    corrected(rows)
    before = content(rows.context.settings.database)
    back_up(rows.context.settings, tmp_path / "one.tar")
    other = elsewhere(tmp_path)
    put_back(other, tmp_path / "one.tar")
    assert content(other.database) == before
    assert len(before["revision"]) == 3


def test_an_older_version_finds_the_corrected_text(rows: Rows) -> None:
    corrected(rows)
    address = rows.context.settings.database
    rows.context.database.dispose()
    schema.downgrade(address, "0007")
    database = Database(address)
    with database.engine.connect() as connection:
        found = connection.exec_driver_sql("SELECT text, words FROM segment ORDER BY start_s").all()
    database.dispose()
    assert [text for text, _ in found] == ["one too three one", "two three", "one two three"]
    schema.upgrade(address)
    rows.context.database.dispose()
    for row in rows.all(SegmentRow):
        assert row.shown
        assert all(len(word) in (4, 5) for word in row.words)

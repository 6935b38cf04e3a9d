"""Domains that come with the source: entered once, and never over a person's decision."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from sqlmodel import Session

from app.context import Context
from app.domains import service as domains
from app.releases import service
from app.releases.files import adapter_key
from app.releases.seeding import seed
from app.releases.tables import State
from app.transcriptions.orphans import named_objects
from data.domains.record import VersionRecord
from tests.support.backups import back_up, elsewhere, objects, opened, put_back
from tests.support.versions import record

pytestmark = pytest.mark.chapter(13)


def ship(folder: Path, content: bytes, **more: object) -> dict[str, Path]:
    """A domain's folder whose adapter is `content`, as a release of the source would have it."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "domain.toml").write_text('title = "Housing"\n')
    (folder / "glossary.csv").write_text("term\nGini\n")
    (folder / "adapter.safetensors").write_bytes(content)
    told = record("x", **more).model_dump(mode="json")
    told["adapter"]["sha256"] = hashlib.sha256(content).hexdigest()
    (folder / "version.json").write_text(VersionRecord.model_validate(told).text())
    return {"housing": folder}


def served(context: Context) -> tuple[int | None, dict[int, State]]:
    with context.database.read() as session:
        domain = domains.get(session, "housing")
        champion = service.champion(session, domain)
        states = {v.number: v.state for v in service.versions(session, domain)}
        return champion.number if champion else None, states


def test_a_shipped_adapter_serves_and_a_newer_one_replaces_it(
    context: Context, tmp_path: Path
) -> None:
    for _ in range(2):
        seed(context, ship(tmp_path / "housing", b"one"))
        assert served(context) == (1, {1: State.CHAMPION})
    seed(context, ship(tmp_path / "housing", b"two"))
    assert served(context) == (2, {1: State.RETIRED, 2: State.CHAMPION})
    seed(context, ship(tmp_path / "housing", b"bad", passed=False))
    assert served(context)[0] == 2


def test_after_a_persons_decision_a_newer_one_waits(context: Context, tmp_path: Path) -> None:
    seed(context, ship(tmp_path / "housing", b"one"))
    with context.database.write() as session:
        service.roll_back(session, "housing", reason="invents words")
    seed(context, ship(tmp_path / "housing", b"two"))
    assert served(context) == (None, {1: State.WITHDRAWN, 2: State.CANDIDATE})


def test_a_replaced_adapter_is_still_there_to_be_rolled_back_to(
    context: Context, tmp_path: Path
) -> None:
    seed(context, ship(tmp_path / "housing", b"one"))
    seed(context, ship(tmp_path / "housing", b"two"))
    with context.database.write() as session:
        _, former = service.roll_back(session, "housing")
        assert former is not None
        key = former.adapter_key
    assert key == adapter_key(hashlib.sha256(b"one").hexdigest())
    with context.storage.open(key) as file:
        assert file.read() == b"one"


def test_adapters_are_swept_by_nobody_and_come_back_with_a_backup(
    context: Context, tmp_path: Path
) -> None:
    seed(context, ship(tmp_path / "housing", b"one"))
    key = adapter_key(hashlib.sha256(b"one").hexdigest())
    with context.database.read() as session:
        assert key in named_objects(session)
    back_up(context.settings, tmp_path / "backup.tar")
    other = elsewhere(tmp_path)
    put_back(other, tmp_path / "backup.tar")
    restored = opened(other)
    assert objects(restored)[key] == b"one"
    restored.database.dispose()


def test_a_record_of_another_adapter_leaves_the_words_and_serves_nothing(
    context: Context, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    shipped = ship(tmp_path / "housing", b"one")
    (tmp_path / "housing" / "adapter.safetensors").write_bytes(b"damaged")
    seed(context, shipped)
    assert served(context) == (None, {})
    assert "belongs to another adapter" in caplog.text
    with context.database.read() as session:
        assert _terms(session) == ["Gini"]


def _terms(session: Session) -> list[str]:
    glossary = domains.glossary(session, domains.get(session, "housing"))
    assert glossary is not None
    return [each["term"] for each in glossary.terms]

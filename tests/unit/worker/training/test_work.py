"""What the training process does around the pipeline, which is a script here; it runs for real in
`tests/integration/test_adaptations.py`."""

from __future__ import annotations

import hashlib
import json
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlmodel import Session

from app.adaptations import service, texts
from app.adaptations.tables import Adaptation, AdaptationState
from app.context import Context
from app.domains import service as domains
from app.domains.terms import Term
from app.releases import service as releases
from app.releases.tables import ModelVersion, State
from app.transcriptions.tables import Status, Transcription
from data.domains.own.page import read
from data.domains.record import VersionRecord
from tests.support.adaptations import PAGE, TERMS, training_here
from tests.support.disks import small_disk
from tests.support.killable import wait_for
from tests.support.rows import Rows
from tests.support.versions import record
from worker.adaptation import customers
from worker.adaptation.pipeline import Stage, Work, finished, run
from worker.training import work

SCRIPT = """
import json, sys, time
from pathlib import Path
folder, seconds, last = Path(sys.argv[1]), float(sys.argv[2]), sys.argv[3]
def say(**told):
    print(json.dumps(told), flush=True)
say(stage="speech", state="started")
count = 0
end = seconds
while end > 0:
    count += 1
    (folder / "count").write_text(str(count))
    say(stage="speech", state="progress", share=1 - end / seconds, note=f"{count} clips")
    time.sleep(0.02)
    end -= 0.02
say(stage="speech", state="done", seconds=1.0)
print(last, flush=True)
"""
CONTENT = b"an adapter"


@pytest.fixture
def asked(context: Context) -> str:
    training_here(context)

    def ask(session: Session) -> str:
        terms = [Term(term=term) for term in TERMS]
        domains.create(
            session, "housing", terms, title="", about="", language="en", parent="whisper-base"
        )
        texts.change(session, "housing", read(PAGE))
        return service.ask(session, "housing").id

    return context.database.transact(ask)


Script = Callable[..., Path]


@pytest.fixture
def script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Script:
    """Put a pipeline in place that takes `seconds` and ends with these words."""

    def script_(last: str | dict[str, object], seconds: float = 0.1) -> Path:
        said = last if isinstance(last, str) else json.dumps(last)
        command = [sys.executable, "-c", SCRIPT, str(tmp_path), str(seconds), said]
        monkeypatch.setattr(customers, "command", lambda folder, settings: command)
        return tmp_path / "count"

    return script_


def made(folder: Path, *, passed: bool = True, content: bytes = CONTENT) -> dict[str, object]:
    """What the pipeline leaves, and says, at its end."""
    folder.mkdir(exist_ok=True)
    told: VersionRecord = record("an adapter", passed=passed)
    sha256 = hashlib.sha256(CONTENT).hexdigest()
    assert told.adapter.sha256 == sha256
    (folder / "version.json").write_text(told.text())
    (folder / "adapter.safetensors").write_bytes(content)
    return {"state": "made", "passed": passed, "folder": str(folder), "sha256": sha256}


def row(rows: Rows) -> Adaptation:
    (found,) = rows.all(Adaptation)
    return found


def version(rows: Rows) -> ModelVersion:
    return next(each for each in rows.all(ModelVersion) if each.parent == "whisper-base")


@pytest.mark.chapter(11)
def test_what_comes_out_is_kept_registered_and_serves(
    context: Context, rows: Rows, asked: str, script: Script, tmp_path: Path
) -> None:
    script(made(tmp_path / "made"))
    work.train_waiting(context)
    found, entered = row(rows), version(rows)
    assert (found.state, found.version_id) == (AdaptationState.SUCCEEDED, entered.id)
    assert entered.state is State.CHAMPION
    assert entered.adapter_key is not None
    with context.storage.open(entered.adapter_key) as file:
        assert file.read() == CONTENT
    assert found.stages[0]["stage"] == "speech" and found.stages[0]["state"] == "done"


@pytest.mark.chapter(17)
def test_what_did_not_pass_is_registered_and_the_champion_goes_on(
    context: Context, rows: Rows, asked: str, script: Script, tmp_path: Path
) -> None:
    with context.database.write() as session:
        domain = domains.get(session, "housing")
        releases.register(session, domain, record("before"), "adapters/before")
        releases.promote(session, "housing", 1)
    script(made(tmp_path / "made", passed=False))
    work.train_waiting(context)
    assert row(rows).state is AdaptationState.REFUSED
    with context.database.read() as session:
        domain = domains.get(session, "housing")
        states = {v.number: v.state for v in releases.versions(session, domain)}
        serving = session.get_one(ModelVersion, domain.champion_id)
    assert states == {1: State.CHAMPION, 2: State.REFUSED}
    assert serving.number == 1


@pytest.mark.chapter(12)
def test_while_a_transcription_waits_or_runs_training_stands_still(
    context: Context, rows: Rows, asked: str, script: Script, tmp_path: Path
) -> None:
    count = script(made(tmp_path / "made"), seconds=3.0)
    worker = threading.Thread(target=work.train_waiting, args=(context,))
    worker.start()
    wait_for(count.exists)
    job = rows.submit()
    wait_for(lambda: row(rows).state is AdaptationState.PAUSED)
    assert row(rows).note == "paused: 1 transcription goes first"
    assert row(rows).eta_seconds is None
    before = count.read_text()
    time.sleep(1.0)
    assert count.read_text() == before
    beats = row(rows).beats
    wait_for(lambda: row(rows).beats > beats)  # a paused one still shows that it lives
    with context.database.write() as session:
        session.get_one(Transcription, job).status = Status.SUCCEEDED
    worker.join(60)
    assert row(rows).state is AdaptationState.SUCCEEDED


@pytest.mark.chapter(13)
def test_cancelled_it_ends_at_once_with_all_it_started(
    context: Context, rows: Rows, asked: str, script: Script, tmp_path: Path
) -> None:
    count = script(made(tmp_path / "made"), seconds=600)
    worker = threading.Thread(target=work.train_waiting, args=(context,))
    worker.start()
    wait_for(count.exists)
    context.database.transact(lambda session: service.cancel(session, "housing", asked))
    worker.join(20)
    assert not worker.is_alive()
    before = count.read_text()
    time.sleep(0.3)
    assert count.read_text() == before
    assert row(rows).state is AdaptationState.CANCELLED


@pytest.mark.chapter(13)
def test_told_to_stop_it_hands_back_at_once(
    context: Context,
    rows: Rows,
    asked: str,
    script: Script,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    count = script(made(tmp_path / "made"), seconds=600)
    monkeypatch.setattr(work, "told_to_stop", count.exists)
    work.train_waiting(context)
    assert (row(rows).state, row(rows).losses) == (AdaptationState.QUEUED, 0)


@pytest.mark.parametrize(
    ("last", "told"),
    [
        ({"state": "failed", "message": "speech: It came out silent."}, "speech: It came out"),
        ("Traceback: a library died", "ended without a word"),
    ],
)
def test_a_failure_is_told_with_what_is_safe(
    context: Context, rows: Rows, asked: str, script: Script, last: str, told: str
) -> None:
    script(last)
    work.train_waiting(context)
    found = row(rows)
    assert (found.state, found.error_code) == (AdaptationState.FAILED, "training_failed")
    assert told in (found.error_message or "") and work.SAFE in (found.error_message or "")
    assert found.error_retryable


def test_an_adapter_that_is_not_the_judged_one_is_never_registered(
    context: Context, rows: Rows, asked: str, script: Script, tmp_path: Path
) -> None:
    script(made(tmp_path / "made", content=b"another"))
    work.train_waiting(context)
    assert "not the one that was judged" in (row(rows).error_message or "")
    assert rows.all(ModelVersion) == []


@pytest.mark.chapter(13)
def test_a_full_disk_fails_it_with_words_and_touches_nothing(
    context: Context, rows: Rows, asked: str, script: Script, tmp_path: Path
) -> None:
    script(made(tmp_path / "made"))
    with small_disk(context.settings.home / "adaptation", 64 * 1024) as disk:
        (disk / "filler").write_bytes(b"x" * 60 * 1024)
        work.train_waiting(context)
    found = row(rows)
    assert found.state is AdaptationState.FAILED
    assert (found.error_message or "").startswith("The disk is full.")
    context.database.transact(lambda session: service.retry(session, "housing", asked))
    work.train_waiting(context)
    assert row(rows).state is AdaptationState.SUCCEEDED


@pytest.mark.chapter(28)
def test_what_was_made_of_a_removed_domain_is_removed_and_nothing_else(
    context: Context, rows: Rows, asked: str, script: Script, tmp_path: Path
) -> None:
    script(made(tmp_path / "made"))
    work.train_waiting(context)
    home = context.settings.home / "adaptation"
    sentences = home / "domains" / "housing" / "sentences" / "train.txt"
    assert sentences.is_file()
    stages = [Stage("collect", _copies(sentences), files={"train.txt": sentences})]
    stages.append(Stage("speech", _copies(sentences), after=("collect",)))
    run(stages, home)
    other = Path(__file__)
    run([Stage("collect", _copies(other), files={"x": other})], home)
    work.train_waiting(context)
    assert len(finished(home)) == 3, "the domain is still there"
    context.database.transact(lambda session: domains.remove(session, "housing"))
    work.train_waiting(context)
    assert not (home / "domains" / "housing").exists()
    assert [list(each["inputs"]["files"]) for each in finished(home)] == [["x"]]
    assert [found.state for found in rows.all(ModelVersion)] == [State.CHAMPION]


def _copies(path: Path) -> Callable[[Work], None]:
    return lambda work: (work.out / "text").write_text(path.read_text()) and None

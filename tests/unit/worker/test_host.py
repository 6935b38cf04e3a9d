"""The model host: leased windows become text, a failing model its smaller one, a gap in the end."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.outbox.tables import OutboxRow, Topic
from app.telemetry.service import last_woken
from app.telemetry.tables import ProcessRow
from app.transcriptions import preparing, read, service
from app.transcriptions.provenance import provenance
from app.transcriptions.schemas import TranscriptionOut
from app.transcriptions.tables import Status, WindowState
from tests.support.rows import Rows, new_context
from tests.support.speech import StubRecogniser, heard, words_of
from worker import host as host_module
from worker import stopping
from worker.beginning import to_bytes
from worker.host import Host
from worker.models.weights import Weights
from worker.pipeline.recognise import DecodingOptions, Recogniser
from worker.pipeline.types import Recognition, Samples, Window
from worker.pipeline.windows import Packer, pack
from worker.reproduce.recorded import recorded


@pytest.fixture
def rows(tmp_path: Path) -> Iterator[Rows]:
    context = new_context(tmp_path / "home", model="whisper-base", streams=2, max_attempts=2)
    yield Rows(context)
    context.database.dispose()


def stub(text: str, *, fails: bool = False) -> StubRecogniser:
    """Hears `text` in every window, spread over all of it."""

    def say(window: Window, _options: DecodingOptions) -> Recognition:
        if fails:
            raise RuntimeError("out of memory")
        word_s = (window.end_s - window.start_s) / len(text.split())
        return heard(words=words_of(text, start_s=window.start_s, word_s=word_s))

    return StubRecogniser(say, text)


def host(rows: Rows, **models: StubRecogniser) -> Host:
    made = Host(rows.context)
    for name, model in models.items():
        known = name.replace("_", ".") if name == "tiny_en" else name.replace("_", "-")
        weights = Weights(known, Path("/nowhere"), "f" * 64)
        made._models[known] = (model, weights)  # type: ignore[assignment]
    return made


def silent_job(rows: Rows, windows: int = 2, **options) -> str:  # type: ignore[no-untyped-def]
    """A job whose windows are silence: the stubs do not listen."""
    job = rows.prepared(windows, **{"model": "whisper-base", **options})
    for row in rows.windows(job):
        rows.context.storage.delete(row.audio_key)
        writer = rows.context.storage.create(row.audio_key)
        writer.write(b"\0\0" * 16_000)
        writer.commit()
    return job


def whole(rows: Rows, job: str) -> TranscriptionOut:
    with rows.context.database.read() as session:
        return read.whole(session, service.get(session, job))


def test_real_windows_become_text(
    rows: Rows, tiny: Recogniser, tiny_weights: Weights, speech: Samples
) -> None:
    [window] = pack([speech], Packer())
    job = rows.submit(model="tiny.en")
    held = rows.begin(job)
    assert held is not None
    found = preparing.NewWindow(
        number=0,
        start_s=window.start_s,
        end_s=window.end_s,
        speech_s=window.duration_s,
        strict_speech=list(window.strict_speech),
        pieces=[(p.start_s, p.end_s, p.offset_s) for p in window.pieces],
        audio_key=rows.store("windows", to_bytes(window.samples)),
        samples_sha256="0" * 64,
    )
    with rows.context.database.write() as session:
        preparing.add_windows(session, held, [found])
    rows.finish(held)
    made = Host(rows.context)
    made._models["tiny.en"] = (tiny, tiny_weights)
    made.work()
    result = whole(rows, job)
    assert result.text.startswith("The morning train was late again, so we had time to wait.")
    assert result.model.version == tiny_weights.version


@pytest.mark.chapter(24)
def test_each_window_knows_model_weights_code_and_machine(rows: Rows) -> None:
    job = silent_job(rows)
    host(rows, whisper_base=stub("Hello.")).work()
    for row in rows.windows(job):
        assert row.result is not None
        assert row.result["model"] == "whisper-base"
        assert row.result["model_version"] == "f" * 64
        assert row.result["code_version"]
        assert row.result["machine"]


@pytest.mark.chapter(7)
def test_a_failing_model_is_replaced_window_by_window_and_it_is_said(rows: Rows) -> None:
    job = silent_job(rows)
    host(rows, whisper_base=stub("Never.", fails=True), tiny_en=stub("Small.")).work()
    found = whole(rows, job)
    assert found.text == "Small. Small."
    assert [fallback.model for fallback in found.fallbacks] == ["tiny.en"] * 2
    assert "out of memory" in found.fallbacks[0].reason


@pytest.mark.chapter(7)
def test_when_no_model_can_do_it_the_job_fails_and_the_audio_is_kept(rows: Rows) -> None:
    job = silent_job(rows)
    broken = stub("Never.", fails=True)
    host(rows, whisper_base=broken, tiny_en=broken).work()
    found = whole(rows, job)
    assert found.status is Status.FAILED
    assert found.error is not None
    assert found.error.retryable
    assert [segment.text for segment in found.segments] == ["[inaudible]"] * 2


@pytest.mark.chapter(7)
def test_a_window_that_failed_before_the_language_was_known_does_not_stop_the_host(
    rows: Rows,
) -> None:
    job = silent_job(rows, 2)
    [first] = rows.leased()
    rows.fail(first, max_tries=1, rungs=2)
    [second] = rows.leased()
    rows.complete([second], "Guten Tag.", language="de", language_probability=0.99)
    host(rows, whisper_base=stub("Nein."), tiny_en=stub("No.")).work()
    assert [row.state for row in rows.windows(job)] == [WindowState.FAILED, WindowState.DONE]
    assert whole(rows, job).text == "[inaudible] Guten Tag."


@pytest.mark.chapter(7)
def test_the_fault_crashing_model_spares_the_last_rung(rows: Rows) -> None:
    rows.fault("crashing_model")
    job = silent_job(rows)
    host(rows, whisper_base=stub("Big."), tiny_en=stub("Small.")).work()
    assert whole(rows, job).text == "Small. Small."


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], None]]:
    """Tell this process to stop."""
    yield lambda: monkeypatch.setattr(stopping._told, "value", 1)
    monkeypatch.undo()
    stopping._told.value = 0


@pytest.mark.chapter(13)
def test_a_host_that_is_told_to_stop_hands_its_windows_back_at_once(
    rows: Rows, told: Callable[[], None]
) -> None:
    job = silent_job(rows, 3)
    computing = threading.Event()

    def slow(window: Window, _options: DecodingOptions) -> Recognition:
        computing.set()
        time.sleep(3)
        return heard(words=words_of("Late.", start_s=window.start_s, word_s=1))

    made = host(rows, whisper_base=StubRecogniser(slow, "Late."))
    working = threading.Thread(target=made.work)
    working.start()
    assert computing.wait(5)
    began = time.monotonic()
    told()
    working.join()
    assert time.monotonic() - began < 1.5
    found = [(row.state, row.tries, row.losses) for row in rows.windows(job)]
    assert found == [(WindowState.PENDING, 0, 0)] * 3
    assert [row.topic for row in rows.all(OutboxRow)].count(Topic.RECOGNISE) == 2
    time.sleep(2.5)
    assert whole(rows, job).segments == [], "what the stream still found out is refused"


@pytest.mark.chapter(7)
def test_a_model_that_hangs_takes_its_process_with_it_and_others_keep_their_windows(
    rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended = threading.Event()
    monkeypatch.setattr(host_module.os, "kill", lambda *_: ended.set())
    job = silent_job(rows, 3)
    rows.complete(rows.leased(1))
    quick, slow = rows.leased(1), rows.leased(1)
    made = host(rows)
    made._work.add(slow)
    made._work._since[slow[0]] -= rows.context.settings.window_timeout_s + 1
    made._work.add(quick)
    made._end_if_hung()
    assert ended.is_set()
    states = {row.id: row.state for row in rows.windows(job)}
    assert states[quick[0].id] is WindowState.PENDING
    assert states[slow[0].id] is WindowState.RUNNING, "the reaper will hold it to account"


@pytest.mark.chapter(12)
def test_a_host_goes_on_when_connections_are_dropped(rows: Rows) -> None:
    job = silent_job(rows, 4)
    rows.fault("dropped_connections", share=0.4)
    host(rows, whisper_base=stub("Hello.")).work()
    assert whole(rows, job).text == "Hello. Hello. Hello. Hello."


def test_a_window_whose_audio_is_missing_is_a_gap_and_says_why(rows: Rows) -> None:
    job = silent_job(rows, 2)
    rows.context.storage.delete(rows.windows(job)[1].audio_key)
    host(rows, whisper_base=stub("Hello."), tiny_en=stub("Hello.")).work()
    assert whole(rows, job).text == "Hello. [inaudible]"
    assert "audio of the window is missing" in (rows.windows(job)[1].error or "")


def test_keywords_and_language_reach_the_model(rows: Rows) -> None:
    job = silent_job(rows, 1, language="de")
    with rows.context.database.write() as session:
        row = service.get(session, job)
        row.options = {**row.options, "keywords": ["Lectern"]}
    model = stub("Hello.")
    host(rows, whisper_base=model).work()
    [(_, options)] = model.asked
    assert (options.language, options.keywords) == ("de", ("Lectern",))


@pytest.mark.chapter(13)
def test_a_model_that_cannot_be_used_is_told_and_work_goes_on_with_the_smallest(
    tmp_path: Path,
) -> None:
    context = new_context(tmp_path / "home", model=str(tmp_path / "no-model-here"), streams=1)
    rows = Rows(context)
    made = host(rows, tiny_en=stub("Small."))
    made.warm_up()
    [process] = rows.all(ProcessRow)
    assert "error" in process.details
    job = silent_job(rows, 1, model=context.settings.model)
    made.work()
    assert whole(rows, job).text == "Small."
    context.database.dispose()


@pytest.mark.chapter(13)
def test_a_host_that_works_is_seen(rows: Rows) -> None:
    silent_job(rows)
    host(rows, whisper_base=stub("Hello.")).work()
    with rows.context.database.read() as session:
        assert last_woken(session, "host") is not None
    assert rows.all(OutboxRow)


@pytest.mark.chapter(4)
def test_a_job_with_terms_shows_what_was_repaired_and_what_had_been_heard(rows: Rows) -> None:
    job = silent_job(rows, 1, language="en")
    with rows.context.database.write() as session:
        row = service.get(session, job)
        row.options = {**row.options, "repair": [["ActiveRecord", "active record"]]}
    host(rows, whisper_base=stub("We use active record.")).work()
    found = whole(rows, job)
    [segment] = found.segments
    assert found.text == "We use ActiveRecord."
    assert "repaired" in segment.flags
    assert [word.heard for word in segment.words] == [None, None, " active record."]
    with rows.context.database.read() as session:
        [window] = provenance(session, service.get(session, job)).windows
        recorded_ = recorded(session, job)
    [repair] = window.made_by["repairs"]
    assert (repair["heard"], repair["term"]) == ("active record.", "ActiveRecord.")
    assert recorded_.repair == (("ActiveRecord", "active record"),)
    [said] = recorded_.windows[0].segments
    assert said.words[-1][4:] == (" active record.",)


def test_a_job_without_terms_has_no_trace_of_repairs(rows: Rows) -> None:
    job = silent_job(rows, 1, language="en")
    host(rows, whisper_base=stub("We use active record.")).work()
    assert whole(rows, job).text == "We use active record."
    with rows.context.database.read() as session:
        [window] = provenance(session, service.get(session, job)).windows
    assert "repairs" not in window.made_by

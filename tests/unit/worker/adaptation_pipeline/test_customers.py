"""A customer's terms and page become a folder that the pipeline takes like any other."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from app.adaptations.order import Order
from app.settings import Settings
from data.domains import checks
from data.domains.folder import read, shipped
from data.domains.own.page import BadText
from data.nonspeech import collection
from tests.support.adaptations import PAGE, TERMS
from worker.adaptation import customers, own
from worker.adaptation.pipeline import StageFailed, Work, run

ORDER = Order(
    name="housing",
    title='The "Wohnungs"-frage 😀\x7f\n',
    about="",
    parent="tiny.en",
    terms=(("Oaxaca-Blinder", "wa ha ka blinder"), *((term, "") for term in TERMS[1:])),
    text=PAGE,
)


def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path, corpora=tmp_path / "none")


@pytest.mark.chapter(16)
def test_the_folder_can_be_trained_on(tmp_path: Path) -> None:
    written = customers.write(ORDER, settings(tmp_path))
    found = read(written.folder)
    assert (found.name, found.title, found.parent) == (
        "housing",
        'The "Wohnungs"-frage 😀',
        "tiny.en",
    )
    assert checks.errors(checks.check(found)) == []
    assert found.terms[0].sounds_like == "wa ha ka blinder"
    assert set(found.terms_of("train")) == set(TERMS)
    assert found.source == "synthesis" and own.is_own(found)
    assert set(written.expected) >= {"speech", "train", "evaluate"}
    assert found.training == {"strongest": 0.4}, "no stronger than people's speech can take"


def test_the_same_order_touches_no_file_and_another_one_only_what_differs(tmp_path: Path) -> None:
    def written_at() -> dict[str, int]:
        files = customers.write(order, settings(tmp_path)).folder.rglob("*.*")
        return {path.name: path.stat().st_mtime_ns for path in files if path.is_file()}

    order = ORDER
    before = written_at()
    assert written_at() == before
    order = replace(ORDER, about="Who can pay for it.")
    changed = {name for name, at in written_at().items() if at != before[name]}
    assert changed == {"domain.toml"}


def test_text_that_is_not_enough_is_refused_again(tmp_path: Path) -> None:
    with pytest.raises(BadText, match="at least 12"):
        customers.write(replace(ORDER, text="One sentence is not enough."), settings(tmp_path))


@pytest.mark.chapter(17)
def test_recordings_of_people_tighten_the_gate_where_they_are(tmp_path: Path) -> None:
    def guard() -> str:
        command = customers.command(tmp_path / "housing", settings(tmp_path))
        return " ".join(command[command.index("--guard") :])

    assert guard() == "--guard synthetic --quick --tidy --json"
    real = tmp_path / "none" / "longform-lj003"
    real.mkdir(parents=True)
    (real / "manifest.jsonl").write_text("{}\n")
    assert guard() == "--guard both --tidy --json"


def test_shipped_domains_keep_their_own_test() -> None:
    for path in shipped().values():
        assert not own.is_own(read(path))


def spoken(tmp_path: Path, text: str) -> Path:
    folder = tmp_path / "made"
    (folder / "audio").mkdir(parents=True, exist_ok=True)
    (folder / "manifest.jsonl").write_text(json.dumps({"text": text}))
    (folder / "audio" / f"{text}.opus").write_bytes(b"sound")
    (folder / "stage.json").write_text("{}")
    return folder


@pytest.mark.chapter(15)
def test_a_new_test_takes_the_place_of_the_old_one_as_a_whole(tmp_path: Path) -> None:
    found = read(customers.write(ORDER, settings(tmp_path)).folder)
    own.install(spoken(tmp_path, "one"), found)
    place = found.path / "test"
    assert {path.name for path in place.rglob("*.*")} == {"manifest.jsonl", "one.opus"}
    (place / "mark").write_text("left alone when nothing is new")
    own.install(spoken(tmp_path, "one"), found)
    assert (place / "mark").exists()
    own.install(spoken(tmp_path / "other", "two"), found)
    assert {path.name for path in place.rglob("*.*")} == {"manifest.jsonl", "two.opus"}
    assert [path.name for path in found.path.glob(".test*")] == []


def test_without_sentences_to_judge_by_it_says_so(tmp_path: Path) -> None:
    found = read(customers.write(ORDER, settings(tmp_path)).folder)
    found.sentences_file("test").unlink()
    with pytest.raises(StageFailed, match="to judge by"):
        run([own.stage(read(found.path), 0)], tmp_path / "stages")


def test_silence_is_made_once_and_only_where_there_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LECTERN_HOME", str(tmp_path))
    monkeypatch.setenv("LECTERN_CORPORA", str(tmp_path / "none"))
    monkeypatch.setattr(own, "SILENCE_S", 20.0)
    said: list[str] = []
    work = Work(tmp_path, tmp_path, {}, lambda share, note: said.append(note))
    own._silence(work)
    manifest = tmp_path / "corpora" / "nonspeech" / "manifest.jsonl"
    rows = [json.loads(line) for line in manifest.read_text().splitlines()]
    assert sum(row["duration_s"] for row in rows) >= 20.0
    assert said

    def never(*_: object) -> int:
        raise AssertionError("made twice")

    monkeypatch.setattr(collection, "write", never)
    own._silence(work)

"""`lectern reproduce` with the whole product, and features kept between two hearings."""

from __future__ import annotations

import json
import os
import platform
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from deploy.local.product import Product, running_product
from tests.support.edits import Editor
from tests.support.jobs import SPEECH, TWO_MINUTES, Jobs, connected

REPOSITORY = Path(__file__).resolve().parents[2]


def reproduce(home: Path, *arguments: str) -> tuple[int, dict[str, Any], str]:
    """Exit code, what it tells programs, and what it tells people on the error stream."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("LECTERN_")}
    done = subprocess.run(
        [sys.executable, "-m", "ui.cli", "reproduce", *arguments, "--json"],
        cwd=REPOSITORY,
        env=environment | {"LECTERN_HOME": str(home)},
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    return done.returncode, json.loads(done.stdout), done.stderr


def changed(home: Path, job: str, statement: str) -> None:
    with sqlite3.connect(home / "lectern.db", timeout=30) as database:
        database.execute(statement, (job,))
        database.commit()


@pytest.mark.chapter(24)
def test_a_transcript_comes_out_again_bit_by_bit(jobs: Jobs, product: Product) -> None:
    """The language was detected in its first window, and others were heard in batches of four."""
    job = jobs.finish(jobs.submit(TWO_MINUTES))
    code, told, _ = reproduce(product.home, job["id"])
    assert told["verdict"] == "identical", told
    assert code == 0
    assert told["identical"] == told["windows"] >= 4
    assert told["samples"] == "identical"
    assert {c["what"] for c in told["conditions"]} <= {"code"}


@pytest.mark.chapter(24)
def test_corrections_change_nothing_about_what_the_machine_said(
    jobs: Jobs, product: Product
) -> None:
    editor = Editor(jobs.http, jobs.finish(jobs.submit(model="tiny.en"))["id"])
    before = editor.read()["segments"]
    assert editor.edit(0, text="Quite another sentence.", speaker="Ana").status_code == 200
    assert editor.split(1, word=2).status_code == 200
    assert editor.merge(2, 3).status_code == 200
    assert [each["text"] for each in editor.as_of(0)["segments"]] == [s["text"] for s in before]
    code, told, _ = reproduce(product.home, editor.job)
    assert (code, told["verdict"]) == (0, "identical"), told


@pytest.mark.chapter(24)
def test_another_compute_type_gives_other_bits_and_it_says_so(jobs: Jobs, product: Product) -> None:
    job = jobs.finish(jobs.submit(model="tiny.en"))
    code, told, _ = reproduce(product.home, job["id"], "--compute-type", "float32")
    assert code == 1
    assert told["verdict"] == "differs"
    assert told["samples"] == "identical"
    assert all("scores" in window["differs"] for window in told["differing"])
    conditions = {c["what"]: (c["then"], c["now"]) for c in told["conditions"]}
    assert conditions["compute type"] == ("int8", "float32")
    code, told, _ = reproduce(product.home, job["id"], "--streams", "1")
    assert (code, told["verdict"]) == (0, "identical")


@pytest.mark.chapter(24)
@pytest.mark.skipif(platform.machine() not in ("x86_64", "AMD64"), reason="instructions of x86")
def test_another_class_of_machine_gives_other_bits_and_it_says_so(
    jobs: Jobs, product: Product
) -> None:
    job = jobs.finish(jobs.submit(model="tiny.en"))
    code, told, _ = reproduce(product.home, job["id"], "--instructions", "GENERIC")
    assert (code, told["verdict"], told["samples"]) == (1, "differs", "identical")
    conditions = {c["what"]: c["now"] for c in told["conditions"]}
    assert conditions["instructions"] == "GENERIC"


@pytest.mark.chapter(24)
def test_a_thousandth_of_a_second_and_a_letter_are_noticed(jobs: Jobs, product: Product) -> None:
    later, other = (jobs.finish(jobs.submit(model="tiny.en"))["id"] for _ in range(2))
    changed(
        product.home, later, "UPDATE segment SET end_s = end_s + 0.001 WHERE transcription_id = ?"
    )
    code, told, _ = reproduce(product.home, later)
    assert code == 1
    assert [window["differs"] for window in told["differing"]] == [["times"]]
    changed(
        product.home,
        other,
        "UPDATE segment SET machine_text = upper(machine_text) WHERE transcription_id = ?",
    )
    _, told, _ = reproduce(product.home, other)
    [window] = told["differing"]
    assert window["differs"] == ["text"]
    assert window["text"] != window["recorded_text"] == window["text"].upper()


def test_weights_that_are_no_longer_those_are_not_compared(jobs: Jobs, product: Product) -> None:
    job = jobs.finish(jobs.submit(model="tiny.en"))
    changed(
        product.home,
        job["id"],
        "UPDATE window SET result = json_set(result, '$.model', 'whisper-base+0123456789ab')"
        " WHERE transcription_id = ?",
    )
    code, told, _ = reproduce(product.home, job["id"])
    assert code == 1
    assert told["verdict"] == "incomplete"
    assert "0123456789ab" in told["not_heard"][0]["problem"]


def test_what_cannot_be_made_again_is_told(jobs: Jobs, product: Product, tmp_path: Path) -> None:
    code, told, said = reproduce(product.home, "tr_nothing")
    assert (code, told["error"]["code"]) == (2, "not_found")
    assert "tr_nothing" in said
    code, told, _ = reproduce(tmp_path, "tr_nothing")
    assert (code, told["error"]["code"]) == (2, "no_database")
    assert list(tmp_path.iterdir()) == []
    jobs.fault("slow_model", seconds=3.0)
    job = jobs.submit(model="tiny.en")
    code, told, _ = reproduce(product.home, job)
    assert (code, told["error"]["code"]) == (3, "not_ready")
    jobs.no_faults()
    jobs.finish(job)


@pytest.mark.chapter(10)
def test_other_terms_reuse_the_features_and_a_deletion_removes_them(tmp_path: Path) -> None:
    """A product of its own, stopped in between: the same store, the same bits, and nothing left."""
    with running_product(tmp_path) as product, connected(product) as jobs:
        first = jobs.finish(jobs.submit(SPEECH, model="tiny.en"))
        assert first["features"] is None
        again = jobs.finish(jobs.submit(SPEECH, model="tiny.en", keywords="Lectern"))
        assert again["features"]["reused"] >= 1
        assert again["features"]["seconds_saved"] > 0
    code, told, _ = reproduce(product.home, again["id"])
    assert (code, told["verdict"]) == (0, "identical"), told
    features = product.home / "features"
    assert list(features.glob("recording-*/*.f16"))
    with running_product(tmp_path) as product, connected(product) as jobs:
        for job in (first, again):
            assert jobs.http.delete(f"/v1/transcriptions/{job['id']}").status_code == 204
        end = time.monotonic() + 20
        while list(features.rglob("*.f16")) and time.monotonic() < end:
            time.sleep(0.2)
        assert [path for path in features.rglob("*") if path.is_file()] == []

"""The `lectern` command as people run it: by itself, with the product, and that both agree."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import wave
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.models.names import adapted
from data.acquisition.manifest import sha256_of
from data.domains.folder import ADAPTER, shipped
from deploy.local.product import Product

REPOSITORY = Path(__file__).resolve().parents[2]
AUDIO = REPOSITORY / "tests" / "audio"
SPEECH = AUDIO / "speech.opus"
TIMEOUT_S = 120.0
IDS_AND_TIMES = ("id", "recording_id", "revision", "created_at", "started_at", "finished_at")


def start(home: Path, arguments: Sequence[str | Path], **more: str) -> subprocess.Popen[str]:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("LECTERN_")}
    return subprocess.Popen(
        [sys.executable, "-m", "ui.cli", *map(str, arguments)],
        cwd=REPOSITORY,
        env=environment | {"LECTERN_HOME": str(home)} | more,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,  # so that a signal reaches its children, as Ctrl-C does
    )


def lectern(home: Path, *arguments: str | Path, **more: str) -> subprocess.CompletedProcess[str]:
    process = start(home, arguments, **more)
    out, err = process.communicate(timeout=TIMEOUT_S)
    return subprocess.CompletedProcess(process.args, process.returncode, out, err)


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home from which no product runs."""
    return tmp_path_factory.mktemp("home")


def spoken() -> list[str]:
    told = json.loads(SPEECH.with_suffix(".json").read_text())
    return words(" ".join(turn["text"] for turn in told["turns"]))


def words(text: str) -> list[str]:
    kept = "".join(c if c.isalnum() or c.isspace() else " " for c in text.lower())
    return kept.split()


def bare(transcript: str) -> dict[str, Any]:
    """What must be the same whoever made it: all but ids and the clock."""
    told: dict[str, Any] = json.loads(transcript)
    for name in (*IDS_AND_TIMES, "features"):
        del told[name]
    for segment in told["segments"]:
        del segment["id"], segment["etag"]
    return told


def test_a_recording_without_a_product(alone: Path) -> None:
    done = lectern(alone, "transcribe", SPEECH, "--model", "tiny.en")
    assert done.returncode == 0, done.stderr
    assert words(done.stdout.split("\n-- \n")[0]) == spoken()
    assert "No product is running" in done.stderr


def test_bad_files_do_not_stop_the_good_one(alone: Path, tmp_path: Path) -> None:
    (tmp_path / "note.mp3").write_text("This is not sound.\n")
    (tmp_path / "zero.wav").touch()
    (tmp_path / "cut.mp4").write_bytes(b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom\0\0\0\x08moov")
    bad = [tmp_path / "note.mp3", tmp_path / "zero.wav", tmp_path / "cut.mp4", tmp_path / "no.wav"]
    out = tmp_path / "out"
    done = lectern(alone, "transcribe", *bad, SPEECH, "-m", "tiny.en", "-o", out, "--json")
    assert done.returncode == 1, done.stderr
    told = json.loads(done.stdout)
    assert [entry["status"] for entry in told] == ["failed"] * 4 + ["succeeded"]
    assert all(entry["error"]["message"] for entry in told[:4])
    assert "a text file" in told[0]["error"]["message"]
    assert "upload" not in done.stderr.lower()
    assert [path.name for path in out.iterdir()] == ["speech.txt"]


def test_nothing_is_overwritten(alone: Path, tmp_path: Path) -> None:
    kept = tmp_path / "speech.txt"
    kept.write_text("edited by hand")
    done = lectern(alone, "transcribe", SPEECH, "-m", "tiny.en", "-o", kept)
    assert done.returncode == 1
    assert kept.read_text() == "edited by hand"


def test_silence_is_a_result(alone: Path, tmp_path: Path) -> None:
    path = tmp_path / "silence.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16_000)
        file.writeframes(bytes(2 * 16_000 * 3))
    done = lectern(alone, "transcribe", path, "-m", "tiny.en")
    assert done.returncode == 0
    assert "No speech was found" in done.stderr


@pytest.mark.parametrize("arguments", [["-m", "none"], ["-l", "xx"], ["-m", "tiny.en", "-l", "de"]])
def test_wrong_options(alone: Path, arguments: list[str]) -> None:
    assert lectern(alone, "transcribe", SPEECH, *arguments).returncode == 2


def test_damaged_weights_are_not_used(tmp_path: Path, alone: Path) -> None:
    assert lectern(alone, "transcribe", SPEECH, "-m", "tiny.en").returncode == 0
    sound = next((alone / "models").glob("tiny.en-*"))
    damaged = tmp_path / "models" / sound.name
    damaged.mkdir(parents=True)
    for file in sound.iterdir():
        (damaged / file.name).write_bytes(file.read_bytes())
    with (damaged / "model.bin").open("r+b") as weights:
        weights.seek(1_000_000)
        weights.write(b"damage")
    done = lectern(tmp_path, "transcribe", SPEECH, "-m", "tiny.en")
    assert done.returncode == 3
    assert "damaged" in done.stderr
    told = json.loads(lectern(tmp_path, "doctor", "--json").stdout)
    assert [entry["ok"] for entry in told if entry["check"] == "weights"] == [False]


def test_an_interruption_ends_everything(alone: Path) -> None:
    process = start(alone, ["transcribe", AUDIO / "two-minutes.opus"])
    assert process.stderr is not None
    assert "No product is running" in process.stderr.readline()
    time.sleep(2.5)
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 130, err
    assert out == ""
    assert "Interrupted" in err
    assert "Traceback" not in err
    with pytest.raises(ProcessLookupError):  # the decoder, too, is gone
        os.killpg(process.pid, 0)


def test_the_doctor_finds_this_computer_fit(alone: Path) -> None:
    done = lectern(alone, "doctor", "--json")
    told = {entry["check"]: entry for entry in json.loads(done.stdout)}
    for name in ("python", "home", "sockets", "decoder", "weights"):
        assert told[name]["ok"], told[name]


def test_status_without_a_product(alone: Path) -> None:
    done = lectern(alone, "status", "--json")
    assert done.returncode == 3
    assert json.loads(done.stdout)["running"] is False


# With the product


def test_both_ways_write_the_same_files(product: Product, alone: Path) -> None:
    arguments = ["transcribe", SPEECH, "-m", "tiny.en", "-f", "vtt"]
    with_product = lectern(product.home, *arguments)
    assert with_product.returncode == 0, with_product.stderr
    assert "No product is running" not in with_product.stderr
    assert with_product.stdout == lectern(alone, *arguments).stdout


def test_both_ways_say_the_same_in_json(product: Product, alone: Path) -> None:
    recording = AUDIO / "two-minutes.opus"
    arguments = ["transcribe", recording, "-m", "tiny.en", "-f", "json", "-k", "platform"]
    with_product = bare(lectern(product.home, *arguments).stdout)
    without = bare(lectern(alone, *arguments).stdout)
    assert with_product["segments"] == without["segments"]
    assert with_product == without


def test_several_files_with_the_product(product: Product, tmp_path: Path) -> None:
    (tmp_path / "note.mp3").write_text("This is not sound.\n")
    copy = tmp_path / "again.opus"
    copy.write_bytes(SPEECH.read_bytes())
    done = lectern(
        product.home,
        "transcribe",
        SPEECH,
        tmp_path / "note.mp3",
        copy,
        *("-m", "tiny.en", "-o", tmp_path / "out", "--json"),
    )
    assert done.returncode == 1, done.stderr
    told = json.loads(done.stdout)
    assert [entry["status"] for entry in told] == ["succeeded", "failed", "succeeded"]
    assert told[0]["id"].startswith("tr_")
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == ["again.txt", "speech.txt"]


def test_an_interruption_calls_the_job_off(product: Product) -> None:
    process = start(product.home, ["transcribe", AUDIO / "two-minutes.opus", "--json"])
    until = time.monotonic() + 30
    while not active(product) and time.monotonic() < until:
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 130, err
    assert "called off" in err
    key = json.loads(out)[0]["id"]
    headers = {"Authorization": f"Bearer {product.token}"}
    job = httpx.get(f"{product.api}/v1/transcriptions/{key}", headers=headers).json()
    assert job["status"] == "cancelled"


def active(product: Product) -> bool:
    headers = {"Authorization": f"Bearer {product.token}"}
    params = {"status": ["queued", "running"]}
    answer = httpx.get(f"{product.api}/v1/transcriptions", headers=headers, params=params)
    return bool(answer.json()["items"])


def test_status_and_models_of_the_product(product: Product) -> None:
    done = lectern(product.home, "status", "--json")
    told = json.loads(done.stdout)
    assert (done.returncode, told["api"], told["ready"]) == (0, product.api, True), told
    names = [
        model["name"] for model in json.loads(lectern(product.home, "models", "--json").stdout)
    ]
    assert names[:2] == ["whisper-base", "tiny.en"]
    files = [folder / ADAPTER for folder in shipped().values()]
    sums = [sha256_of(file) for file in files if file.is_file()]
    assert sorted(names[2:]) == sorted(adapted("whisper-base", each) for each in sums)

"""`lectern doctor` and `lectern models`: what is wrong is found, said, and in the exit code."""

from __future__ import annotations

import json
import socket
import struct
import wave
from collections import namedtuple
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ui.cli import doctor, machine, models, standalone
from ui.cli.commands import app
from ui.cli.exits import Exit, Stop
from ui.cli.finding import Finding, fine, problem

RUNNER = CliRunner()
Usage = namedtuple("Usage", "total used free")


def broken() -> Finding:
    raise ImportError("no module named numpy")


def looks(patch: pytest.MonkeyPatch, **checks: Callable[[], Finding]) -> None:
    made = [doctor.Check(name, look) for name, look in checks.items()]
    patch.setattr(doctor, "_checks", lambda: made)


def test_all_is_well(monkeypatch: pytest.MonkeyPatch) -> None:
    looks(monkeypatch, disk=lambda: fine("9 GiB free"))
    result = RUNNER.invoke(app, ["doctor"])
    assert result.exit_code == 0
    assert "ok       disk" in result.stdout
    assert "Nothing is wrong" in result.stdout


def test_every_check_is_made_and_every_problem_told(monkeypatch: pytest.MonkeyPatch) -> None:
    looks(
        monkeypatch,
        decoder=broken,
        disk=lambda: problem("0.1 GiB free", "Free some space."),
        cores=lambda: fine("2 cores"),
    )
    result = RUNNER.invoke(app, ["doctor", "--json"])
    told = json.loads(result.stdout)
    assert result.exit_code == 1
    assert [(entry["check"], entry["ok"]) for entry in told] == [
        ("decoder", False),
        ("disk", False),
        ("cores", True),
    ]
    assert "no module named numpy" in told[0]["found"]
    assert all(entry["advice"] for entry in told[:2])
    assert "2 of 3 checks found a problem" in RUNNER.invoke(app, ["doctor"]).stdout


def test_little_disk(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _: Usage(10**12, 10**12, 10**8))
    assert not machine.disk(tmp_path / "not" / "made" / "yet").ok


def test_little_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "_free_memory", lambda: 10**8)
    assert not machine.memory().ok


@pytest.mark.parametrize(
    ("kind", "flags", "ok"),
    [
        ("x86_64", {"avx", "avx2", "avx512f"}, True),
        ("x86_64", {"avx"}, False),
        ("x86_64", {"sse2"}, False),
        ("x86_64", set(), True),
        ("aarch64", set(), True),
    ],
)
def test_instructions(
    monkeypatch: pytest.MonkeyPatch, kind: str, flags: set[str], ok: bool
) -> None:
    monkeypatch.setattr("platform.machine", lambda: kind)
    monkeypatch.setattr(machine, "_cpu_flags", lambda: flags)
    assert machine.instructions().ok is ok


def test_a_home_that_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(**_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("tempfile.TemporaryFile", refuse)
    assert not machine.writable(tmp_path).ok


def test_a_home_that_will_be_made(tmp_path: Path) -> None:
    found = machine.writable(tmp_path / "new" / "home")
    assert found.ok
    assert not (tmp_path / "new").exists()


def test_taken_ports_are_no_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        monkeypatch.setenv("LECTERN_PORT", str(listener.getsockname()[1]))
        found = machine.ports()
    assert found.ok
    assert "taken" in found.found
    assert found.advice


def test_the_length_of_socket_paths() -> None:
    assert machine.socket_length(Path("/tmp/x/decoder.sock")).ok
    found = machine.socket_length(Path("/" + "ä" * 60))
    assert not found.ok
    assert "too long" in found.found


def test_the_generated_second_is_a_second() -> None:
    with machine.tone() as path, wave.open(str(path)) as file:
        samples = struct.unpack(f"<{file.getnframes()}h", file.readframes(file.getnframes()))
    assert len(samples) == file.getframerate()
    assert 7_000 < max(samples) <= 8_000


def test_damaged_weights(monkeypatch: pytest.MonkeyPatch) -> None:
    def damaged(name: str) -> None:
        raise Stop(f"model.bin of {name} is damaged and was not loaded.", Exit.UNUSABLE)

    monkeypatch.setattr(standalone, "weights_of", damaged)
    monkeypatch.setattr(models, "names", lambda: ["whisper-base", "tiny.en"])
    result = RUNNER.invoke(app, ["models", "--json"])
    assert result.exit_code == 3
    assert [entry["weights"] for entry in json.loads(result.stdout)] == ["unusable", "unusable"]
    assert not doctor._weights().ok


def test_models_of_a_hub_are_not_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(models, "names", lambda: ["large-v3", "tiny.en"])
    result = RUNNER.invoke(app, ["models"])
    assert result.exit_code == 0
    assert "large-v3  default  fetched from its hub" in result.stdout
    assert "tiny.en            weights present, sums right" in result.stdout

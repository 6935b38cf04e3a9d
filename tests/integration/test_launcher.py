"""The launcher with real processes: what dies comes back, what is stopped is gone."""

from __future__ import annotations

import json
import os
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import pytest

from app.settings import Settings
from deploy.local.launcher import Launcher
from deploy.local.place import claim, clear, product_file
from deploy.local.ports import free_port
from deploy.local.product import Product, running_product, start_product
from deploy.local.programs import Program

REPOSITORY = Path(__file__).resolve().parents[2]
SAMPLE = REPOSITORY / "data" / "samples" / "interview.opus"
PROCESSES = {"api", "broker", "decoder", "dispatcher", "host", "media"}
STOP_S = 10.0
BACK_S = 60.0

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")


@pytest.fixture(scope="module")
def sturdy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """A product of this module's own, whose processes are killed."""
    with running_product(tmp_path_factory.mktemp("sturdy")) as running:
        yield running


@pytest.fixture
def doomed(tmp_path: Path) -> Iterator[Product]:
    """A ready product that the test ends itself."""
    with running_product(tmp_path / "home") as running:
        yield running


def processes_of(home: Path) -> list[psutil.Process]:
    """Everything alive that was started for this home, told by its environment or command."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.status() == psutil.STATUS_ZOMBIE:
                continue
            environment = process.environ().get("LECTERN_HOME") == str(home)
            if environment or str(home) in " ".join(process.cmdline()):
                found.append(process)
        except psutil.Error:
            continue
    return found


def wait_until_gone(home: Path, patience_s: float = STOP_S) -> list[psutil.Process]:
    until = time.monotonic() + patience_s
    while (left := processes_of(home)) and time.monotonic() < until:
        time.sleep(0.1)
    return left


def headers(product: Product) -> dict[str, str]:
    return {"Authorization": f"Bearer {product.token}"}


def transcriptions(product: Product) -> list[str]:
    answer = httpx.get(f"{product.api}/v1/transcriptions", headers=headers(product))
    answer.raise_for_status()
    return [each["id"] for each in answer.json()["items"]]


def submit(product: Product) -> str:
    with SAMPLE.open("rb") as file:
        answer = httpx.post(
            f"{product.api}/v1/transcriptions", headers=headers(product), files={"file": file}
        )
    assert answer.status_code == 202, answer.text
    return str(answer.json()["id"])


def test_all_processes_run_and_others_can_find_the_product(sturdy: Product) -> None:
    assert set(sturdy.pids()) == PROCESSES | {"launcher", "supervisor"}
    told = json.loads(product_file(sturdy.home).read_text())
    assert told == {"api": sturdy.api, "page": None, "pid": sturdy.launcher.pid}
    assert stat.S_IMODE(product_file(sturdy.home).stat().st_mode) == 0o600
    until = time.monotonic() + 5
    while "Ctrl-C stops everything" not in sturdy.output and time.monotonic() < until:
        time.sleep(0.1)  # it may notice a moment after this test does
    assert "Ctrl-C stops everything" in sturdy.output
    assert sturdy.token in sturdy.output


def test_nothing_listens_but_the_api(sturdy: Product) -> None:
    listening = {
        connection.laddr[:2]
        for process in processes_of(sturdy.home)
        for connection in process.net_connections("inet")
        if connection.status == psutil.CONN_LISTEN
    }
    address = sturdy.api.removeprefix("http://").split(":")
    assert listening == {(address[0], int(address[1]))}
    assert stat.S_IMODE(sturdy.run_dir.stat().st_mode) == 0o700


@pytest.mark.chapter(13)
@pytest.mark.parametrize("name", sorted(PROCESSES | {"supervisor"}))
def test_a_killed_process_comes_back(sturdy: Product, name: str) -> None:
    before = sturdy.pids()
    killed = sturdy.kill(name, signal.SIGKILL)
    until = time.monotonic() + BACK_S
    while sturdy.pids().get(name, killed) == killed:
        assert time.monotonic() < until, sturdy.output
        time.sleep(0.1)
    sturdy.wait_until_ready(BACK_S)
    after = sturdy.pids()
    assert after.keys() == before.keys()
    if name != "supervisor":
        changed = {each for each in before if before[each] != after[each]}
        assert changed == {name}


@pytest.mark.chapter(13)
def test_work_still_gets_done_after_all_that(sturdy: Product) -> None:
    for name in ("broker", "host", "media"):
        sturdy.kill(name, signal.SIGKILL)
    job = submit(sturdy)
    until = time.monotonic() + BACK_S
    while True:
        answer = httpx.get(
            f"{sturdy.api}/v1/transcriptions/{job}?wait=5", headers=headers(sturdy), timeout=30
        )
        if answer.json()["status"] == "succeeded":
            break
        assert time.monotonic() < until, (answer.text, sturdy.log("host"), sturdy.log("media"))
    assert answer.json()["text"]


def test_a_second_launcher_is_refused(sturdy: Product) -> None:
    started = time.monotonic()
    second = subprocess.run(
        [sys.executable, "-m", "deploy.local", "--no-ui"],
        cwd=REPOSITORY,
        env={**os.environ, "LECTERN_HOME": str(sturdy.home)},
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert second.returncode == 1
    assert f"Lectern runs already at {sturdy.api}" in second.stdout
    assert "Traceback" not in second.stdout + second.stderr
    assert time.monotonic() - started < 10
    sturdy.wait_until_ready()


def test_a_setting_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    refused = subprocess.run(
        [sys.executable, "-m", "deploy.local"],
        cwd=REPOSITORY,
        env={**os.environ, "LECTERN_HOME": str(tmp_path), "LECTERN_PORT": "many"},
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert refused.returncode == 1
    assert refused.stdout.startswith("The setting LECTERN_PORT cannot be used: ")
    assert "Traceback" not in refused.stderr


def test_taken_ports_are_passed_by(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        product = start_product(tmp_path / "home", env={"LECTERN_PORT": str(port)})
        try:
            until = time.monotonic() + BACK_S
            while not product_file(product.home).exists():
                assert time.monotonic() < until, product.output
                time.sleep(0.1)
            chosen = json.loads(product_file(product.home).read_text())["api"]
            assert chosen != product.api
            assert f"Port {port} is taken; the API uses {chosen.rsplit(':')[-1]}" in product.output
        finally:
            assert product.stop() == 0


def test_stopping_in_the_middle_of_work_leaves_nothing_and_keeps_the_data(doomed: Product) -> None:
    job = submit(doomed)
    started = time.monotonic()
    assert doomed.stop() == 0
    assert time.monotonic() - started < STOP_S
    assert wait_until_gone(doomed.home, 0.5) == []
    assert not product_file(doomed.home).exists()
    with running_product(doomed.home) as again:
        assert again.token == doomed.token
        assert transcriptions(again) == [job]


def test_a_killed_launcher_leaves_nothing_and_can_be_started_again(doomed: Product) -> None:
    before = {process.pid for process in processes_of(doomed.home)}
    assert before >= set(doomed.pids().values())
    doomed.kill("launcher", signal.SIGKILL)
    doomed.launcher.wait()
    # At once: the new one waits until the processes of the old one are gone
    with running_product(doomed.home) as again:
        left = {process.pid for process in processes_of(again.home)} & before
        assert left == set()
    assert wait_until_gone(doomed.home) == []


def test_launcher_and_supervisor_killed_together_leave_nothing(doomed: Product) -> None:
    for name in ("launcher", "supervisor"):
        doomed.kill(name, signal.SIGKILL)
    doomed.launcher.wait()
    assert wait_until_gone(doomed.home) == []


def test_a_process_that_keeps_dying_is_named_with_its_last_words(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = Settings(home=tmp_path / "home", port=free_port("127.0.0.1", 0))
    words = (sys.executable, "-c", "raise SystemExit('the cat is on the keyboard')")
    launcher = Launcher(settings, [Program("api", words, "answers")], with_page=False)
    lock = claim(settings)
    clear(settings)
    launcher.start()
    waiting = threading.Thread(target=launcher.wait_until_ready)
    waiting.start()
    printed, until = "", time.monotonic() + 30
    while "the cat is on the keyboard" not in printed and time.monotonic() < until:
        time.sleep(0.1)
        printed += capsys.readouterr().out
    launcher.stopping.set()
    waiting.join()
    launcher.stop()
    lock.close()
    assert "The process `api` (answers) ended and is being started again." in printed
    assert "    the cat is on the keyboard" in printed
    assert wait_until_gone(settings.home, 0.5) == []


def test_a_home_with_a_long_name_works(tmp_path: Path) -> None:
    home = tmp_path / ("a long name, with spaces and 100% of its letters " * 3).strip()
    with running_product(home) as running:
        assert transcriptions(running) == []
    assert wait_until_gone(home, 0.5) == []

"""Large files through the page: reloaded, cut off, killed, cancelled, and 2 GB of it."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import psutil
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from deploy.local.product import Product
from tests.support.cutting import CuttingProxy, cutting
from tests.support.large import MIB, sparse_wav
from tests.support.tus import Tus

pytestmark = pytest.mark.browser

SIZE = 150 * MIB
NAME = "interview.wav"
HERE = re.compile(r"([\d.]+) of 157 MB are here\. Choose the same file again to go on\.")


@pytest.fixture
def context(chrome: Browser) -> Iterator[BrowserContext]:
    opened = chrome.new_context(viewport={"width": 1440, "height": 900})
    opened.set_default_timeout(60_000)
    yield opened
    opened.close()


@pytest.fixture
def api(product: Product) -> Iterator[httpx.Client]:
    headers = {"Authorization": f"Bearer {product.token}"}
    with httpx.Client(base_url=product.api, headers=headers, timeout=60) as client:
        yield client
        for upload in Tus(client).unfinished():
            client.delete(f"/v1/uploads/{upload['id']}")
        client.delete("/v1/faults/lost_network")


@pytest.fixture
def line(product: Product) -> Iterator[CuttingProxy]:
    """Between the browser and the page; slow, so that there is time to see and to break."""
    with cutting(urlsplit(product.url).port or 0, bytes_s=30e6) as between:
        yield between


@pytest.fixture
def page(context: BrowserContext, line: CuttingProxy, api: httpx.Client) -> Page:
    opened = context.new_page()
    opened.goto(f"http://127.0.0.1:{line.port}")
    expect(opened.get_by_text("Drop recordings here")).to_be_visible(timeout=60_000)
    return opened


@pytest.fixture
def wav(tmp_path: Path) -> tuple[Path, str]:
    path = tmp_path / NAME
    return path, sparse_wav(path, SIZE)


def choose(page: Page, path: Path) -> None:
    page.locator("input[type=file]").set_input_files(path)


def row(page: Page):  # type: ignore[no-untyped-def]
    return page.locator(f'.row[data-name="{NAME}"] .state')


def arrived(page: Page, api: httpx.Client, timeout_s: float = 60) -> dict[str, object]:
    """The recording, once the page offers to transcribe it; it is deleted afterwards."""
    button = page.get_by_role("button", name="Transcribe 1 recording")
    expect(button).to_be_visible(timeout=timeout_s * 1000)
    expect(row(page)).to_have_count(0)
    key = re.findall(r"rec_\w+", page.evaluate("location.search"))[-1]
    recording: dict[str, object] = api.get(f"/v1/recordings/{key}").json()
    assert api.delete(f"/v1/recordings/{key}").status_code == 204
    return recording


def until(page: Page, condition: Callable[[], bool], patience_s: float = 30) -> None:
    for _ in range(int(patience_s * 20)):
        if condition():
            return
        page.wait_for_timeout(50)
    raise AssertionError("waited in vain")


def received(api: httpx.Client) -> int:
    return max((one["received_bytes"] for one in Tus(api).unfinished()), default=0)


@pytest.mark.chapter(13)
def test_a_reload_and_a_lost_network_resume(
    line: CuttingProxy, page: Page, api: httpx.Client, wav: tuple[Path, str]
) -> None:
    path, digest = wav
    choose(page, path)
    expect(row(page)).to_have_text(re.compile(r"\d+ of 157 MB"))
    until(page, lambda: received(api) > 20 * MIB)

    page.reload()
    expect(row(page)).to_have_text(HERE)
    before = received(api)
    assert before > 20 * MIB

    choose(page, path)
    until(page, lambda: received(api) > before)
    (upload,) = Tus(api).unfinished()
    line.lose()
    expect(row(page)).to_contain_text("paused: the connection was lost, trying again")
    page.wait_for_timeout(1500)
    line.mend()
    assert arrived(page, api)["sha256"] == digest
    assert Tus(api).read(f"/v1/uploads/{upload['id']}")["state"] == "ready", "it began anew"


@pytest.mark.chapter(13)
def test_an_api_that_dies_meanwhile_is_waited_for(
    page: Page, api: httpx.Client, product: Product, wav: tuple[Path, str]
) -> None:
    path, digest = wav
    choose(page, path)
    until(page, lambda: received(api) > 30 * MIB)
    (upload,) = Tus(api).unfinished()
    product.kill("api")
    expect(row(page)).to_contain_text("paused: the connection was lost, trying again")
    product.wait_until_ready()
    assert arrived(page, api)["sha256"] == digest
    assert Tus(api).read(f"/v1/uploads/{upload['id']}")["state"] == "ready", "it began anew"


@pytest.mark.chapter(13)
def test_the_fault_lost_network_is_survived(
    page: Page, api: httpx.Client, wav: tuple[Path, str]
) -> None:
    path, digest = wav
    switched = {"minutes": 5, "parameters": {"megabytes": 10}}
    assert api.put("/v1/faults/lost_network", json=switched).status_code == 200
    choose(page, path)
    assert arrived(page, api)["sha256"] == digest


def test_cancel_forgets_the_upload_on_the_server(
    page: Page, api: httpx.Client, wav: tuple[Path, str]
) -> None:
    choose(page, wav[0])
    until(page, lambda: received(api) > 0)
    page.get_by_role("button", name="Cancel").click()
    expect(row(page)).to_have_count(0)
    until(page, lambda: Tus(api).unfinished() == [])


def test_what_was_left_can_be_discarded_and_another_file_of_that_name_starts_anew(
    page: Page, api: httpx.Client, wav: tuple[Path, str], tmp_path: Path
) -> None:
    choose(page, wav[0])
    until(page, lambda: received(api) > 20 * MIB)
    page.reload()
    expect(row(page)).to_have_text(HERE)
    other = tmp_path / "other" / NAME
    other.parent.mkdir()
    digest = sparse_wav(other, 100 * MIB)
    choose(page, other)
    offered = page.get_by_role("button", name="Transcribe 1 recording")
    expect(offered).to_be_visible(timeout=60_000)
    expect(row(page)).to_have_text(HERE)
    page.get_by_role("button", name="Discard").click()
    assert arrived(page, api)["sha256"] == digest
    until(page, lambda: Tus(api).unfinished() == [])


def test_a_large_file_that_is_no_recording_is_refused_at_once(
    page: Page, api: httpx.Client, tmp_path: Path
) -> None:
    path = tmp_path / NAME
    with path.open("wb") as file:
        file.write(b"Minutes of the meeting.\n" * 10_000)
        file.truncate(SIZE)
    choose(page, path)
    expect(page.locator(".failed .state")).to_contain_text("not a recording")
    page.get_by_role("button", name="Dismiss").click()
    expect(row(page)).to_have_count(0)


@pytest.mark.slow
@pytest.mark.chapter(12)
def test_two_gigabytes(
    line: CuttingProxy, page: Page, api: httpx.Client, product: Product, tmp_path: Path
) -> None:
    line.bytes_s = None
    path, size = tmp_path / NAME, 2 * 1024 * MIB
    digest = sparse_wav(path, size)
    pids = product.pids()
    with grows(pids["api"]) as server, grows(pids["ui"]) as proxy:
        choose(page, path)
        recording = arrived(page, api, timeout_s=300)
    assert recording["sha256"] == digest
    assert recording["size_bytes"] == size
    assert recording["duration_s"] == pytest.approx(11_184.8, abs=1)
    print(f"\nmemory: API +{server[0] / 1e6:.1f} MB, page +{proxy[0] / 1e6:.1f} MB")
    assert server[0] < 50e6
    assert proxy[0] < 50e6


@contextmanager
def grows(pid: int) -> Iterator[list[int]]:
    """By how many bytes the resident set of a process grows at most, once the block has ended."""
    process, end = psutil.Process(pid), threading.Event()
    before, peak = process.memory_info().rss, [0]

    def sample() -> None:
        while not end.wait(0.05):
            peak[0] = max(peak[0], process.memory_info().rss - before)

    sampling = threading.Thread(target=sample)
    sampling.start()
    try:
        yield peak
    finally:
        end.set()
        sampling.join()

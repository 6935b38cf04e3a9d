"""Files from homes that misbehave."""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import httpx
import pytest

from data.acquisition.download import Downloader, Patience, Wanted, _no_downgrade, check_given
from data.acquisition.errors import AcquisitionError, NoRoom, Unreachable, WrongSum
from tests.unit.data.acquisition.homes import Answer, Home, cut, status

CONTENT = bytes(range(256)) * 4096
OTHER = bytes(reversed(range(256))) * 4096
SHA256 = hashlib.sha256(CONTENT).hexdigest()


def _wanted(*urls: str, size: int | None = None, sha256: str = SHA256) -> Wanted:
    return Wanted("file.bin", urls, size, sha256)


def test_a_whole_file_is_asked_for_once(place: Home, downloader: Downloader) -> None:
    seen: list[tuple[int, int | None]] = []
    wanted = _wanted(place.put("/a", CONTENT), size=len(CONTENT))
    path = downloader.get(wanted, lambda done, total: seen.append((done, total)))
    assert path.read_bytes() == CONTENT
    assert seen[-1] == (len(CONTENT), len(CONTENT))
    assert downloader.get(wanted) == path
    assert place.ranges("/a") == [None]
    assert [left.name for left in path.parent.iterdir()] == ["file.bin"]


@pytest.mark.chapter(13)
@pytest.mark.parametrize("sha256", [SHA256, ""])
def test_what_has_arrived_is_not_sent_again(
    place: Home, downloader: Downloader, sha256: str
) -> None:
    url = place.put("/a", CONTENT, cut(300_000, 400_000))
    assert downloader.get(_wanted(url, sha256=sha256)).read_bytes() == CONTENT
    assert place.ranges("/a") == [None, "bytes=300000-", "bytes=700000-"]
    assert place.asked[1].if_range == place.etags["/a"]


def test_another_process_goes_on(place: Home, downloader: Downloader, tmp_path: Path) -> None:
    url = place.put("/a", CONTENT, lambda answer, _: _only_once(answer, place))
    with pytest.raises(Unreachable, match="What has arrived is kept"):
        downloader.get(_wanted(url, sha256=""))
    place.troubles.clear()
    later = Downloader(tmp_path / "downloads")
    assert later.get(_wanted(url, sha256="")).read_bytes() == CONTENT
    assert place.ranges("/a")[-1] == "bytes=200000-"


def _only_once(answer: Answer, place: Home) -> None:
    if len(place.asked) == 1:
        answer.cut_after = 200_000
    else:
        answer.status, answer.content = 503, b""


def test_a_server_without_ranges_starts_again(place: Home, downloader: Downloader) -> None:
    def trouble(answer: Answer, before: int) -> None:
        answer.ranges = False
        answer.cut_after = 200_000 if before == 0 else None

    url = place.put("/a", CONTENT, trouble)
    assert downloader.get(_wanted(url)).read_bytes() == CONTENT
    assert place.ranges("/a") == [None, "bytes=200000-"]


@pytest.mark.parametrize("sha256", [hashlib.sha256(OTHER).hexdigest(), ""])
def test_a_file_that_changes_on_the_way_is_not_mixed(
    place: Home, downloader: Downloader, sha256: str
) -> None:
    def trouble(answer: Answer, before: int) -> None:
        if before == 0:
            answer.cut_after = 200_000
            place.put("/a", OTHER, trouble, etag='"new"')

    url = place.put("/a", CONTENT, trouble, etag='"old"')
    assert downloader.get(_wanted(url, sha256=sha256)).read_bytes() == OTHER


def test_a_part_of_another_version_is_found_out_by_its_sum(
    place: Home, downloader: Downloader, tmp_path: Path
) -> None:
    """Without anything to ask `If-Range` with, the sum decides, and the file is fetched anew."""
    folder = tmp_path / "downloads"
    folder.mkdir()
    (folder / "file.bin.part").write_bytes(OTHER[:1000])
    url = place.put("/a", CONTENT)
    assert downloader.get(_wanted(url)).read_bytes() == CONTENT
    assert place.ranges("/a") == ["bytes=1000-", None]


def test_without_sum_and_validator_a_part_is_dropped(
    place: Home, downloader: Downloader, tmp_path: Path
) -> None:
    folder = tmp_path / "downloads"
    folder.mkdir()
    (folder / "file.bin.part").write_bytes(OTHER[:1000])
    assert downloader.get(_wanted(place.put("/a", CONTENT), sha256="")).read_bytes() == CONTENT
    assert place.ranges("/a") == [None]


def test_a_part_that_is_the_whole_is_taken(
    place: Home, downloader: Downloader, tmp_path: Path
) -> None:
    """Killed after the last byte and before the renaming."""
    folder = tmp_path / "downloads"
    folder.mkdir()
    (folder / "file.bin.part").write_bytes(CONTENT)
    assert downloader.get(_wanted(place.put("/a", CONTENT))).read_bytes() == CONTENT


def test_a_weak_tag_is_not_asked_with(place: Home, downloader: Downloader) -> None:
    url = place.put("/a", CONTENT, cut(1000), etag='W/"weak"')
    downloader.get(_wanted(url))
    assert place.asked[1].if_range is None
    assert place.asked[1].range == "bytes=1000-"


@pytest.mark.parametrize("sha256", [SHA256, ""])
def test_the_wrong_part_is_not_glued_on(place: Home, downloader: Downloader, sha256: str) -> None:
    def trouble(answer: Answer, before: int) -> None:
        answer.cut_after = 5000 if before == 0 else None
        if before == 1:
            answer.status = 206
            answer.headers["Content-Range"] = f"bytes 0-{len(CONTENT) - 1}/{len(CONTENT)}"

    wanted = _wanted(place.put("/a", CONTENT, trouble), sha256=sha256)
    assert downloader.get(wanted).read_bytes() == CONTENT
    assert place.ranges("/a") == [None, "bytes=5000-", None]


def test_an_end_without_announcement_is_compared_with_the_known_size(
    place: Home, downloader: Downloader
) -> None:
    def trouble(answer: Answer, before: int) -> None:
        answer.announce = False
        if before == 0:
            answer.content = CONTENT[:1000]

    url = place.put("/a", CONTENT, trouble)
    assert downloader.get(_wanted(url, size=len(CONTENT))).read_bytes() == CONTENT


def test_a_busy_server_is_given_the_time_it_asks_for(
    place: Home, downloader: Downloader, waits: list[float]
) -> None:
    url = place.put("/a", CONTENT, status(429, 503, Retry_After="7"))
    downloader.get(_wanted(url))
    assert waits == [7, 7]


def test_retry_after_may_be_a_date(place: Home, downloader: Downloader, waits: list[float]) -> None:
    at = format_datetime(datetime.now(UTC) + timedelta(seconds=30), usegmt=True)
    downloader.get(_wanted(place.put("/a", CONTENT, status(429, Retry_After=at))))
    assert 25 < waits[0] <= 30


def test_nobody_waits_for_an_hour(place: Home, downloader: Downloader) -> None:
    url = place.put("/a", CONTENT, status(429, Retry_After="3600"))
    with pytest.raises(Unreachable, match=r"429.*wants 3600 s of patience; try later"):
        downloader.get(_wanted(url))


def test_waits_grow_and_end(place: Home, downloader: Downloader, waits: list[float]) -> None:
    url = place.put("/a", CONTENT, status(*[500] * 20))
    with pytest.raises(Unreachable, match="failed 4 times in a row, the last: answered 500"):
        downloader.get(_wanted(url))
    assert len(waits) == 3
    assert 1.5 <= waits[0] <= 2 < 3 <= waits[1] <= 4 < 6 <= waits[2] <= 8


def test_a_bad_line_that_brings_something_is_put_up_with(
    place: Home, downloader: Downloader
) -> None:
    url = place.put("/a", CONTENT, cut(*[60_000] * 17))
    assert downloader.get(_wanted(url)).read_bytes() == CONTENT


def test_a_silent_server_is_left(place: Home, tmp_path: Path) -> None:
    def trouble(answer: Answer, before: int) -> None:
        answer.block, answer.pause_s = 100_000, (3 if before == 0 else 0)

    url = place.put("/a", CONTENT, trouble)
    downloader = Downloader(tmp_path, Patience(read_s=0.2), lambda _s: None)
    assert downloader.get(_wanted(url)).read_bytes() == CONTENT
    assert place.ranges("/a") == [None, "bytes=100000-"]


@pytest.mark.parametrize(
    ("code", "words"),
    [(404, "answered 404 Not Found"), (403, "403 Forbidden: it wants a sign-in"), (410, "410")],
)
def test_refusals_are_final_and_told(
    place: Home, downloader: Downloader, waits: list[float], code: int, words: str
) -> None:
    url = place.put("/a", CONTENT, status(*[code] * 9))
    with pytest.raises(Unreachable, match=words) as raised:
        downloader.get(_wanted(url))
    assert url in str(raised.value)
    assert waits == []


def test_a_mirror_helps_and_goes_on_with_the_part(place: Home, downloader: Downloader) -> None:
    def trouble(answer: Answer, before: int) -> None:
        answer.cut_after = 300_000
        if before:
            answer.status, answer.content = 404, b""

    first, second = place.put("/a", CONTENT, trouble), place.put("/b", CONTENT)
    assert downloader.get(_wanted(first, second)).read_bytes() == CONTENT
    assert place.ranges("/b") == ["bytes=300000-"]


def test_without_a_sum_a_mirror_starts_again(place: Home, downloader: Downloader) -> None:
    """Two addresses may have two versions; nothing would notice that they were mixed."""

    def trouble(answer: Answer, before: int) -> None:
        answer.cut_after = 300_000
        if before:
            answer.status, answer.content = 404, b""

    first, second = place.put("/a", OTHER, trouble), place.put("/b", CONTENT)
    assert downloader.get(_wanted(first, second, sha256="")).read_bytes() == CONTENT


def test_wrong_bytes_are_refused_and_not_kept(
    place: Home, downloader: Downloader, tmp_path: Path
) -> None:
    url = place.put("/a", OTHER)
    with pytest.raises(WrongSum, match=f"expected is {SHA256}") as raised:
        downloader.get(_wanted(url))
    assert hashlib.sha256(OTHER).hexdigest() in str(raised.value)
    assert list((tmp_path / "downloads").iterdir()) == []


def test_a_good_mirror_makes_up_for_wrong_bytes(place: Home, downloader: Downloader) -> None:
    wanted = _wanted(place.put("/a", OTHER), place.put("/b", CONTENT))
    assert downloader.get(wanted).read_bytes() == CONTENT


def test_a_wrong_size_is_noticed_before_the_download(place: Home, downloader: Downloader) -> None:
    url = place.put("/a", CONTENT + b"!")
    with pytest.raises(Unreachable, match=f"has {len(CONTENT) + 1} bytes, {len(CONTENT)} are"):
        downloader.get(_wanted(url, size=len(CONTENT)))


def test_more_than_the_size_is_not_written(
    place: Home, downloader: Downloader, tmp_path: Path
) -> None:
    def trouble(answer: Answer, _before: int) -> None:
        answer.announce = False

    url = place.put("/a", CONTENT * 4, trouble)
    with pytest.raises(Unreachable, match="sends more than"):
        downloader.get(_wanted(url, size=len(CONTENT)))
    assert list((tmp_path / "downloads").iterdir()) == []


def test_a_damaged_file_of_before_is_fetched_again(
    place: Home, downloader: Downloader, tmp_path: Path
) -> None:
    (tmp_path / "downloads").mkdir()
    (tmp_path / "downloads" / "file.bin").write_bytes(OTHER)
    assert downloader.get(_wanted(place.put("/a", CONTENT))).read_bytes() == CONTENT


def test_nobody_listens(downloader: Downloader) -> None:
    with pytest.raises(Unreachable, match="there is no connection"):
        downloader.get(_wanted("http://127.0.0.1:9/a"))


def test_a_full_disk_is_told(place: Home, downloader: Downloader, tmp_path: Path) -> None:
    """`/dev/full` takes no byte."""
    folder = tmp_path / "downloads"
    folder.mkdir()
    (folder / "file.bin.part").symlink_to("/dev/full")
    with pytest.raises(NoRoom, match="make room and run the command again"):
        downloader.get(_wanted(place.put("/a", CONTENT)))


def test_credentials_stay_with_their_host(place: Home, downloader: Downloader) -> None:
    from tests.unit.data.acquisition.homes import home

    with home() as elsewhere:
        target = elsewhere.put("/b", CONTENT)

        def trouble(answer: Answer, _before: int) -> None:
            answer.status, answer.content = 302, b""
            answer.headers["Location"] = target.replace("127.0.0.1", "localhost")

        url = place.put("/a", b"", trouble)
        wanted = Wanted("file.bin", (url,), None, SHA256, {"Authorization": "Bearer secret"})
        assert downloader.get(wanted).read_bytes() == CONTENT
        assert place.asked[0].authorization == "Bearer secret"
        assert elsewhere.asked[0].authorization is None


@pytest.mark.chapter(28)
def test_encryption_is_not_given_up_on_the_way() -> None:
    request = httpx.Request("GET", "https://good.example/a")
    to_plain = httpx.Response(302, request=request, headers={"Location": "http://bad.example/a"})
    with pytest.raises(Exception, match="without encryption"):
        _no_downgrade(to_plain)
    _no_downgrade(httpx.Response(302, request=request, headers={"Location": "/b"}))


def test_a_file_the_user_has(tmp_path: Path) -> None:
    path = tmp_path / "x"
    with pytest.raises(AcquisitionError, match="is not a file"):
        check_given(_wanted(), path)
    path.write_bytes(OTHER)
    with pytest.raises(WrongSum, match=re.escape(str(path))):
        check_given(_wanted(), path)
    with pytest.raises(WrongSum, match="Is the download complete"):
        check_given(_wanted(size=5), path)
    path.write_bytes(CONTENT)
    assert check_given(_wanted(), path) == path

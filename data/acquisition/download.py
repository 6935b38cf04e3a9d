"""A file from one of its addresses: resumed where it stopped, tried again, checked at the end.

What has arrived is kept (`data.acquisition.part`). A later call, of this process or of another
after a power cut, asks for the rest. The file gets its name when it is whole.
"""

# Ch 13 · Planning for Operations: a lost connection costs the bytes on the wire and nothing else

from __future__ import annotations

import errno
import random
import re
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from pathlib import Path
from typing import Final

import httpx

from data.acquisition.errors import AcquisitionError, NoRoom, Unreachable, WrongSum
from data.acquisition.manifest import sha256_of
from data.acquisition.part import Part

Progress = Callable[[int, int | None], None]
"""Called with the bytes that are there and, if known, with how many there will be."""

_PASSING: Final = frozenset({408, 425, 429, 500, 502, 503, 504})
_CONTENT_RANGE: Final = re.compile(r"bytes (\d+)-\d+/(\d+|\*)")
_UNSATISFIED: Final = re.compile(r"bytes \*/(\d+)")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A file and what is known of it."""

    name: str
    urls: tuple[str, ...]
    """Of the same bytes; a later one is used when the earlier ones fail."""
    size: int | None = None
    sha256: str = ""
    """Empty: not known, whatever comes is taken."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """For all addresses; credentials do not follow a redirect to another host (httpx)."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a bad line and a busy server are put up with."""

    connect_s: float = 20.0
    read_s: float = 60.0
    """Without a single byte."""
    attempts: int = 6
    """In a row that brought nothing."""
    first_wait_s: float = 1.0
    longest_wait_s: float = 120.0


class _Refused(Exception):
    """This address will not give us the file, however often it is asked."""


class _Again(Exception):
    """It may go better in a while."""

    def __init__(self, why: str, wait_s: float | None = None) -> None:
        super().__init__(why)
        self.wait_s = wait_s


class Downloader:
    """Brings files into a folder, which one process uses at a time."""

    def __init__(
        self,
        folder: Path,
        patience: Patience | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._folder = folder
        self._patience = patience or Patience()
        self._sleep = sleep

    def get(self, wanted: Wanted, progress: Progress = lambda _done, _total: None) -> Path:
        """The file, whole, with the sum that was asked for; without a request if it is there.

        Raises:
            Unreachable: no address gave it; the message has the reason of each.
            WrongSum: whole files came, and they were not this one.
            NoRoom: the disk filled up. What has arrived is kept.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        target = self._folder / wanted.name
        if target.is_file():
            if not wanted.sha256 or sha256_of(target) == wanted.sha256:
                return target
            target.unlink()
        timeout = httpx.Timeout(self._patience.read_s, connect=self._patience.connect_s)
        with httpx.Client(
            follow_redirects=True, timeout=timeout, event_hooks={"response": [_no_downgrade]}
        ) as client:
            try:
                self._from_any(client, wanted, target, progress)
            except OSError as error:
                if error.errno in (errno.ENOSPC, errno.EDQUOT):
                    raise NoRoom(
                        f"The disk filled up while {wanted.name} was downloaded. What has arrived"
                        " is kept: make room and run the command again."
                    ) from error
                raise
        return target

    def _from_any(
        self, client: httpx.Client, wanted: Wanted, target: Path, progress: Progress
    ) -> None:
        part = Part(target)
        reasons: list[str] = []
        wrong = False
        for url in wanted.urls:
            try:
                self._whole(client, url, wanted, part, progress)
                found = sha256_of(part.path)
                if wanted.sha256 in ("", found):
                    part.finish()
                    return
                wrong = True
                reasons.append(f"{url} gave a file with the sum {found}")
                part.discard()
            except _Refused as reason:
                reasons.append(f"{url} {reason}")
        told = "\n".join(f"  {reason}" for reason in reasons)
        if wrong:
            raise WrongSum(
                f"{wanted.name} is not the file it should be:\n{told}\n"
                f"  expected is {wanted.sha256}\nThe wrong file was deleted. Somebody has changed"
                " it on the way or at its home; do not use it until you know why."
            )
        raise Unreachable(
            f"{wanted.name} could not be downloaded:\n{told}\n"
            "What has arrived is kept; the same command goes on from there."
        )

    def _whole(
        self, client: httpx.Client, url: str, wanted: Wanted, part: Part, progress: Progress
    ) -> None:
        """Ask until the last byte is there. A part continued under a known sum may be of another
        version: it is then fetched once more from the beginning."""
        fruitless = 0
        furthest = started_with = part.size
        while True:
            try:
                self._some(client, url, wanted, part, progress)
                if started_with and wanted.sha256 and sha256_of(part.path) != wanted.sha256:
                    part.discard()
                    started_with = 0
                    continue
                return
            except _Again as reason:
                fruitless = 0 if part.size > furthest else fruitless + 1
                furthest = max(furthest, part.size)
                if fruitless >= self._patience.attempts:
                    raise _Refused(
                        f"failed {fruitless} times in a row, the last: {reason}"
                    ) from None
                self._sleep(self._wait_s(fruitless, reason))

    def _wait_s(self, fruitless: int, reason: _Again) -> float:
        longest = self._patience.longest_wait_s
        if reason.wait_s is not None:
            if reason.wait_s > longest:
                raise _Refused(f"{reason} and wants {reason.wait_s:.0f} s of patience; try later")
            return reason.wait_s
        doubled = self._patience.first_wait_s * 2.0**fruitless
        # Not all who were cut off come back in the same second
        return min(longest, doubled) * random.uniform(0.75, 1.0)

    def _some(
        self, client: httpx.Client, url: str, wanted: Wanted, part: Part, progress: Progress
    ) -> None:
        """One request. Returns when the file is whole."""
        headers = {
            **wanted.headers,
            "Accept-Encoding": "identity",
            **part.ask(url, known=bool(wanted.sha256)),
        }
        try:
            with client.stream("GET", url, headers=headers) as response:
                if not _is_content(response, part):
                    return
                total = _total(response)
                if total and wanted.size and total != wanted.size:
                    raise _Refused(f"has {total} bytes, {wanted.size} are expected")
                part.begin(response, url)
                progress(part.size, total or wanted.size)
                with part.path.open("ab") as file:
                    for chunk in response.iter_raw():
                        file.write(chunk)
                        progress(file.tell(), total or wanted.size)
                        if wanted.size and file.tell() > wanted.size:
                            raise _TooMuch
        except _TooMuch:
            part.discard()
            raise _Refused(f"sends more than the expected {wanted.size} bytes") from None
        except httpx.TransportError as error:
            raise _Again(_in_words(error)) from error
        except (httpx.InvalidURL, httpx.TooManyRedirects) as error:
            raise _Refused(f"is of no use: {error}") from error
        expected = total or wanted.size
        if expected and part.size != expected:
            raise _Again(f"ended after {part.size} of {expected} bytes")


class _TooMuch(Exception):
    """More bytes than the file has."""


def _is_content(response: httpx.Response, part: Part) -> bool:
    """Whether bytes follow; False: the file is whole already. Raises for everything else."""
    status = response.status_code
    if status == HTTPStatus.OK:
        return True
    if status == HTTPStatus.PARTIAL_CONTENT:
        match = _CONTENT_RANGE.fullmatch(response.headers.get("Content-Range", ""))
        if match is None or int(match[1]) != part.size:
            part.discard()
            raise _Again("it sent another part than the one asked for")
        return True
    if status == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
        match = _UNSATISFIED.fullmatch(response.headers.get("Content-Range", ""))
        if match is not None and int(match[1]) == part.size:
            return False
        part.discard()
        raise _Again("it has no such part")
    said = f"answered {status} {response.reason_phrase}".rstrip()
    if status in _PASSING:
        raise _Again(said, _retry_after_s(response))
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        raise _Refused(f"{said}: it wants a sign-in or a licence to be accepted there")
    raise _Refused(said)


def _total(response: httpx.Response) -> int | None:
    """Bytes of the whole file, as far as the server says."""
    if match := _CONTENT_RANGE.fullmatch(response.headers.get("Content-Range", "")):
        return int(match[2]) if match[2] != "*" else None
    length = response.headers.get("Content-Length", "")
    return int(length) if length.isdecimal() else None


def _retry_after_s(response: httpx.Response) -> float | None:
    """Seconds the server asks to wait: a number or a date (RFC 9110, 10.2.3)."""
    said = response.headers.get("Retry-After", "").strip()
    if said.isdecimal():
        return float(said)
    with suppress(ValueError, TypeError):
        return max(0.0, (parsedate_to_datetime(said) - datetime.now(UTC)).total_seconds())
    return None


def _no_downgrade(response: httpx.Response) -> None:
    if response.url.scheme != "https" or not response.has_redirect_location:
        return
    to = response.url.join(response.headers["Location"])
    if to.scheme != "https":
        raise _Refused(f"sends us to {to}, without encryption")


def _in_words(error: httpx.TransportError) -> str:
    if isinstance(error, httpx.ConnectTimeout | httpx.ConnectError):
        return f"there is no connection ({error})"
    if isinstance(error, httpx.TimeoutException):
        return "it fell silent"
    return f"the connection broke ({error})"


def check_given(wanted: Wanted, path: Path) -> Path:
    """A file the user has downloaded, if it is the one that is wanted.

    Raises:
        AcquisitionError: there is no such file.
        WrongSum: it is another one; it is left as it is.
    """
    if not path.is_file():
        raise AcquisitionError(f"{path} is not a file; {wanted.name} is expected there.")
    if wanted.size and path.stat().st_size != wanted.size:
        raise WrongSum(
            f"{path} has {path.stat().st_size} bytes, {wanted.name} has {wanted.size}."
            " Is the download complete?"
        )
    if wanted.sha256 and (found := sha256_of(path)) != wanted.sha256:
        raise WrongSum(
            f"{path} is not {wanted.name}: its sum is {found}, expected is {wanted.sha256}."
        )
    return path

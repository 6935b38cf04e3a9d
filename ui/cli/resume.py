"""A large file in parts: taken up again by itself, and by the same command after it was ended.

Nothing is kept on this side. The product has a row for each unfinished upload, and the file is
recognised by its fingerprint.
"""

# Ch 13 · Planning for Operations: a lost network costs the part under way, not the file

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator
from io import BufferedReader
from pathlib import Path
from typing import BinaryIO, TypeVar

from ui import wire
from ui.cli.api import CommandClient
from ui.client import ApiError

T = TypeVar("T")
PARTS_ABOVE_BYTES = 64 * 1024**2
"""Larger files go in parts; smaller ones are as quickly sent again."""
LARGEST_PART = 8 * 1024**2
SMALLEST_PART = 256 * 1024
PATIENCE_S = 600.0
"""Longest time without a byte that arrives before the command gives up."""
_PIECE_BYTES = 256 * 1024
_HEAD_BYTES = 64 * 1024
_PAUSE_S = 0.5
_LONGEST_PAUSE_S = 15.0
_CHECKS = 5
_AGAIN = frozenset({408, 409, 423, 429, 460})
_GONE = frozenset({404, 410})


class Sending:
    """One file on its way. `tell` is called with the bytes that were sent; it may raise."""

    def __init__(
        self,
        client: CommandClient,
        path: Path,
        name: str,
        tell: Callable[[int], None],
        pausing: Callable[[int], None],
    ) -> None:
        self.offset = 0
        """Bytes that are safe in the product."""
        self._client = client
        self._path = path
        self._name = name
        self._tell = tell
        self._pausing = pausing
        self._part = LARGEST_PART

    def run(self) -> wire.Recording:
        """Send what is missing; returns what it became.

        Raises `ApiError`: refused, changed meanwhile, or nothing arrived for `PATIENCE_S`; and
        `OSError` when the file cannot be read.
        """
        with self._path.open("rb") as file:
            size = self._path.stat().st_size
            while True:
                try:
                    upload_id = self._patiently(lambda: self._upload(file, size))
                    self._send(file, upload_id, size)
                    recording = self._recording(upload_id)
                    break
                except ApiError as error:
                    if error.status not in _GONE:
                        raise
                    self.offset = 0  # it was swept or cancelled: from the beginning
            self._compare(file, recording)
        return recording

    def _upload(self, file: BinaryIO, size: int) -> str:
        """The one that an earlier command began, or a new one."""
        mark = fingerprint(file, self._name, size, self._path.stat().st_mtime_ns)
        for found in self._client.unfinished(mark):
            if found.size_bytes == size:
                return found.id
        return self._client.begin_upload(self._name, size, mark)

    def _send(self, file: BinaryIO, upload_id: str, size: int) -> None:
        self.offset = self._patiently(lambda: self._client.offset(upload_id))
        heard, tries = time.monotonic(), 0
        while self.offset < size:
            try:
                self.offset = self._send_part(file, upload_id)
                heard, tries = time.monotonic(), 0
                self._part = min(LARGEST_PART, 2 * self._part)
            except ApiError as error:
                if not _worth_trying(error):
                    raise
                if time.monotonic() - heard > PATIENCE_S:
                    raise self._gave_up() from error
                # What breaks off is not kept: over a bad line smaller parts get through
                self._part = max(SMALLEST_PART, self._part // 2)
                self._wait(tries)
                tries += 1
                self.offset = self._patiently(lambda: self._client.offset(upload_id))

    def _send_part(self, file: BinaryIO, upload_id: str) -> int:
        file.seek(self.offset)
        part = file.read(self._part)
        if not part:
            raise _changed(self._path)
        digest = hashlib.sha256(part).digest()
        return self._client.send_part(upload_id, self.offset, self._pieces(part), len(part), digest)

    def _pieces(self, part: bytes) -> Iterator[bytes]:
        for start in range(0, len(part), _PIECE_BYTES):
            self._tell(self.offset + start)
            yield part[start : start + _PIECE_BYTES]

    def _recording(self, upload_id: str) -> wire.Recording:
        """The product reads the file, which takes a moment."""
        checks = 0
        while True:
            self._tell(self.offset)
            try:
                upload = self._client.upload_state(upload_id)
            except ApiError as error:
                checks += error.code != "api_unreachable"
                if not _worth_trying(error) or checks > _CHECKS:
                    raise
                self._wait(checks)
                continue
            if upload.problem is not None:
                raise ApiError(upload.problem.code, upload.problem.detail, upload.problem.status)
            if upload.recording is not None:
                return upload.recording
            time.sleep(_PAUSE_S)

    def _compare(self, file: BufferedReader, recording: wire.Recording) -> None:
        """What lies in the product is what lies here, however many parts and days it took."""
        file.seek(0)
        if hashlib.file_digest(file, "sha256").hexdigest() != recording.sha256:
            self._client.delete_recording(recording.id)
            raise _changed(self._path)

    def _patiently(self, ask: Callable[[], T]) -> T:
        begun, tries = time.monotonic(), 0
        while True:
            try:
                return ask()
            except ApiError as error:
                if not _worth_trying(error):
                    raise
                if time.monotonic() - begun > PATIENCE_S:
                    raise self._gave_up() from error
                self._wait(tries)
                tries += 1

    def _wait(self, tries: int) -> None:
        self._pausing(self.offset)
        until = time.monotonic() + min(_PAUSE_S * 2 ** min(tries, 10), _LONGEST_PAUSE_S)
        while (left := until - time.monotonic()) > 0:
            self._tell(self.offset)  # which says when the command is to end
            self._pausing(self.offset)
            time.sleep(min(left, 0.2))

    def _gave_up(self) -> ApiError:
        return ApiError(
            "api_unreachable",
            f"Nothing has arrived for {PATIENCE_S / 60:.0f} minutes."
            f" {self.offset / 1e6:.0f} MB of the file are in the product and stay there for a day."
            " Look after the connection and run the same command again: it goes on from there.",
            503,
        )


def fingerprint(file: BinaryIO, name: str, size: int, changed_ns: int) -> str:
    """SHA-256 of name, size, time of the last change (ms) and the first 64 KiB, as the page's."""
    file.seek(0)
    about = f"{name}\0{size}\0{changed_ns // 1_000_000}\0"
    return hashlib.sha256(about.encode() + file.read(_HEAD_BYTES)).hexdigest()


def _worth_trying(error: ApiError) -> bool:
    return error.status in _AGAIN or (error.status >= 500 and error.status != 507)


def _changed(path: Path) -> ApiError:
    return ApiError(
        "file_changed",
        f"{path} was changed while it was sent. Nothing of it was kept in the product; run the"
        " command again when the file is complete.",
        422,
    )

"""A sender that falls silent or goes away: what had arrived counts, and others may go on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any, cast

import pytest
from starlette.requests import ClientDisconnect, Request

from app.context import Context
from app.uploads import receiving, service
from app.uploads.protocol import checksum
from app.uploads.receiving import CutOff, Part
from app.uploads.tables import Upload
from tests.support import media
from tests.support.rows import Rows
from tests.support.tus import sha256_header

SOUND = media.wav(bytes(3_000_000))
SIZE = len(SOUND)


class Sender:
    """A request whose body comes in pieces, and then not at all."""

    def __init__(self, *pieces: bytes, ending: type[Exception] | None = None) -> None:
        self._pieces = pieces
        self._ending = ending

    async def stream(self) -> AsyncIterator[bytes]:
        for piece in self._pieces:
            yield piece
        if self._ending is not None:
            raise self._ending
        await asyncio.sleep(10)


@pytest.fixture
def upload(context: Context) -> str:
    return service.begin(context, SIZE, {"filename": "talk.wav"}).id


def receive(context: Context, upload: str, sender: Sender, offset: int = 0, **more: Any) -> None:
    part = Part(offset, None, more.get("checksum"))
    asyncio.run(receiving.receive(context, upload, part, cast(Request, sender)))


def noted(context: Context) -> int:
    return Rows(context).all(Upload)[0].received_bytes


@pytest.mark.chapter(13)
def test_a_silent_sender_is_given_up_and_what_it_sent_is_kept(
    context: Context, upload: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receiving, "SILENCE_S", 0.1)
    with pytest.raises(CutOff) as caught:
        receive(context, upload, Sender(SOUND[:700_000], SOUND[700_000:1_500_000]))
    assert caught.value.headers["Upload-Offset"] == "1500000"
    assert noted(context) == 1_500_000
    service.spool_of(context).claim(upload).close()  # nobody holds it any more


@pytest.mark.chapter(13)
def test_a_sender_that_goes_away_leaves_what_it_sent(context: Context, upload: str) -> None:
    with pytest.raises(CutOff):
        receive(context, upload, Sender(SOUND[:1_234_567], ending=ClientDisconnect))
    assert noted(context) == 1_234_567
    with pytest.raises(CutOff):
        receive(
            context, upload, Sender(SOUND[1_234_567:2_000_000], ending=ClientDisconnect), 1_234_567
        )
    assert noted(context) == 2_000_000


def test_of_a_part_with_a_checksum_nothing_is_left(context: Context, upload: str) -> None:
    promised = checksum(sha256_header(SOUND)["Upload-Checksum"])
    with pytest.raises(CutOff):
        receive(
            context, upload, Sender(SOUND[:2_000_000], ending=ClientDisconnect), checksum=promised
        )
    assert noted(context) == 0
    assert service.spool_of(context).length(upload) == 0


@pytest.mark.chapter(13)
def test_bytes_are_noted_on_the_way(
    context: Context, upload: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that is killed in a part of gigabytes has not lost all of it."""
    monkeypatch.setattr(receiving, "CHECKPOINT_BYTES", 1_000_000)
    seen: list[int] = []
    note = service.note
    flushed: list[bool] = []
    monkeypatch.setattr("app.uploads.spool.SpoolFile.flush", lambda _: flushed.append(True))

    def noting(context: Context, upload_id: str, received: int) -> None:
        assert len(flushed) == len(seen) + 1, "noted before it was flushed to the disk"
        seen.append(received)
        note(context, upload_id, received)

    monkeypatch.setattr(service, "note", noting)
    pieces = [SOUND[start : start + 65_536] for start in range(0, 2_900_000, 65_536)]
    with pytest.raises(CutOff):
        receive(context, upload, Sender(*pieces, ending=ClientDisconnect))
    assert len(seen) == 3
    assert seen == sorted(seen)

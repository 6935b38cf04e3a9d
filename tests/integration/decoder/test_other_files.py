"""No upload makes the decoder read a neighbour's recording or call anybody, whatever its name."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import av
import numpy as np
import pytest

from app.media.client import DecoderClient
from app.media.containers import CONTAINERS
from app.media.errors import CODES, MediaError
from tests.support.decoding import CHECKOUT, GOOD, running, total
from tests.support.lures import SUFFIXES, lures
from tests.support.neighbours import Neighbours, hears_neighbour, neighbours

pytestmark = [
    pytest.mark.chapter(28),
    pytest.mark.skipif(sys.platform != "linux", reason="the kernel is asked who opened what"),
]


LISTS = ("ffconcat-", "hls-", "m3u-", "pls-", "sdp", "asx", "smil", "xspf", "mpd")


@pytest.fixture
def beside(tmp_path: Path) -> Iterator[Neighbours]:
    with neighbours(tmp_path) as found:
        yield found


@pytest.fixture
def client(beside: Neighbours) -> Iterator[DecoderClient]:
    """Of a server that works in the very folder the neighbours are in."""
    with running(beside.folder) as server:
        beside.read()
        yield server.client
        assert total(server.client, GOOD).samples == 32_000


def test_what_the_obvious_code_does(beside: Neighbours) -> None:
    """Each trap is a trap: FFmpeg left to itself opens the neighbour and makes the call."""
    caught: set[str] = set()
    for name, data in lures(beside.folder, beside.port).items():
        upload = beside.folder / "upload.mp3"
        upload.write_bytes(data)
        with suppress(av.FFmpegError, IndexError), av.open(str(upload), timeout=1) as container:
            for frame in container.decode(audio=0):
                frame.to_ndarray()
        caught |= {name} if beside.read() else set()
        if name == "mov-alias":
            options = {"enable_drefs": "1", "use_absolute_path": "1"}
            with suppress(av.FFmpegError), av.open(str(upload), options=options):
                pass
            assert beside.read() == {"victim.wav"}
    with suppress(av.FFmpegError), Path(beside.folder / "hls").open("w+b") as file:
        file.write(lures(beside.folder, beside.port)["hls-http"])
        file.seek(0)
        av.open(file, format="hls", timeout=1)
    assert beside.called()
    assert caught >= {"ffconcat-beside"}


def test_nothing_else_is_read_and_nobody_called(client: DecoderClient, beside: Neighbours) -> None:
    played: set[str] = set()
    codes: set[str] = set()
    for name, data in lures(beside.folder, beside.port).items():
        # Lists are refused at a glance, so that every ending can be tried
        for suffix in SUFFIXES.split()[:: 1 if name.startswith(LISTS) else 15]:
            upload = beside.folder / f"upload.{suffix}"
            upload.write_bytes(data)
            try:
                with client.decode(upload, 60) as decoding:
                    sound = np.concatenate(list(decoding))
                assert not hears_neighbour(sound), name
                played.add(name)
            except MediaError as error:
                codes.add(error.code)
            upload.unlink()
        assert not beside.read(), name
        assert not beside.called(), name
    assert codes <= CODES - {"decoder_crashed", "decoder_timeout", "decoder_unavailable"}
    # Those that are a recording too are that, and nothing more
    assert played >= {"mp3+concat", "mp3+hls", "wav+concat", "wav-chunk+hls", "mkv-linked"}
    assert not {name for name in played if name.startswith(LISTS)}


def test_names_that_are_addresses_are_names(client: DecoderClient, beside: Neighbours) -> None:
    for name in ("concat:victim.wav|victim.wav", "img%03d.png", "data:,x", "subfile,,:victim.wav"):
        upload = beside.folder / name
        upload.write_bytes(GOOD)
        with client.decode(upload, 60) as decoding:
            assert not any(map(hears_neighbour, decoding))
        assert not beside.read()


def test_no_demuxer_of_ours_can_be_lured_even_without_confinement(beside: Neighbours) -> None:
    """The whitelists alone: no sniffing before, no limits and no filter of calls behind."""
    script = """
import os, sys
from pathlib import Path
from app.media.containers import DEMUXERS
from app.media.errors import MediaError
from worker.decoder.decode import AudioDecoder
from worker.decoder.opening import open_audio
from worker.decoder.source import Descriptor
for upload in sorted(Path("lures").iterdir()):
    with upload.open("rb") as file:
        for demuxer in sorted(DEMUXERS):
            try:
                opened = open_audio(Descriptor(file.fileno()), demuxer)
                for _ in AudioDecoder(opened, 16000).blocks():
                    pass
            except MediaError:
                pass
print("all")
"""
    folder = beside.folder / "lures"
    folder.mkdir()
    for name, data in lures(beside.folder, beside.port).items():
        (folder / name).write_bytes(data)
    answer = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(CHECKOUT)!r})\n{script}"],
        cwd=beside.folder,
        capture_output=True,
        text=True,
        check=True,
    )
    assert answer.stdout.endswith("all\n")
    assert not beside.read()
    assert not beside.called()


@pytest.mark.parametrize("name", sorted({c.demuxer for c in CONTAINERS.values()}))
def test_a_client_that_asks_for_the_wrong_demuxer(
    client: DecoderClient, beside: Neighbours, name: str
) -> None:
    container = next(c for c in CONTAINERS.values() if c.demuxer == name)
    upload = beside.folder / "upload"
    for lure in ("ffconcat-beside", "hls-http", "sdp", "mov-alias", "riff+concat"):
        upload.write_bytes(lures(beside.folder, beside.port)[lure])
        with suppress(MediaError), client.decode(upload, 60, container) as decoding:
            assert not any(map(hears_neighbour, decoding)), lure
        assert not beside.read()
        assert not beside.called()

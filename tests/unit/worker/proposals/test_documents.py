"""Documents as people have them become text; hostile and broken ones become a reason."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from app.settings import REPOSITORY
from tests.support import documents
from worker.proposals import office
from worker.proposals.documents import MAX_CHARACTERS, read
from worker.proposals.errors import Refusal

PROSE = documents.PROSE
PNG = b"\x89PNG\r\n\x1a\n" + bytes(100)
TRIES = """
import socket, sys
from worker.proposals import __main__ as child

def attempts(content, suffix, known):
    told = {}
    for name, work in {
        "file": lambda: open("/etc/passwd").close(),
        "write": lambda: open("/tmp/lectern-proposals-test", "w").close(),
        "network": lambda: socket.create_connection(("127.0.0.1", int(sys.argv[2])), 1).close(),
        "program": lambda: __import__("os").fork() or __import__("os")._exit(0),
        "memory": lambda: bytearray(3 * 10**9),
    }.items():
        try:
            work()
            told[name] = "done"
        except (OSError, MemoryError) as error:
            told[name] = type(error).__name__
    return told

child._answer = attempts
child.main()
"""


@pytest.mark.parametrize(
    ("made", "kind"),
    [
        (lambda: documents.pdf(PROSE), "pdf"),
        (lambda: documents.locked_pdf(PROSE), "pdf"),
        (lambda: documents.slides("Title", [PROSE], notes="Mind the notes."), "slides"),
        (lambda: documents.word(PROSE), "word"),
        (lambda: PROSE.encode("utf-16"), "text"),
        (lambda: PROSE.encode("cp1252"), "text"),
    ],
)
def test_the_text_of_a_document(made: Callable[[], bytes], kind: str) -> None:
    found = read(made())
    assert found.kind == kind
    assert PROSE[:60] in " ".join(found.text.split())
    if kind == "slides":
        assert "Mind the notes." in found.text


@pytest.mark.chapter(28)
@pytest.mark.parametrize(
    ("made", "code", "told"),
    [
        (lambda: documents.pdf(PROSE, password="x"), "document_encrypted", "password"),
        (lambda: documents.scanned_pdf(3), "document_without_text", "3 pages and no text"),
        (lambda: documents.pdf(PROSE)[:500], "document_damaged", "PDF is damaged"),
        (documents.endless_pdf, "document_damaged", "PDF is damaged"),
        (documents.pdf_bomb, "document_expands", "PDF unpacks"),
        (documents.zip_bomb, "document_expands", "unpacks to 400 MB"),
        (documents.xml_bomb, "document_damaged", "PowerPoint"),
        (lambda: documents.word("x")[:9000], "document_damaged", "damaged"),
        (lambda: documents.slides("", []), "document_without_text", "PowerPoint file has no text"),
        (lambda: PNG, "document_wrong_type", "a picture"),
        (lambda: b"\xd0\xcf\x11\xe0" + bytes(99), "document_wrong_type", "Save it as .pptx"),
        (lambda: bytes(range(256)) * 20, "document_wrong_type", "no text"),
        (lambda: b"  \n", "document_empty", "nothing in it"),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_reason(
    made: Callable[[], bytes], code: str, told: str
) -> None:
    with pytest.raises(Refusal) as refused:
        read(made())
    assert refused.value.code == code
    assert told in refused.value.detail
    assert "nothing was kept" in refused.value.detail.lower()


@pytest.mark.chapter(28)
def test_a_bomb_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    def unpack(*_: object) -> None:
        raise AssertionError("it was unpacked")

    bomb = documents.zip_bomb()
    monkeypatch.setattr(office.zipfile.ZipFile, "open", unpack)
    with pytest.raises(Refusal, match="not unpacked"):
        read(bomb)


def test_a_long_document_is_read_to_a_limit_and_says_so() -> None:
    found = read(documents.word(*["word " * 20_000] * 6))
    assert len(found.text) == MAX_CHARACTERS
    assert found.notes == ["Only the first 400,000 characters were read."]


@pytest.mark.chapter(28)
@pytest.mark.skipif(sys.platform != "linux", reason="confinement is Linux's")
def test_the_process_that_reads_can_reach_nothing(tmp_path: Path) -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as server:
        answer = subprocess.run(
            [sys.executable, "-c", TRIES, "x", str(server.getsockname()[1])],
            cwd=REPOSITORY,
            env={"PATH": os.environ["PATH"], "PYTHONPATH": str(REPOSITORY)},
            input=PROSE.encode(),
            capture_output=True,
            timeout=120,
            check=True,
        )
    told = json.loads(answer.stdout)
    assert set(told) == {"file", "write", "network", "program", "memory"}
    assert "done" not in told.values(), told

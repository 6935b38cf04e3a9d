"""Names people gave their files survive, and are never used as paths."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient

from app.context import Context
from app.recordings.names import display_name
from app.recordings.tables import Recording
from tests.support import media
from tests.support.rows import Rows

pytestmark = pytest.mark.chapter(28)
GOOD = media.speech_like_wav(1)
BOUNDARY = "x" * 20


def submitted_name(client: TestClient, parameters: str) -> str:
    """The name of the job when the Content-Disposition is `form-data; name="file"; …`."""
    disposition = f'Content-Disposition: form-data; name="file"; {parameters}'.encode()
    edge = f"--{BOUNDARY}".encode()
    body = b"\r\n".join([edge, disposition, b"", GOOD, edge + b"--", b""])
    kind = f"multipart/form-data; boundary={BOUNDARY}"
    answer = client.post("/v1/transcriptions", content=body, headers={"Content-Type": kind})
    assert answer.status_code == 202, answer.text
    return str(answer.json()["name"])


@pytest.mark.parametrize(
    ("parameters", "name"),
    [
        ('filename="talk.wav"', "talk.wav"),
        ("filename=talk.wav", "talk.wav"),
        ('filename="Gespräch mit Zoë.wav"', "Gespräch mit Zoë.wav"),
        ('filename="🎙️ day 1.wav"', "🎙️ day 1.wav"),
        ("filename*=UTF-8''na%C3%AFve%20%E2%82%AC.wav", "naïve €.wav"),
        ("filename=\"old.wav\"; filename*=UTF-8''n%C3%A9w.wav", "néw.wav"),
        ("filename*=iso-8859-1'en'%A3.wav", "£.wav"),
        (r'filename="the \"best\" talk.wav"', 'the "best" talk.wav'),
        ('filename="the %22best%22 talk.wav"', 'the "best" talk.wav'),
        ('filename="a;b=c.wav"', "a;b=c.wav"),
        ('filename="../../etc/passwd"', "passwd"),
        (r'filename="C:\\Users\\me\\talk.wav"', "talk.wav"),
        ('filename="..."', "recording"),
        ('filename=""', "recording"),
        ("filename*=no-such-charset''talk.wav", "talk.wav"),
        ("filename*=undefined''talk.wav", "talk.wav"),
        ('filename="100%.wav"', "100%.wav"),
    ],
)
def test_the_name_is_kept_as_it_was_meant(client: TestClient, parameters: str, name: str) -> None:
    assert submitted_name(client, parameters) == name


def test_the_file_lies_under_a_key_that_has_nothing_of_the_name(
    client: TestClient, context: Context
) -> None:
    submitted_name(client, 'filename="../../token"')
    [recording] = Rows(context).all(Recording)
    assert "token" not in recording.storage_key
    home = context.settings.home
    assert (home / "storage" / recording.storage_key).read_bytes() == GOOD
    assert (home / "token").read_text().strip() in client.headers["authorization"]


def test_control_characters_are_not_shown() -> None:
    assert display_name("a\r\nb\x1b[31m\u202egpj.wav") == "ab[31mgpj.wav"


def test_spellings_of_one_name_are_one_name() -> None:
    assert display_name("Zoe\u0308.wav") == "Zo\u00eb.wav"

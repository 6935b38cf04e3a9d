"""Terms proposed from documents over HTTP, read by the real process."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from app.domains import proposals
from tests.support import documents, media
from tests.support.problems import assert_problem

PATH = "/v1/domains/proposals"
PROSE = documents.PROSE
PNG = b"\x89PNG\r\n\x1a\n" + bytes(100)
FIELD = {"EU-SILC", "ActiveRecord", "Foster-Greer-Thorbecke", "Oaxaca-Blinder decomposition"}


def propose(client: TestClient, name: str, content: bytes):  # type: ignore[no-untyped-def]
    return client.post(PATH, files={"file": (name, content)})


@pytest.mark.chapter(9)
@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("paper.pdf", documents.pdf(PROSE)),
        ("talk.pptx", documents.slides("A talk", PROSE.split(". "))),
        ("guide.docx", documents.word(PROSE)),
    ],
)
def test_terms_of_a_field_are_found_in_documents(
    client: TestClient, name: str, content: bytes
) -> None:
    answer = propose(client, name, content)
    assert answer.status_code == 200, answer.text
    found = answer.json()
    terms = {each["term"]: each for each in found["terms"]}
    assert set(terms) >= FIELD
    assert terms["ActiveRecord"]["sounds_like"] == "active record"
    assert terms["EU-SILC"]["why"] == "an abbreviation"
    assert "EU-SILC" in terms["EU-SILC"]["examples"][0]
    assert terms["Oaxaca-Blinder decomposition"]["count"] == 2
    assert not {"problem", "files", "country", "data"} & set(terms)
    assert (found["language"], found["prose"]) == ("en", True)
    assert "equivalence scale" in found["text"].replace("\n", " ")


def test_what_was_proposed_makes_a_domain(client: TestClient) -> None:
    found = client.post(PATH, files={"text": (None, PROSE)}).json()
    terms = [{"term": t["term"], "sounds_like": t["sounds_like"]} for t in found["terms"]]
    made = client.post("/v1/domains", json={"name": "field", "terms": terms})
    assert made.status_code == 201
    assert made.json()["terms"] == len(terms)


def test_a_table_of_terms_is_taken_as_it_is(client: TestClient) -> None:
    table = b"term,sounds_like\nEU-SILC,E U silk\nGini,\n"
    found = propose(client, "terms.csv", table).json()
    told = [(each["term"], each["sounds_like"]) for each in found["terms"]]
    assert told == [("EU-SILC", "E U silk"), ("Gini", "")]
    assert not found["prose"]


@pytest.mark.chapter(28)
@pytest.mark.parametrize(
    ("name", "made", "status", "code"),
    [
        ("a.pdf", lambda: documents.pdf(PROSE, password="x"), 422, "document_encrypted"),
        ("a.pdf", documents.pdf_bomb, 422, "document_expands"),
        ("a.pdf", lambda: PNG, 415, "document_wrong_type"),
    ],
)
def test_a_document_that_cannot_be_read_is_refused_with_the_reason(
    client: TestClient, name: str, made: Callable[[], bytes], status: int, code: str
) -> None:
    answer = propose(client, name, made())
    assert_problem(answer, status, code)
    assert "nothing was kept" in answer.json()["detail"].lower()


@pytest.mark.chapter(16)
@pytest.mark.parametrize(
    ("text", "code", "told"),
    [
        ("It is short. It has few words.", "too_little_text", "7 words"),
        ("Wir messen die Armut in Europa und in der Welt. " * 20, "not_english", "German"),
        ("\n".join(f"term {n}" for n in range(50_000)), "too_many_terms", "50000 terms"),
        ("term,sounds_like\n" + "y" * 500 + ",", "term_too_long", "has 500 characters"),
    ],
)
def test_a_text_that_gives_no_glossary_is_refused_with_what_would(
    client: TestClient, text: str, code: str, told: str
) -> None:
    answer = client.post(PATH, files={"text": (None, text.encode())})
    assert_problem(answer, 422, code)
    assert told in answer.json()["detail"]


def test_requests_that_are_none(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    assert_problem(client.post(PATH, json={"text": "x"}), 400, "not_multipart")
    assert_problem(client.post(PATH, files={"other": (None, "x")}), 400, "document_missing")
    monkeypatch.setattr(proposals, "MAX_BYTES", 1000)
    assert_problem(propose(client, "a.txt", b"x" * 100_000), 413, "document_too_large")
    chunked = client.post(
        PATH,
        content=iter([b'--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n']
                     + [b"x" * 500] * 10 + [b"\r\n--b--\r\n"]),
        headers={"content-type": "multipart/form-data; boundary=b"},
    )  # fmt: skip
    assert_problem(chunked, 413, "document_too_large")


@pytest.mark.chapter(28)
def test_a_document_that_takes_too_long_is_stopped(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proposals, "WALL_S", 0.05)
    answer = propose(client, "a.txt", PROSE.encode())
    assert_problem(answer, 422, "document_too_slow")


def test_too_many_documents_at_once_are_told_so(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proposals, "WAIT_S", 0.01)
    taken = [proposals._places.acquire(blocking=False) for _ in range(proposals.AT_ONCE)]
    assert all(taken)
    try:
        assert_problem(propose(client, "a.txt", b"x"), 503, "too_many_documents")
    finally:
        for _ in taken:
            proposals._places.release()


def test_speech_without_its_environment_says_what_to_run(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("LECTERN_SYNTHESIS", str(tmp_path / "none"))
    answer = client.post("/v1/domains/speech", json={"text": "EU-SILC"})
    assert_problem(answer, 409, "training_not_set_up")
    assert "make setup-training" in answer.json()["detail"]


def test_an_estimate_is_for_the_domain_and_an_unknown_one_is_told(client: TestClient) -> None:
    sent = client.post("/v1/recordings", files={"file": ("a.wav", media.speech_like_wav(2))}).json()
    path = f"/v1/recordings/{sent['id']}"
    assert client.get(path, params={"domain": "ruby"}).json()["estimate"]["model"] == "whisper-base"
    assert_problem(client.get(path, params={"domain": "nowhere"}), 404, "domain_not_found")

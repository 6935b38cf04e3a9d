"""One visit to the whole API: what every operation does for a customer, and how it refuses.

`make examples` keeps the answers as the examples of the description; every test client of this
folder holds each answer against the description (tests/support/answers.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.context import Context
from app.domains import service as domains
from app.media.client import DecoderClient
from app.releases import service as releases
from tests.support import media
from tests.support.adaptations import PAGE, own_domain, training_here
from tests.support.edits import Editor
from tests.support.rows import Rows, new_context
from tests.support.tus import Tus, sha256_header
from tests.support.versions import record

WAV = media.speech_like_wav(2)
SENT = {"file": ("interview.wav", WAV)}
UNKNOWN = "tr_0193c2f0a1b27c3d8e4f5a6b7c8d9e0f"
HEARD = "We used the Oaxaca-Blinder decomposition."


@pytest.fixture
def context(tmp_path: Any, decoder_client: DecoderClient) -> Iterator[Context]:
    """On SQLite alone: what is asked here does not depend on the database."""
    opened = new_context(tmp_path / "home", max_upload_bytes=2 * 1024**2)
    yield replace(opened, decoder=decoder_client)
    opened.database.dispose()


def ok(answer: Any, status: int = 200) -> Any:
    assert answer.status_code == status, answer.text
    return answer.json() if "json" in answer.headers.get("content-type", "") else answer


def test_jobs(client: TestClient, rows: Rows) -> None:
    T = "/v1/transcriptions"
    ok(client.post(T, files=SENT, data={"model": "gpt-9"}), 422)
    ok(client.post(T, files={"file": ("a.txt", b"words")}), 415)
    ok(client.post(T, files={"language": (None, "en")}), 400)
    waiting = ok(client.post(T, files=SENT, data={"language": "en"}), 202)["id"]
    ok(client.get(f"{T}/{waiting}/export"), 409)
    ok(client.get(f"{T}/{waiting}/export/report?format=srt"), 409)
    ok(client.post(f"{T}/{waiting}/cancel"))
    ok(client.post(f"{T}/{waiting}/retry"), 202)
    job = rows.prepared(2, name="interview.wav")
    rows.recognise_all(HEARD)
    whole = client.get(f"{T}/{job}", params={"wait": 1})
    ok(whole)
    ok(client.get(f"{T}/{job}", headers={"If-None-Match": whole.headers["etag"]}), 304)
    ok(client.get(T, params={"limit": 2}))
    ok(client.get(T, params={"cursor": "x"}), 400)
    ok(client.get(T, params={"limit": 0}), 422)
    ok(client.get("/v1/search", params={"q": "decomposition"}))
    ok(client.get("/v1/search", params={"q": ""}), 422)
    ok(client.get(f"{T}/{job}/provenance"))
    ok(client.get(f"{T}/{job}/audio"))
    ok(client.get(f"{T}/{job}/audio", headers={"Range": "bytes=0-1"}), 206)
    ok(client.get(f"{T}/{job}/audio", headers={"Range": "bytes=999-"}), 416)
    ok(client.get("/v1/exports"))
    ok(client.get(f"{T}/{job}/export", params={"format": "srt"}))
    ok(client.get(f"{T}/{job}/export/report", params={"format": "srt"}))
    ok(client.get(f"{T}/{job}/events", headers={"Last-Event-ID": "0"}))
    ok(client.get(f"{T}/{job}/events", headers={"Last-Event-ID": "x"}), 400)
    for path in ("", "/provenance", "/audio", "/export", "/export/report?format=srt", "/events"):
        ok(client.get(f"{T}/{UNKNOWN}{path}"), 404)
    for path in ("/cancel", "/retry"):
        ok(client.post(f"{T}/{UNKNOWN}{path}"), 404)
    again = ok(client.post(f"{T}/{job}/again", json={"language": "en"}), 202)["id"]
    ok(client.get(f"{T}/{again}/compare", params={"with": job}), 409)
    rows.prepared(1)
    ok(client.delete(f"{T}/{again}"), 204)
    ok(client.delete(f"{T}/{again}"), 404)


def test_corrections(client: TestClient, rows: Rows) -> None:
    job = rows.prepared(3)
    rows.recognise_all(HEARD)
    editor = Editor(client, job)
    first = editor.read()["segments"][0]
    ok(client.get(f"{editor.address}/segments/{first['id']}"))
    ok(client.get(f"{editor.address}/segments/seg_none"), 404)
    ok(editor.edit(0, text="We used the Kitagawa decomposition.", speaker="Ana"))
    ok(editor.patch(first["id"], first["etag"], text="Late."), 412)
    ok(client.patch(f"{editor.address}/segments/{first['id']}", json={"text": "x"}), 428)
    ok(editor.split(1, word=2))
    ok(editor.merge(1, 2))
    ok(client.get(f"{editor.address}/revisions"))
    ok(client.get(f"{editor.address}/revisions/1"))
    ok(client.get(f"{editor.address}/revisions/99"), 404)
    ok(editor.restore(1))
    ok(editor.whole("finalise"))
    ok(editor.edit(0, text="Too late."), 409)
    ok(client.post(f"{editor.address}/reopen"))


def test_two_transcripts(client: TestClient, rows: Rows) -> None:
    job = rows.prepared(1)
    rows.recognise_all(HEARD)
    editor = Editor(client, job)
    ok(editor.edit(0, text="We used the Kitagawa decomposition."))
    made = ok(client.post(f"{editor.address}/again", json={}), 202)["id"]
    held = rows.begin(made)
    assert held is not None
    rows.add_windows(held, [0])
    rows.finish(held)
    rows.recognise_all("We used a Kitagawa decomposition.")
    ok(client.get(f"/v1/transcriptions/{made}/compare", params={"with": job}))
    carrying = f"/v1/transcriptions/{made}/edits-from"
    plan = ok(client.get(f"{carrying}/{job}"))
    take = {"take": [each["source"] for each in plan["left"] if each["takeable"]]}
    seen = {"If-Match": plan["etag"]}
    ok(client.get(f"{carrying}/{UNKNOWN}"), 404)
    ok(client.get(f"{carrying}/{made}"), 422)
    ok(client.get(f"{carrying}/{rows.submit()}"), 409)
    ok(client.post(f"{carrying}/{job}", json={"take": ["seg_none"]}, headers=seen), 422)
    ok(client.post(f"{carrying}/{job}", json=take, headers={"If-Match": "x"}), 400)
    ok(client.post(f"{carrying}/{job}", json=take), 428)
    ok(client.post(f"{carrying}/{job}", json=take, headers=seen))
    ok(client.post(f"{carrying}/{job}", json=take, headers=seen), 412)


def test_recordings_and_uploads(client: TestClient, tus: Tus) -> None:
    made = ok(client.post("/v1/recordings", files=SENT), 201)["id"]
    ok(client.post("/v1/recordings", files={"a": (None, "b")}), 400)
    ok(client.post("/v1/recordings", files={"file": ("a.txt", b"words")}), 415)
    ok(client.get(f"/v1/recordings/{made}"))
    ok(client.get("/v1/recordings/rec_none"), 404)
    ok(client.get(f"/v1/recordings/{made}/models"))
    ok(client.options("/v1/uploads"), 204)
    upload = tus.begin(len(WAV), "interview.wav", fingerprint="f1")
    ok(client.get("/v1/uploads"))
    ok(tus.send(upload, 1, WAV[:1000]), 409)
    ok(tus.send(upload, 0, WAV[:1000], **sha256_header(WAV[:1000])), 204)
    ok(tus.head(upload))
    ok(tus.send(upload, 1000, WAV[1000:]), 204)
    ok(client.get(upload))
    ok(tus.cancel(upload), 204)
    for answer in (tus.cancel(upload), client.get(upload), tus.send(upload, 0, b"x")):
        ok(answer, 404)
    ok(client.post("/v1/uploads", headers={"Tus-Resumable": "1.0.0"}), 400)
    ok(client.post("/v1/uploads", headers={"Tus-Resumable": "9", "Upload-Length": "1"}), 412)
    ok(client.delete(f"/v1/recordings/{made}"), 204)
    ok(client.delete(f"/v1/recordings/{made}"), 404)
    used = ok(client.post("/v1/recordings", files=SENT), 201)["id"]
    ok(client.post("/v1/transcriptions", files={"recording": (None, used)}), 202)
    ok(client.delete(f"/v1/recordings/{used}"), 409)


def test_domains(client: TestClient, context: Context) -> None:
    D = "/v1/domains"
    training_here(context)
    own_domain(client)
    ok(client.post(D, json={"name": "housing", "terms": []}), 409)
    ok(client.post(D, json={"name": "Not a name!", "terms": []}), 422)
    ok(client.get(D))
    ok(client.get(f"{D}/housing"))
    ok(client.get(f"{D}/nowhere"), 404)
    terms = [{"term": "Theil", "sounds_like": "tile"}, {"term": "Gini"}]
    ok(client.put(f"{D}/housing/glossary", json={"terms": terms}))
    ok(client.put(f"{D}/medicine/glossary", json={"terms": terms}), 409)
    ok(client.delete(f"{D}/medicine"), 409)
    ok(client.post(f"{D}/proposals", files={"text": (None, PAGE)}))
    ok(client.get(f"{D}/housing/text"))
    ok(client.get(f"{D}/medicine/text"), 404)
    ok(client.put(f"{D}/housing/text", json={"text": PAGE}))
    own_domain(client, "poverty")
    asked = ok(client.post(f"{D}/poverty/adaptations"), 202)["id"]
    A = f"{D}/poverty/adaptations"
    ok(client.get(A))
    ok(client.get(f"{A}/{asked}"))
    ok(client.get(f"{A}/ad_none"), 404)
    ok(client.post(f"{A}/{asked}/retry"), 409)
    ok(client.post(f"{A}/{asked}/cancel"))
    ok(client.post(f"{A}/{asked}/retry"), 202)
    recording = ok(client.post("/v1/recordings", files=SENT), 201)["id"]
    P = f"{D}/housing/previews"
    preview = ok(client.post(P, json={"recording": recording}), 202)["id"]
    ok(client.post(P, json={"recording": "rec_none"}), 404)
    ok(client.get(P))
    ok(client.get(f"{P}/{preview}"))
    ok(client.delete(f"{P}/{preview}"), 204)
    ok(client.get(f"{P}/{preview}"), 404)
    own_domain(client, "short-lived", text="")
    ok(client.delete(f"{D}/short-lived"), 204)


def test_versions(client: TestClient, context: Context) -> None:
    own_domain(client, text="")
    with context.database.write() as session:
        for name in ("one", "two"):
            domain = domains.get(session, "housing")
            releases.register(session, domain, record(name), "adapters/x")
    V = "/v1/domains/housing/versions"
    ok(client.get("/v1/versions"))
    ok(client.get(V))
    ok(client.get(f"{V}/1"))
    ok(client.get(f"{V}/9"), 404)
    ok(client.get(f"{V}/1/card"))
    ok(client.post(f"{V}/1/promote", json={"reason": "Fewer errors in our terms."}))
    job = ok(client.post("/v1/transcriptions", files=SENT, data={"domain": "housing"}), 202)["id"]
    ok(client.get(f"{V}/1/transcriptions"))
    ok(client.post(f"{V}/1/transcribe-again", json={}), 409)
    body = {"version": 1, "reason": "It invents words."}
    ok(client.post("/v1/domains/housing/roll-back", json=body))
    ok(client.post(f"{V}/1/transcribe-again", json={"transcriptions": [job]}), 202)
    ok(client.post("/v1/domains/housing/roll-back", json=body), 409)
    ok(client.post("/v1/domains/housing/roll-back", json={"to_parent": 0}), 422)


def test_the_rest(client: TestClient, stranger: TestClient) -> None:
    for path in (
        "/v1/models", "/v1/models/whisper-1", "/v1/sample", "/v1/sample/audio", "/v1/chapters",
        "/v1/chapters/7", "/v1/faults", "/v1/quality/runs", "/healthz",
    ):  # fmt: skip
        ok(client.get(path))
    for path in ("/v1/models/gpt-9", "/v1/chapters/99", "/v1/quality/runs/none"):
        ok(client.get(path), 404)
    runs = ok(client.get("/v1/quality/runs"))
    name, pair = runs["runs"][0]["name"], runs["comparisons"][0]
    ok(client.get(f"/v1/quality/runs/{name}"))
    ok(client.get(f"/v1/quality/runs/{name}/utterances", params={"limit": 1}))
    ok(client.get("/v1/quality/comparisons", params=pair))
    ok(client.get("/v1/quality/comparisons", params={"a": name, "b": "none"}), 404)
    fault = ok(client.get("/v1/faults"))[0]["name"]
    ok(client.put(f"/v1/faults/{fault}", json={"minutes": 1}))
    ok(client.delete(f"/v1/faults/{fault}"), 204)
    ok(client.put("/v1/faults/none", json={"minutes": 1}), 404)
    assert client.get("/readyz").status_code == 503
    spoken = client.post("/v1/domains/speech", json={"text": "Gini"})
    assert spoken.status_code in (200, 409, 503), spoken.text


def test_as_openai_has_it(client: TestClient) -> None:
    A = "/v1/audio/transcriptions"
    ok(client.post(A, files=SENT, data={"model": "gpt-9"}), 404)
    ok(client.post(A, data={"model": "whisper-1"}), 400)
    ok(client.post("/v1/audio/translations", files=SENT, data={"model": "tiny.en"}), 400)


@pytest.mark.parametrize(
    ("path", "methods"),
    [
        ("/v1/domains", "GET, POST"),
        ("/v1/domains/proposals", "POST"),
        ("/v1/domains/housing", "DELETE, GET"),
        ("/v1/uploads/up_1", "DELETE, GET, HEAD, PATCH"),
    ],
)
def test_a_refused_method_is_told_all_that_there_are(
    client: TestClient, path: str, methods: str
) -> None:
    answer = client.request("TRACE", path)
    assert (answer.status_code, answer.headers["allow"]) == (405, methods)
    assert answer.json()["code"] == "method_not_allowed"

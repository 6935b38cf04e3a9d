"""The search over HTTP."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient

from tests.support.rows import Rows


@pytest.fixture
def heard(rows: Rows) -> list[str]:
    """Two transcripts of three segments each, the older one first."""
    made = []
    for name in ("first.wav", "second.wav"):
        made.append(rows.prepared(3, name=name))
        for sentence in (f"The {name} interview.", "Nothing <b>else</b>.", "An interview ends."):
            rows.complete(rows.leased(1), sentence)
    return made


def test_hits_lead_to_the_moment(client: TestClient, heard: list[str]) -> None:
    answer = client.get("/v1/search", params={"q": "inter* ends", "limit": 1})
    assert answer.status_code == 200
    (hit,) = answer.json()["items"]
    assert hit["transcription_id"] == heard[1]
    assert hit["name"] == "second.wav"
    assert (hit["start"], hit["end"]) == (40.0, 60.0)
    assert hit["at"] == pytest.approx(40 + 20 / 3)
    assert hit["snippet"] == {
        "text": "An interview ends.",
        "matches": [{"start": 3, "end": 12}, {"start": 13, "end": 17}],
    }
    segments = client.get(f"/v1/transcriptions/{heard[1]}").json()["segments"]
    assert hit["segment_id"] == segments[2]["id"]
    following = client.get(
        "/v1/search", params={"q": "inter* ends", "limit": 1, "cursor": answer.json()["next"]}
    ).json()
    assert [each["transcription_id"] for each in following["items"]] == [heard[0]]
    assert following["next"] is None


def test_a_snippet_is_text_and_no_markup(client: TestClient, heard: list[str]) -> None:
    items = client.get("/v1/search", params={"q": "b else b"}).json()["items"]
    assert {item["snippet"]["text"] for item in items} == {"Nothing <b>else</b>."}


def test_in_one_transcript(client: TestClient, heard: list[str]) -> None:
    there = {"q": "interview", "transcription": heard[0]}
    items = client.get("/v1/search", params=there).json()["items"]
    assert [(item["transcription_id"], item["start"]) for item in items] == [
        (heard[0], 0.0),
        (heard[0], 40.0),
    ]
    gone = client.get("/v1/search", params={"q": "interview", "transcription": "tr_none"})
    assert (gone.status_code, gone.json()["code"]) == (404, "transcription_not_found")


def test_the_list_can_be_searched(client: TestClient, heard: list[str]) -> None:
    def ids(**params: str | int) -> list[str]:
        page = client.get("/v1/transcriptions", params=params).json()
        return [item["id"] for item in page["items"]]

    assert ids(search="interview") == [heard[1], heard[0]]
    assert ids(search="first") == [heard[0]]
    assert ids(search="interview", status="failed") == []
    page = client.get("/v1/transcriptions", params={"search": "ends", "limit": 1}).json()
    assert ids(search="ends", limit=1, cursor=page["next"]) == [heard[0]]


@pytest.mark.parametrize("path", ["/v1/search?q=", "/v1/transcriptions?search="])
@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("%3F%3F", "nothing_to_search"),
        ("", "nothing_to_search"),
        ("%00", "nothing_to_search"),
        ("a" * 201, "invalid_request"),
        ("a1+a2+a3+a4+a5+a6+a7+a8+a9+b1+b2+b3+b4+b5+b6+b7+b8+b9+c1+c2+c3+c4+c5+c6+c7+c8",
         "too_many_words"),
    ],
)  # fmt: skip
def test_what_cannot_be_searched_is_said(
    client: TestClient, path: str, typed: str, code: str
) -> None:
    answer = client.get(path + typed)
    assert (answer.status_code, answer.json()["code"]) == (422, code)


def test_strangers_search_nothing(stranger: TestClient, heard: list[str]) -> None:
    assert stranger.get("/v1/search?q=interview").status_code == 401

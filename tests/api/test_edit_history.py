"""Revisions: what was done, the text as of any of them, the way back, the final word."""

from __future__ import annotations

import random

import pytest
from fastapi.testclient import TestClient

from app.review.tables import Revision
from tests.support.edits import Editor
from tests.support.problems import assert_problem
from tests.support.rows import Rows

HEARD = "We used the wahaka blinder decomposition."


@pytest.fixture
def editor(client: TestClient, rows: Rows) -> Editor:
    job = rows.prepared(3)
    rows.recognise_all(HEARD)
    return Editor(client, job)


def seen(segments: list[dict]) -> list[tuple]:  # type: ignore[type-arg]
    """What a reader sees, whatever the tags."""
    return [
        (s["id"], s["start"], s["end"], s["speaker"], s["text"], s["words"], s["flags"])
        for s in segments
    ]


def test_the_list_says_who_did_what_and_when(editor: Editor) -> None:
    editor.edit(0, text="One.")
    editor.edit(0, speaker="Ana")
    editor.split(1, word=2)
    editor.merge(1, 2)
    found = editor.revisions()
    assert [(each["number"], each["kind"]) for each in found] == [
        (4, "merged"), (3, "split"), (2, "edited"), (1, "edited"),
    ]  # fmt: skip
    assert {each["by"] for each in found} == {"acc_local"}
    first = found[-1]
    assert [said["text"] for said in first["before"]] == [HEARD]
    assert [said["text"] for said in first["after"]] == ["One."]
    assert (found[2]["before"][0]["speaker"], found[2]["after"][0]["speaker"]) == (None, "Ana")
    assert [len(each["after"]) for each in found] == [1, 2, 1, 1]


@pytest.mark.chapter(24)
def test_every_revision_can_be_read_and_restored(editor: Editor) -> None:
    """Any changes in any order; a seed that fails is printed with the test."""
    chance = random.Random(7)
    was = [seen(editor.read()["segments"])]
    for step in range(14):
        count = len(was[-1])
        number = chance.randrange(count)
        action = chance.choice(["text", "speaker", "split", "merge", "restore", "empty"])
        if action == "text":
            answer = editor.edit(number, text=f"Said {step} the blinder thing.")
        elif action == "empty":
            answer = editor.edit(number, text="")
        elif action == "speaker":
            answer = editor.edit(number, speaker=f"Speaker {step}")
        elif action == "split":
            answer = editor.split(number, word=1)
        elif action == "merge":
            answer = editor.merge(number, min(number + 1, count - 1))
        else:
            answer = editor.restore(chance.randrange(len(was)))
        if answer.status_code == 200 and answer.json()["revision"] is not None:
            was.append(seen(editor.read()["segments"]))
    assert len(was) > 8
    for number, expected in enumerate(was):
        told = editor.as_of(number)
        assert seen(told["segments"]) == expected, number
        spoken = [text for *_, text, _, _ in expected if text]
        assert told["text"].split() == " ".join(spoken).split()
    for number in (0, 3, len(was) - 1):
        editor.restore(number)
        assert seen(editor.read()["segments"]) == was[number]


def test_a_restored_text_is_a_revision_like_any_other(editor: Editor) -> None:
    editor.edit(0, text="One.")
    editor.edit(1, text="Two.")
    assert editor.restore(1).json()["revision"] == 3
    assert editor.texts() == ["One.", HEARD, HEARD]
    assert editor.restore(2).json()["revision"] == 4
    assert editor.texts() == ["One.", "Two.", HEARD]
    newest = editor.revisions()[0]
    assert (newest["kind"], newest["restored"]) == ("restored", 2)
    assert editor.restore(4).json()["revision"] is None, "it is there already"


def test_what_is_stored_of_a_correction_is_the_correction(editor: Editor, rows: Rows) -> None:
    editor.edit(0, text="One.")
    editor.restore(0)
    stored = {row.number: row for row in rows.all(Revision)}
    assert [len(stored[1].before), len(stored[1].after)] == [1, 1]
    assert (stored[2].before, stored[2].after, stored[2].restored) == ([], [], 0)


def test_restoring_takes_the_tag_of_the_whole(editor: Editor) -> None:
    old = editor.read()["etag"]
    editor.edit(0, text="One.")
    assert_problem(editor.whole("revisions/0/restore", old), 412, "changed_since")
    untagged = editor.client.post(f"{editor.address}/revisions/0/restore")
    assert_problem(untagged, 428, "if_match_missing")
    assert editor.texts()[0] == "One."


@pytest.mark.parametrize("number", [2, 99, 2**31 - 1])
def test_a_revision_that_never_was(editor: Editor, number: int) -> None:
    editor.edit(0, text="One.")
    answer = editor.client.get(f"{editor.address}/revisions/{number}")
    assert_problem(answer, 404, "revision_not_found")
    assert_problem(editor.restore(number), 404, "revision_not_found")


@pytest.mark.parametrize("cursor", ["x", "r", "5", "r-1", "r٣", "r99999999999"])
def test_a_cursor_of_ones_own_making_is_refused(editor: Editor, cursor: str) -> None:
    answer = editor.client.get(f"{editor.address}/revisions", params={"cursor": cursor})
    assert_problem(answer, 400, "bad_cursor")


def test_a_final_transcript_is_not_edited_until_it_is_reopened(editor: Editor) -> None:
    old = editor.read()["etag"]
    editor.edit(0, text="One.")
    assert_problem(editor.whole("finalise", old), 412, "changed_since")
    made = editor.whole("finalise").json()
    assert made["final_at"] is not None
    assert editor.read()["final_at"] == made["final_at"]
    assert editor.client.get("/v1/transcriptions").json()["items"][0]["final_at"] is not None
    for refused in (
        editor.edit(0, text="No."), editor.split(1, word=1), editor.merge(0, 1), editor.restore(0),
    ):  # fmt: skip
        assert_problem(refused, 409, "final")
    assert editor.whole("finalise").json()["revision"] is None, "it is final already"
    assert editor.client.post(f"{editor.address}/reopen").json()["final_at"] is None
    assert editor.edit(0, text="Two.").status_code == 200
    kinds = [each["kind"] for each in editor.revisions()]
    assert kinds == ["edited", "reopened", "finalised", "edited"]
    assert [s["text"] for s in editor.as_of(3)["segments"]] == ["One.", HEARD, HEARD]
    assert editor.client.post(f"{editor.address}/reopen").json()["revision"] is None


@pytest.mark.chapter(29)
def test_an_export_says_that_a_person_corrected_it(editor: Editor) -> None:
    def label() -> str:
        text = editor.client.get(f"{editor.address}/export").text
        return text.rsplit("-- \n", 1)[1].partition("\n")[0]

    assert label() == "Transcribed by machine (tiny.en); it may contain errors."
    editor.edit(0, text="One.")
    assert label() == (
        "Transcribed by machine (tiny.en), corrected by a person in 1 place; it may contain errors."
    )
    editor.whole("finalise")
    assert label() == (
        "Transcribed by machine (tiny.en), corrected by a person in 1 place and declared final."
    )


def test_a_final_transcript_without_a_correction_does_not_claim_any(editor: Editor) -> None:
    editor.whole("finalise")
    text = editor.client.get(f"{editor.address}/export").text
    assert "-- \nTranscribed by machine (tiny.en) and declared final by a person.\n" in text

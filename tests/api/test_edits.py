"""Correcting a transcript over HTTP: what is changed, what is refused, what is never lost."""

from __future__ import annotations

import threading

import pytest
from fastapi.testclient import TestClient

from app.transcriptions.schemas import TranscriptionOut
from app.transcriptions.tables import SegmentRow
from tests.support.edits import PATH, Editor, lose_an_answer
from tests.support.problems import assert_problem
from tests.support.rows import Rows

HEARD = "We used the wahaka blinder decomposition."
RIGHT = "We used the Oaxaca blinder decomposition."


@pytest.fixture
def editor(client: TestClient, rows: Rows) -> Editor:
    job = rows.prepared(3)
    rows.recognise_all(HEARD)
    return Editor(client, job)


def machine(rows: Rows) -> list[tuple[object, ...]]:
    """What the machine said of each segment, wherever it is kept."""
    found = []
    for row in sorted(rows.all(SegmentRow), key=lambda row: row.id):
        if not row.by_person:
            kept = row.machine or row.model_dump()
            found.append(
                (
                    row.id,
                    row.machine_text,
                    kept["start_s"],
                    kept["end_s"],
                    kept["words"],
                    kept["flags"],
                )
            )
    return found


def test_a_correction_is_what_everybody_reads_from_then_on(editor: Editor, rows: Rows) -> None:
    before = editor.read()
    answer = editor.edit(1, text=f"  {RIGHT.replace(' ', '  ')}\n")
    assert answer.status_code == 200, answer.text
    made = answer.json()
    assert (made["revision"], made["corrected"], made["gone"]) == (1, 1, [])
    now = editor.read()
    assert now["text"] == " ".join([HEARD, RIGHT, HEARD])
    assert now["segments"][1] == made["segments"][0]
    assert answer.headers["etag"] == now["segments"][1]["etag"]
    assert made["etag"] == now["etag"] != before["etag"]
    assert [now["segments"][i] for i in (0, 2)] == [before["segments"][i] for i in (0, 2)]
    assert now["revision"] > before["revision"]
    TranscriptionOut.model_validate(now)
    address = editor.address
    for format in ("txt", "srt", "vtt", "json"):
        text = editor.client.get(f"{address}/export?format={format}").text
        in_words = 2 if format == "json" else 0  # the text, the segment, the word
        assert text.count("Oaxaca") == 1 + in_words
        assert text.count("wahaka") == 2 * (1 + in_words)


def test_words_say_which_of_them_a_person_wrote(editor: Editor) -> None:
    editor.edit(0, text=RIGHT)
    segment = editor.read()["segments"][0]
    assert segment["edited"]
    marks = [(word["word"], word["edited"], word["probability"]) for word in segment["words"]]
    assert marks[2:5] == [(" the", False, 0.9), (" Oaxaca", True, 1.0), (" blinder", False, 0.9)]


@pytest.mark.chapter(29)
def test_what_the_machine_said_survives_everything(editor: Editor, rows: Rows) -> None:
    before = machine(rows)
    editor.edit(0, text=RIGHT)
    editor.edit(0, text="Something else entirely was said here.")
    assert editor.split(0, word=2).status_code == 200
    assert editor.merge(1, 2).status_code == 200
    editor.edit(1, text="")
    editor.edit(2, speaker="Ana")
    assert editor.read()["corrected"] == 3
    assert machine(rows) == before
    assert editor.restore(0).status_code == 200
    assert machine(rows) == before
    assert editor.texts() == [HEARD] * 3


def test_two_people_on_different_sentences_are_not_in_each_others_way(editor: Editor) -> None:
    first, second, _ = editor.read()["segments"]
    assert editor.patch(first["id"], first["etag"], text="One.").status_code == 200
    assert editor.patch(second["id"], second["etag"], text="Two.").status_code == 200
    assert editor.texts() == ["One.", "Two.", HEARD]


@pytest.mark.chapter(7)
def test_who_has_not_seen_a_correction_does_not_overwrite_it(editor: Editor) -> None:
    seen = editor.read()["segments"][0]
    editor.patch(seen["id"], seen["etag"], text="Theirs.")
    refused = editor.patch(seen["id"], seen["etag"], text="Mine.")
    problem = assert_problem(refused, 412, "changed_since")
    assert [segment["text"] for segment in problem["segments"]] == ["Theirs."]
    assert editor.texts()[0] == "Theirs."
    again = editor.patch(seen["id"], problem["segments"][0]["etag"], text="Mine.")
    assert again.status_code == 200
    assert editor.texts()[0] == "Mine."


@pytest.mark.chapter(7)
def test_of_two_at_the_same_moment_one_is_told(editor: Editor) -> None:
    seen = editor.read()["segments"][0]
    start = threading.Barrier(2)
    codes: dict[str, int] = {}

    def write(text: str) -> None:
        start.wait()
        codes[text] = editor.patch(seen["id"], seen["etag"], text=text).status_code

    both = [threading.Thread(target=write, args=(text,)) for text in ("One.", "Other.")]
    for each in both:
        each.start()
    for each in both:
        each.join()
    assert sorted(codes.values()) == [200, 412]
    assert codes[editor.texts()[0]] == 200
    assert len(editor.revisions()) == 1


@pytest.mark.parametrize(
    ("tag", "status", "code"),
    [
        (None, 428, "if_match_missing"),
        ("nonsense", 400, "bad_if_match"),
        ('"a" "b"', 400, "bad_if_match"),
        ('"other"', 412, "changed_since"),
        ("W/{}", 412, "changed_since"),
    ],
)
def test_without_the_right_tag_nothing_is_changed(
    editor: Editor, tag: str | None, status: int, code: str
) -> None:
    segment = editor.read()["segments"][0]
    headers = {} if tag is None else {"If-Match": tag.format(segment["etag"])}
    answer = editor.client.patch(
        f"{editor.address}/segments/{segment['id']}", json={"text": "No."}, headers=headers
    )
    assert_problem(answer, status, code)
    assert editor.texts() == [HEARD] * 3


def test_a_list_of_tags_the_tag_of_the_whole_and_a_star_are_understood(editor: Editor) -> None:
    whole = editor.read()
    segment = whole["segments"][0]
    assert editor.patch(segment["id"], f'"x",{segment["etag"]}', text="1").status_code == 200
    assert editor.patch(segment["id"], whole["etag"], text="2").status_code == 412
    assert editor.patch(segment["id"], editor.read()["etag"], text="3").status_code == 200
    assert editor.patch(segment["id"], "*", text="4").status_code == 200
    assert editor.texts()[0] == "4"


@pytest.mark.chapter(28)
@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"text": "a\0b"}, "control_character"),
        ({"text": "a\x1bb"}, "control_character"),
        ({"text": "a\x85b"}, "control_character"),
        ({"text": "x" * 5001}, "text_too_long"),
        ({"text": "x" * 20_001}, "invalid_request"),
        ({"speaker": "x" * 65}, "text_too_long"),
        ({"speaker": "a\0"}, "control_character"),
        ({}, "invalid_request"),
        ({"txt": "a"}, "invalid_request"),
        ({"text": None}, "invalid_request"),
        ({"text": 5}, "invalid_request"),
    ],
)
def test_text_that_cannot_be_kept_is_refused(
    editor: Editor, body: dict[str, object], code: str
) -> None:
    assert_problem(editor.edit(0, **body), 422, code)
    assert editor.texts() == [HEARD] * 3
    assert editor.revisions() == []


def test_half_a_character_is_refused(editor: Editor) -> None:
    segment = editor.read()["segments"][0]
    answer = editor.client.patch(
        f"{editor.address}/segments/{segment['id']}",
        content=b'{"text": "\\ud800"}',
        headers={"If-Match": segment["etag"], "Content-Type": "application/json"},
    )
    assert_problem(answer, 422, "invalid_request")


def test_an_empty_text_says_that_nothing_was_said(editor: Editor) -> None:
    editor.edit(1, text=" ")
    found = editor.read()
    assert (found["segments"][1]["text"], found["segments"][1]["words"]) == ("", [])
    assert found["text"] == f"{HEARD} {HEARD}"
    assert editor.client.get(f"{editor.address}/export?format=srt").text.count("wahaka") == 2
    editor.edit(1, text=RIGHT)
    assert editor.texts() == [HEARD, RIGHT, HEARD]


def test_a_speaker_is_named_and_forgotten_without_touching_the_words(editor: Editor) -> None:
    before = editor.read()["segments"][0]["words"]
    editor.edit(0, speaker=" Ana  Lund ")
    assert editor.read()["segments"][0]["speaker"] == "Ana Lund"
    assert editor.read()["text"] == f"{HEARD}\n\n{HEARD} {HEARD}"
    editor.edit(0, speaker=None)
    segment = editor.read()["segments"][0]
    assert (segment["speaker"], segment["words"], segment["edited"]) == (None, before, False)


def test_nothing_changed_is_no_revision(editor: Editor) -> None:
    answer = editor.edit(0, text=HEARD, speaker=None)
    assert (answer.status_code, answer.json()["revision"]) == (200, None)
    assert editor.revisions() == []


def test_typed_back_it_is_the_machines_again(editor: Editor) -> None:
    before = editor.read()["segments"][0]
    editor.edit(0, text="Something else.")
    editor.edit(0, text=HEARD)
    now = editor.read()
    assert {**now["segments"][0], "etag": None} == {**before, "etag": None}
    assert now["corrected"] == 0


@pytest.mark.parametrize("state", ["queued", "running", "failed", "cancelled"])
def test_only_a_finished_transcript_is_corrected(
    client: TestClient, rows: Rows, state: str
) -> None:
    job = rows.in_state(state)
    answer = client.patch(
        f"{PATH}/{job}/segments/seg_x", json={"text": "No."}, headers={"If-Match": "*"}
    )
    assert_problem(answer, 409, "not_ready")


def test_what_is_not_there_is_not_found(editor: Editor, rows: Rows) -> None:
    other = rows.prepared(1)
    rows.recognise_all()
    theirs = Editor(editor.client, other).read()["segments"][0]
    assert_problem(editor.patch("seg_nothing", "*", text="a"), 404, "segment_not_found")
    assert_problem(editor.patch(theirs["id"], "*", text="a"), 404, "segment_not_found")
    nowhere = Editor(editor.client, "tr_nothing")
    assert_problem(nowhere.patch(theirs["id"], "*", text="a"), 404, "transcription_not_found")


def test_the_description_of_the_api_names_the_header(client: TestClient) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    edit = paths[f"{PATH}/{{transcription_id}}/segments/{{segment_id}}"]["patch"]
    names = [parameter["name"] for parameter in edit["parameters"]]
    assert names == ["transcription_id", "segment_id", "If-Match"]
    assert {"200", "409", "412", "422", "428"} <= set(edit["responses"])


def test_a_segment_is_read_by_itself_with_its_tag(editor: Editor) -> None:
    segment = editor.read()["segments"][2]
    answer = editor.client.get(f"{editor.address}/segments/{segment['id']}")
    assert answer.json() == segment
    assert answer.headers["etag"] == segment["etag"]


def test_an_unchanged_transcript_is_not_sent_again(editor: Editor) -> None:
    tag = editor.read()["etag"]
    known = {"If-None-Match": tag}
    unchanged = editor.client.get(editor.address, headers=known)
    assert (unchanged.status_code, unchanged.headers["etag"]) == (304, tag)
    assert unchanged.headers["cache-control"] == "private, no-cache", "a browser asks each time"
    editor.edit(0, text="New.")
    assert editor.client.get(editor.address, headers=known).status_code == 200


def test_a_split_has_the_times_of_its_words(editor: Editor) -> None:
    was = editor.read()["segments"][1]
    made = editor.split(1, word=3).json()
    first, second = made["segments"]
    assert (first["id"], first["text"], second["text"]) == (
        was["id"], "We used the", "wahaka blinder decomposition.",
    )  # fmt: skip
    assert (first["start"], first["end"]) == (was["start"], was["words"][2]["end"])
    assert (second["start"], second["end"]) == (was["words"][3]["start"], was["end"])
    assert first["words"] + second["words"] == was["words"]
    assert editor.read()["segments"][1:3] == [first, second]
    assert editor.patch(second["id"], second["etag"], text="Oaxaca.").status_code == 200


@pytest.mark.parametrize("offset", [11, 12])
def test_a_split_at_a_character_is_one_at_the_border_beside_it(editor: Editor, offset: int) -> None:
    made = editor.split(0, offset=offset).json()
    assert [part["text"] for part in made["segments"]] == [
        "We used the", "wahaka blinder decomposition.",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "where", [{"word": 0}, {"word": 6}, {"offset": 0}, {"offset": 5}, {"offset": 99}]
)
def test_no_split_without_words_on_both_sides(editor: Editor, where: dict[str, int]) -> None:
    assert_problem(editor.split(0, **where), 422, "no_border")
    assert len(editor.texts()) == 3


@pytest.mark.parametrize("where", [{}, {"word": 1, "offset": 2}, {"word": -1}])
def test_a_split_says_where_once(editor: Editor, where: dict[str, int]) -> None:
    assert_problem(editor.split(0, **where), 422, "invalid_request")


def test_neighbours_become_one_and_the_others_id_is_gone(editor: Editor) -> None:
    one, two, three = editor.read()["segments"]
    made = editor.merge(1, 0).json()
    joined = made["segments"][0]
    assert (joined["id"], made["gone"]) == (one["id"], [two["id"]])
    assert joined["text"] == f"{HEARD} {HEARD}"
    assert (joined["start"], joined["end"]) == (one["start"], two["end"])
    assert joined["words"] == one["words"] + two["words"]
    assert editor.read()["segments"] == [joined, three]
    late = assert_problem(editor.patch(two["id"], two["etag"], text="Mine."), 412, "changed_since")
    assert late["segments"] == [joined]
    gone = editor.client.get(f"{editor.address}/segments/{two['id']}")
    assert_problem(gone, 404, "segment_merged")


def test_what_does_not_belong_together_is_not_merged(editor: Editor) -> None:
    assert_problem(editor.merge(0, 2), 422, "not_neighbours")
    assert_problem(editor.merge(1, 1), 422, "not_neighbours")
    editor.edit(1, speaker="Ana")
    assert_problem(editor.merge(0, 1), 422, "speakers_differ")
    editor.edit(0, text="x" * 3000)
    editor.edit(1, text="x" * 3000, speaker=None)
    assert_problem(editor.merge(0, 1), 422, "text_too_long")


def test_merging_takes_the_tags_of_all(editor: Editor) -> None:
    segments = editor.read()["segments"]
    answer = editor.client.post(
        f"{editor.address}/segments/merge",
        json={"ids": [segment["id"] for segment in segments[:2]]},
        headers={"If-Match": segments[0]["etag"]},
    )
    assert len(assert_problem(answer, 412, "changed_since")["segments"]) == 2


def test_a_retry_is_refused_and_takes_no_correction(editor: Editor) -> None:
    editor.edit(0, text=RIGHT)
    assert_problem(editor.client.post(f"{editor.address}/retry"), 409, "not_retryable")
    assert editor.texts()[0] == RIGHT


def test_a_lost_answer_does_not_make_a_correction_stale(
    editor: Editor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The commit was done, the connection dropped: the work is done again and finds it done."""
    lose_an_answer(monkeypatch)
    answer = editor.split(0, word=2)
    assert answer.status_code == 200, answer.text
    assert [part["text"] for part in answer.json()["segments"]] == [
        "We used", "the wahaka blinder decomposition.",
    ]  # fmt: skip
    assert len(editor.texts()) == 4
    assert len(editor.revisions()) == 1

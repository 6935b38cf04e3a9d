"""A recording heard again: the new job, both texts beside each other, corrections carried over."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from app.context import Context
from app.previews.differences import Word
from app.recordings.tables import Recording
from app.review.beside import MOST_S, Heard, stretches
from app.transcriptions.tables import SegmentRow
from tests.support import media
from tests.support.edits import PATH, Editor, lose_an_answer
from tests.support.problems import assert_problem
from tests.support.rows import Rows

HEARD = ["We used the wahaka blinder method.", "It was late again.", "Nobody spoke at all."]
RIGHT = "We used the Oaxaca blinder method."


def finish(rows: Rows, job: str, texts: list[str]) -> None:
    """Let the models hear one window for each text."""
    held = rows.begin(job)
    assert held is not None
    rows.add_windows(held, range(len(texts)))
    rows.finish(held)
    left = list(texts)
    while windows := rows.leased(1):
        rows.complete(windows, left.pop(0))
    assert rows.job(job).status == "succeeded"


@pytest.fixture
def first(client: TestClient, rows: Rows) -> Editor:
    job = rows.submit()
    finish(rows, job, HEARD)
    return Editor(client, job)


def again(editor: Editor, rows: Rows, texts: list[str]) -> Editor:
    answer = editor.client.post(f"{editor.address}/again", json={})
    assert answer.status_code == 202, answer.text
    finish(rows, answer.json()["id"], texts)
    return Editor(editor.client, answer.json()["id"])


def carry(new: Editor, old: Editor) -> dict[str, Any]:
    answer = new.whole(f"edits-from/{old.job}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def beside(one: Editor, other: Editor) -> dict[str, Any]:
    answer = one.client.get(f"{one.address}/compare", params={"with": other.job})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_a_recording_is_heard_again_as_it_was_asked_for_unless_said_otherwise(
    client: TestClient,
) -> None:
    files = {"file": ("talk.wav", media.speech_like_wav(2))}
    fields = {"model": "tiny.en", "language": "en", "keywords[]": ["Kästner"]}
    old = client.post(PATH, files=files, data=fields).json()
    answer = client.post(f"{PATH}/{old['id']}/again", json={})
    assert answer.status_code == 202
    new = client.get(answer.headers["location"]).json()
    assert new["id"] != old["id"]
    assert new["recording_id"] == old["recording_id"]
    assert new["options"] == {"language": "en", "keywords": ["Kästner"]}
    assert (new["status"], new["instead_of"]) == ("queued", None)
    body = {"model": "tiny.en", "language": None, "keywords": []}
    other = client.post(f"{PATH}/{old['id']}/again", json=body).json()
    options = client.get(f"{PATH}/{other['id']}").json()["options"]
    assert options == {"language": None, "keywords": []}
    assert other["model"]["name"] == "tiny.en"


def test_a_domain_is_kept_changed_or_left_out(client: TestClient) -> None:
    terms = [{"term": "Oaxaca-Blinder"}]
    client.post("/v1/domains", json={"name": "housing", "terms": terms})
    files = {"file": ("talk.wav", media.speech_like_wav(2))}
    old = client.post(PATH, files=files, data={"keywords[]": "Gini", "domain": "housing"}).json()
    kept = client.post(f"{PATH}/{old['id']}/again", json={}).json()
    assert kept["domain"]["name"] == "housing"
    plain = client.post(f"{PATH}/{old['id']}/again", json={"domain": None}).json()
    assert plain["domain"] is None
    assert client.get(f"{PATH}/{plain['id']}").json()["options"]["keywords"] == ["Gini"]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"model": "huge"}, 422, "unknown_model"),
        ({"language": "klingon"}, 422, "unknown_language"),
        ({"domain": "nowhere"}, 404, "domain_not_found"),
        ({"speakers": 2}, 422, "invalid_request"),
    ],
)
def test_a_wrong_wish_queues_nothing(
    first: Editor, body: dict[str, Any], status: int, code: str
) -> None:
    assert_problem(first.client.post(f"{first.address}/again", json=body), status, code)
    assert len(first.client.get(PATH).json()["items"]) == 1


def test_differences_are_told_by_time_and_corrections_by_agreement(
    first: Editor, rows: Rows
) -> None:
    second = again(first, rows, [RIGHT.lower(), "It was late again.", "Somebody spoke at all."])
    first.edit(0, text=RIGHT)
    first.edit(2, text="Nobody spoke there.")
    found = beside(first, second)
    assert [(each["text"], each["other"]) for each in found["differences"]] == [
        ("Nobody spoke there.", "Somebody spoke at all."),
    ]  # fmt: skip
    assert found["differences"][0]["start"] == 40
    told = [(each["text"], each["other"], each["agrees"]) for each in found["corrections"]]
    assert told == [
        (RIGHT, RIGHT, True),
        ("Nobody spoke there.", "Somebody spoke at all.", False),
    ]
    assert [each["machine_text"] for each in found["corrections"]] == [HEARD[0], HEARD[2]]
    assert found["agree"] == 1
    assert (found["words"], found["other_words"]) == (13, 14)
    assert found["agreement"] == pytest.approx(2 * 11 / 27)


def test_passages_are_all_of_both_texts_and_say_who_was_here(first: Editor, rows: Rows) -> None:
    second = again(first, rows, [RIGHT, "It was late again.", "Somebody spoke at all."])
    first.edit(0, text="We used it.")
    second.edit(2, text="Somebody spoke.")
    found = beside(first, second)
    for side, editor in (("text", first), ("other", second)):
        whole = "".join(span["text"] for part in found["passages"] for span in part[side])
        assert whole.split() == " ".join(editor.texts()).split()
    assert [part["start"] for part in found["passages"]] == [0, 20]
    assert [part["corrected"] for part in found["passages"]] == [True, False]
    assert [part["other_corrected"] for part in found["passages"]] == [False, True]
    for number, place in enumerate(found["differences"]):
        for side in ("text", "other"):
            marked = [
                span["text"]
                for part in found["passages"]
                for span in part[side]
                if span["difference"] == number
            ]
            assert "".join(marked).strip() == place[side]
    assert len(found["differences"]) == 2


def test_transcripts_of_one_recording_are_listed(first: Editor, rows: Rows) -> None:
    second = again(first, rows, HEARD)
    rows.submit()
    recording = rows.job(first.job).recording_id
    told = first.client.get(PATH, params={"recording": recording}).json()["items"]
    assert [each["id"] for each in told] == [second.job, first.job]
    assert first.client.get(PATH, params={"recording": "rec_nothing"}).json()["items"] == []


def test_only_finished_transcripts_of_the_same_sound_are_compared(
    first: Editor, rows: Rows, context: Context
) -> None:
    def refused(other: str, status: int, code: str) -> None:
        answer = first.client.get(f"{first.address}/compare", params={"with": other})
        assert_problem(answer, status, code)

    refused(first.job, 422, "same_transcription")
    refused("tr_nothing", 404, "transcription_not_found")
    waiting = first.client.post(f"{first.address}/again", json={}).json()["id"]
    refused(waiting, 409, "not_ready")
    finish(rows, waiting, HEARD)
    strange = rows.submit()
    finish(rows, strange, HEARD)
    with context.database.write() as session:
        query = select(Recording).where(Recording.id == rows.job(strange).recording_id)
        session.exec(query).one().samples_sha256 = "1" * 64
    refused(strange, 422, "another_recording")
    assert_problem(first.client.get(f"{first.address}/compare"), 422, "invalid_request")


def test_corrections_are_carried_over_where_the_machine_wrote_the_same(
    first: Editor, rows: Rows
) -> None:
    second = again(first, rows, [HEARD[0], "It was late, again.", "Somebody spoke."])
    first.edit(0, text=RIGHT)
    first.edit(1, text="It was far too late again.")
    first.edit(2, text="Nobody spoke there.")
    made = carry(second, first)
    assert [each["text"] for each in made["applied"]] == [RIGHT, "It was far too late again."]
    assert [(each["text"], each["reason"]) for each in made["left"]] == [
        ("Nobody spoke there.", "heard differently"),
    ]  # fmt: skip
    assert second.texts() == [RIGHT, "It was far too late again.", "Somebody spoke."]
    assert second.read()["etag"] == made["etag"]
    [revision] = second.revisions()
    assert (revision["kind"], len(revision["after"])) == ("carried over", 2)
    once_more = carry(second, first)
    assert once_more["applied"] == []
    reasons = [each["reason"] for each in once_more["left"]]
    assert reasons == ["agrees", "agrees", "heard differently"]
    assert second.restore(0).status_code == 200
    assert second.texts()[0] == HEARD[0]


def test_a_correction_finds_its_words_inside_a_longer_segment(
    first: Editor, rows: Rows, context: Context
) -> None:
    second = again(first, rows, HEARD)
    with context.database.write() as session:  # as a model that makes longer segments
        query = select(SegmentRow).where(SegmentRow.transcription_id == second.job)
        one, two, _ = sorted(session.exec(query), key=lambda row: row.start_s)
        one.text = one.machine_text = f"{one.text} {two.text}"
        one.words, one.end_s = [*one.words, *two.words], two.end_s
        session.delete(two)
    first.edit(1, text="It was far too late.")
    first.edit(0, text=RIGHT)
    assert len(carry(second, first)["applied"]) == 2
    assert second.texts()[0] == f"{RIGHT} It was far too late."
    words = second.read()["segments"][0]["words"]
    assert [word["edited"] for word in words[:5]] == [False, False, False, True, False]
    assert words[0]["start"] == 0
    assert words[6]["start"] == pytest.approx(20)


def test_what_was_split_or_only_given_a_speaker_is_left_to_a_person(
    first: Editor, rows: Rows
) -> None:
    second = again(first, rows, HEARD)
    part = first.split(0, word=3).json()["segments"][1]
    first.patch(part["id"], part["etag"], text="Oaxaca blinder method.")
    made = carry(second, first)
    assert made["applied"] == []
    assert [each["reason"] for each in made["left"]] == ["agrees", "other borders"]
    assert second.texts() == HEARD


def test_a_lost_answer_tells_what_was_carried_over(
    first: Editor, rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    second = again(first, rows, [HEARD[0], "Something else.", HEARD[2]])
    first.edit(0, text=RIGHT)
    first.edit(1, text="It was early.")
    lose_an_answer(monkeypatch)
    made = carry(second, first)
    assert [each["text"] for each in made["applied"]] == [RIGHT]
    assert [each["reason"] for each in made["left"]] == ["heard differently"]
    assert len(second.revisions()) == made["revision"] == 1


def test_nobodys_work_in_the_new_transcript_is_touched(first: Editor, rows: Rows) -> None:
    second = again(first, rows, HEARD)
    first.edit(0, text=RIGHT)
    second.edit(0, text="We used the wahaka blinder method!")
    made = carry(second, first)
    assert (made["applied"], made["revision"]) == ([], None)
    assert [each["reason"] for each in made["left"]] == ["edited here"]
    assert second.texts()[0] == "We used the wahaka blinder method!"


def plan(new: Editor, old: Editor) -> dict[str, Any]:
    answer = new.client.get(f"{new.address}/edits-from/{old.job}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    assert answer.headers["etag"] == found["etag"]
    return found


def take(new: Editor, old: Editor, *sources: str, etag: str | None = None) -> Any:
    return new.client.post(
        f"{new.address}/edits-from/{old.job}",
        json={"take": list(sources)},
        headers={"If-Match": etag or new.read()["etag"]},
    )


def test_a_plan_changes_nothing_and_says_what_carrying_over_does(first: Editor, rows: Rows) -> None:
    second = again(first, rows, [HEARD[0], HEARD[1], "Somebody spoke."])
    first.edit(0, text=RIGHT)
    first.edit(2, text="Nobody spoke there.")
    found = plan(second, first)
    assert [each["text"] for each in found["applied"]] == [RIGHT]
    [left] = found["left"]
    assert (left["reason"], left["text"]) == ("heard differently", "Nobody spoke there.")
    assert (left["other"], left["takeable"]) == ("Somebody spoke.", True)
    assert second.texts()[0] == HEARD[0]
    assert second.revisions() == []
    made = take(second, first, etag=found["etag"]).json()
    assert (made["applied"], made["left"]) == (found["applied"], found["left"])


def test_a_doubtful_correction_is_taken_when_a_person_says_so(first: Editor, rows: Rows) -> None:
    second = again(first, rows, [HEARD[0], HEARD[1], "Somebody spoke."])
    first.edit(0, text=RIGHT)
    first.edit(2, text="Nobody spoke there.")
    second.edit(0, text="We used the wahaka method.")
    wanted = [each["source"] for each in plan(second, first)["left"]]
    made = take(second, first, *wanted).json()
    assert [each["source"] for each in made["applied"]] == wanted
    assert made["left"] == []
    assert second.texts() == [RIGHT, HEARD[1], "Nobody spoke there."]
    [carried, _] = second.revisions()
    assert (carried["kind"], len(carried["after"])) == ("carried over", 2)
    assert [each["reason"] for each in plan(second, first)["left"]] == ["agrees", "agrees"]


def test_what_is_taken_goes_over_several_segments_and_keeps_what_is_around(
    first: Editor, rows: Rows
) -> None:
    second = again(first, rows, ["We used the Oaxaca way, really.", HEARD[1], HEARD[2]])
    assert second.split(0, word=3).status_code == 200
    first.edit(0, text="We did not.")
    first.edit(1, text="It was far too late again.")
    [left] = plan(second, first)["left"]
    made = take(second, first, left["source"]).json()
    assert len(made["applied"]) == 2
    assert second.texts() == ["We did not.", "", "It was far too late again.", HEARD[2]]
    assert second.read()["text"].split() == ("We did not. It was far too late again. "
                                             + HEARD[2]).split()  # fmt: skip


def test_a_border_that_was_heard_a_little_later_doubles_no_word(
    first: Editor, rows: Rows, context: Context
) -> None:
    second = again(first, rows, ["We used the. It", "was far from late.", HEARD[2]])
    with context.database.write() as session:  # the last word ends where the next sentence begins
        query = select(SegmentRow).where(SegmentRow.transcription_id == second.job)
        one, two, _ = sorted(session.exec(query), key=lambda row: row.start_s)
        one.text = one.machine_text = f"{one.text} {two.text}"
        border = [" It", 19.5, 19.9, 0.9]
        one.words, one.end_s = [*one.words[:-1], border, *two.words], two.end_s
        session.delete(two)
    first.edit(1, text="It was too late again.")
    [left] = plan(second, first)["left"]
    assert left["other"] == "It was far from late."
    assert take(second, first, left["source"]).status_code == 200
    assert second.texts()[0] == "We used the. It was too late again."


def test_what_is_no_doubtful_correction_cannot_be_taken(first: Editor, rows: Rows) -> None:
    second = again(first, rows, [RIGHT, *HEARD[1:]])
    first.edit(0, text=RIGHT)
    agrees = plan(second, first)["left"][0]
    assert (agrees["reason"], agrees["takeable"]) == ("agrees", False)
    for wrong in (agrees["source"], "seg_nothing"):
        assert_problem(take(second, first, wrong), 422, "nothing_to_take")
    assert second.revisions() == []


def test_carrying_over_takes_the_tag_and_an_open_transcript(first: Editor, rows: Rows) -> None:
    second = again(first, rows, HEARD)
    first.edit(0, text=RIGHT)
    old = second.read()["etag"]
    second.edit(1, text="New.")
    assert_problem(second.whole(f"edits-from/{first.job}", old), 412, "changed_since")
    second.whole("finalise")
    assert_problem(second.whole(f"edits-from/{first.job}"), 409, "final")


def spoken(count: int, pause_every: int = 0, wrong: int | None = None) -> list[Word]:
    """A word a second, with a pause of half a second before some."""
    found = []
    for n in range(count):
        late_s = 0.5 if pause_every and n % pause_every == 0 else 0.0
        text = " other" if n == wrong else f" w{n}"
        found.append(Word(text, n + late_s, n + 1.0, False))
    return found


@pytest.mark.parametrize("pause_every", [0, 10])
def test_long_texts_are_compared_in_stretches_that_miss_no_word(pause_every: int) -> None:
    one, other = spoken(2000, pause_every), spoken(2000, pause_every, wrong=700)
    parts = list(stretches(one, other))
    assert [word for part, _ in parts for word in part] == one
    assert [word for _, part in parts for word in part] == other
    assert all(len(part) <= MOST_S + 2 for part, _ in parts)
    assert len(parts) >= 2000 / MOST_S
    assert sum([w.text for w in a] != [w.text for w in b] for a, b in parts) == 1
    assert list(stretches([], other)) == [([], other)]


def test_agreement_allows_for_times_a_little_off_and_for_nothing_else() -> None:
    heard = Heard(spoken(20))
    assert heard.says("W5, w6 w7", 5.2, 7.8)
    assert not heard.says("w5 w7", 5.2, 7.8)
    assert not heard.says("w5 w6", 5.2, 7.8)
    assert not heard.says("w12", 5.2, 7.8)
    assert not heard.says("", 5.2, 7.8)
    assert heard.says("", 25.0, 27.0)

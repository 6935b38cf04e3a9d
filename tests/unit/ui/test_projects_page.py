"""The Projects page in each of its states."""

from __future__ import annotations

from typing import Any

import pandas  # noqa: F401 (loaded before a page's time runs: tables need it)
import pytest

from tests.unit.ui.fake_client import MADE, SCRIPT, job, recording
from ui import wire
from ui import wire_projects as projects
from ui.client import ApiError


def project(name: str = "Care", **changed: Any) -> projects.Project:
    facts: dict[str, Any] = {
        "id": "prj_1",
        "name": name,
        "terms": [],
        "speakers": [],
        "created_at": MADE,
        "etag": '"prj_1.0"',
        "progress": {},
    }
    return projects.Project.model_validate(facts | changed)


def waiting(number: int, *, of: str | None = None) -> projects.Waiting:
    same = {
        "where": "project",
        "recording": "rec_0",
        "name": "first.wav",
        "transcription": of,
        "status": "succeeded",
    }
    return projects.Waiting.model_validate(
        {
            "recording": recording(f"rec_{number}", name=f"talk {number}.wav").model_dump(),
            "duplicates": [same] if of else [],
            "included": True,
        }
    )


class FakeProjects:
    """What the API knows of one project; `calls` says what was changed."""

    def __init__(self) -> None:
        self.items: list[projects.Project] = []
        self.waiting: list[projects.Waiting] = []
        self.jobs: list[wire.Transcription] = []
        self.calls: list[tuple[Any, ...]] = []
        self.left: list[projects.LeftOut] = []

    def projects(self, cursor: str | None = None) -> projects.Projects:
        return projects.Projects(items=self.items, next=None)

    def project(self, project_id: str) -> projects.Project:
        for each in self.items:
            if each.id == project_id:
                return each
        raise ApiError("project_not_found", "There is no such project.", 404)

    def make_project(self, name: str, **settings: Any) -> projects.Project:
        self.calls.append(("make", name, settings))
        self.items.append(project(name))
        return self.items[-1]

    def change_project(self, project_id: str, etag: str, **settings: Any) -> projects.Project:
        self.calls.append(("change", project_id, etag, settings))
        return self.items[-1]

    def delete_project(self, project_id: str, transcripts: str | None = None) -> None:
        self.calls.append(("delete", project_id, transcripts))
        self.items.clear()

    def project_transcripts(
        self, project_id: str, *, limit: int = 50, cursor: str | None = None
    ) -> wire.Page:
        return wire.Page(items=list(self.jobs), next=None)

    def batch(self, project_id: str, *, exclude=(), duplicates="ask") -> projects.Batch:
        assert duplicates == "again"
        count = sum(each.recording.id not in exclude for each in self.waiting)
        return projects.Batch.model_validate(
            {
                "items": [each.model_dump() for each in self.waiting],
                "count": count,
                "duplicates": 0,
                "audio_minutes": 50.0 * count,
                "unknown_lengths": 0,
                "cost": None,
                "finish_in_s": 20.0,
                "finish_at": MADE,
                "deletion_at": MADE,
                "fits": count,
                "model": "whisper-base",
                "measured": True,
                "location": "this computer",
            }
        )

    def start_batch(self, project_id: str, *, exclude=(), duplicates="ask") -> projects.Start:
        self.calls.append(("start", project_id, list(exclude), duplicates))
        return projects.Start(started=[], left_out=self.left)

    def take_out_of_project(self, project_id: str, recording_id: str) -> None:
        self.calls.append(("take out", recording_id))

    def move_into_project(self, project_id: str, transcription_id: str) -> None:
        self.calls.append(("in", transcription_id))

    def move_out_of_project(self, project_id: str, transcription_id: str) -> None:
        self.calls.append(("out", transcription_id))


@pytest.fixture
def known(fake, monkeypatch) -> FakeProjects:
    """The fake client knows projects, too."""
    made = FakeProjects()
    for name in dir(FakeProjects):
        if not name.startswith("_"):
            monkeypatch.setattr(fake, name, getattr(made, name), raising=False)
    return made


def primary(test) -> list[str]:
    return [button.label for button in test.button if button.proto.type == "primary"]


def test_an_empty_list_says_what_will_be_here_and_the_one_thing_to_do(open_page, known, words):
    test = open_page("projects")
    assert "Your projects will be listed here." in words(test)
    assert primary(test) == ["New project"]


def test_the_list_says_how_far_each_is(open_page, known, words):
    told = {"succeeded": 27, "running": 1, "queued": 12, "audio_s": 7200, "done_s": 3600}
    known.items = [project(progress=told | {"eta_seconds": 10})]
    test = open_page("projects")
    assert "27 of 40 ready · 1 h 00 min of 2 h 00 min · ready in under a minute" in words(test)
    assert [link.proto.query_string for link in test.page_link] == ["id=prj_1"]


def test_a_project_is_made_with_what_its_recordings_share(open_page, known):
    test = open_page("projects", new="1")
    assert test.button(key="make-project").disabled
    test.text_input(key="project-name").input("Care").run()
    test.text_area(key="project-terms").input("Nzara\n\ntime-use diary").run()
    test.number_input(key="project-days").set_value(90).run()
    test.button(key="make-project").click().run()
    [(verb, name, settings)] = known.calls
    assert (verb, name) == ("make", "Care")
    assert settings == {
        "domain": None,
        "language": None,
        "terms": ["Nzara", "time-use diary"],
        "speakers": [],
        "retention_days": 90,
    }


def test_before_the_start_minutes_cost_end_and_deletion_are_told(open_page, known, words):
    known.items, known.waiting = [project(retention_days=90)], [waiting(1), waiting(2)]
    test = open_page("projects", id="prj_1")
    said = words(test)
    assert "100.0 min of audio · no price is set · ready in under a minute" in said
    assert "deleted on 3 November 2026" in said
    assert "transcripts are deleted 90 days after they are finished" in said
    assert primary(test) == ["Transcribe 2 recordings"]
    test.button(key="start-project").click().run()
    assert known.calls == [("start", "prj_1", [], "again")]


@pytest.mark.chapter(16)
def test_a_duplicate_is_pointed_out_and_left_out_until_it_is_ticked(open_page, known, words):
    known.items = [project()]
    known.waiting = [waiting(1), waiting(2, of="tr_old")]
    test = open_page("projects", id="prj_1")
    assert "1 recording is here already" in words(test)
    assert "id=tr_old" in {link.proto.query_string for link in test.page_link}
    assert primary(test) == ["Transcribe 1 recording"]
    test.button(key="start-project").click().run()
    assert known.calls == [("start", "prj_1", ["rec_2"], "again")]
    assert test.button(key="remove-others").label == "Remove the other"
    test.button(key="remove-others").click().run()
    assert known.calls[1:] == [("take out", "rec_2")]


def test_when_nothing_is_ticked_taking_away_is_the_one_action(open_page, known, words):
    known.items = [project(progress={"succeeded": 1, "waiting": 1})]
    known.waiting = [waiting(1, of="tr_old")]
    test = open_page("projects", id="prj_1")
    assert "Nothing is ticked." in words(test)
    assert primary(test) == []
    assert 'class="l-button" href="/api/projects' in words(test)


def test_what_could_not_be_started_is_said(open_page, known, words):
    known.items, known.waiting = [project()], [waiting(1)]
    known.left = [
        projects.LeftOut(recording="rec_1", name="talk 1.wav", code="queue_full", detail="Later.")
    ]
    test = open_page("projects", id="prj_1")
    test.button(key="start-project").click().run()
    assert "talk 1.wav could not be started and still waits below. Later." in words(test)


def test_transcripts_are_listed_taken_out_and_taken_away(open_page, known, words):
    known.items = [project(progress={"succeeded": 1, "audio_s": 600, "done_s": 600})]
    known.jobs = [job("tr_ok")]
    test = open_page("projects", id="prj_1")
    said = words(test)
    assert '/api/projects/prj_1/export?format=docx&amp;preset=transcript"' in said
    assert "Download 1 transcript as ZIP" in said
    assert 'class="l-button" href="/api/projects' in said
    test.button(key="out-tr_ok").click().run()
    assert known.calls == [("out", "tr_ok")]


def test_one_primary_action_while_something_waits(open_page, known, words):
    known.items = [project(progress={"succeeded": 1, "waiting": 1})]
    known.waiting = [waiting(1)]
    test = open_page("projects", id="prj_1")
    assert primary(test) == ["Transcribe 1 recording"]
    assert '<a href="/api/projects/prj_1/export' in words(test)


def test_settings_are_saved_with_the_state_that_was_seen(open_page, known):
    known.items = [project(speakers=["A"], terms=["B"])]
    test = open_page("projects", id="prj_1")
    test.text_input(key="project-name").input("New").run()
    test.button(key="save-project").click().run()
    [(verb, _, etag, settings)] = known.calls
    assert (verb, etag) == ("change", '"prj_1.0"')
    assert (settings["name"], settings["speakers"], settings["terms"]) == ("New", ["A"], ["B"])


def test_a_transcript_is_moved_in(open_page, known, fake):
    known.items, fake.jobs = [project()], [job("tr_a"), job("tr_b", project="prj_1")]
    test = open_page("projects", id="prj_1")
    test.selectbox(key="move-in").select("tr_a").run()
    test.button(key="move-in-now").click().run()
    assert known.calls == [("in", "tr_a")]


@pytest.mark.chapter(28)
def test_deleting_asks_what_becomes_of_the_transcripts(open_page, known, words):
    known.items = [project(progress={"succeeded": 2})]
    test = open_page("projects", id="prj_1")
    test.button(key="delete-project").click().run()
    assert test.button(key="delete-yes").disabled
    assert test.radio(key="delete-what").value is None
    assert known.calls == []


def test_an_empty_project_is_deleted_at_one_word(open_page, known):
    known.items = [project()]
    test = open_page("projects", id="prj_1")
    test.button(key="delete-project").click().run()
    test.button(key="delete-yes").click().run()
    assert known.calls == [("delete", "prj_1", None)]


def test_a_project_that_is_not_there(open_page, known, words):
    test = open_page("projects", id="prj_none")
    assert "There is no such project." in words(test)
    assert [link.label for link in test.page_link] == ["All projects"]


@pytest.mark.chapter(28)
def test_names_of_other_people_stay_text(open_page, known, words):
    known.items, known.waiting = [project(SCRIPT)], [waiting(1, of="tr_x")]
    test = open_page("projects", id="prj_1")
    assert "<script" not in words(test)
    assert "&lt;script&gt;" in words(test)

"""Sharing by link: what a link opens, to whom, until when, and what is written down of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app import clock
from app.context import Context
from app.main import create_app
from app.sharing import access, guest_routes
from app.sharing.tables import Comment, Role, Share, ShareEvent
from tests.support.answers import Answers
from tests.support.edits import PATH, Editor
from tests.support.problems import assert_problem
from tests.support.rows import Rows
from tests.support.shared import Guest, Sharing

HEARD = "We used the wahaka blinder decomposition."
RIGHT = "We used the Oaxaca blinder decomposition."


@pytest.fixture
def sharing(client: TestClient, context: Context, rows: Rows) -> Iterator[Sharing]:
    job = rows.prepared(3)
    rows.recognise_all(HEARD)
    app = create_app(context.settings, context)
    with TestClient(app, "http://127.0.0.1", raise_server_exceptions=False) as stranger:
        answers = Answers(app.openapi())
        stranger.event_hooks["response"].append(answers.seen)
        yield Sharing(Editor(client, job), stranger)


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The clock, put forward by so many days, whatever the switch of the fault says."""
    monkeypatch.setattr("app.faults.service.put_forward", lambda _seconds: None)
    yield lambda days: clock.put_forward(86_400 * days)
    clock.put_forward(0)


def test_a_link_is_told_once_and_leads_to_the_page(sharing: Sharing) -> None:
    guest = sharing.make("comment", label="  Prof.  Lund ")
    told = guest.told
    assert told["link"] == f"http://127.0.0.1:8501/shared/{guest.share}#{guest.secret}"
    assert told["reach"] == "this computer"
    assert (told["role"], told["label"], told["state"]) == ("comment", "Prof. Lund", "open")
    listed = sharing.editor.client.get(sharing.address)
    assert [each["id"] for each in listed.json()["items"]] == [guest.share]
    assert guest.secret not in listed.text
    assert guest.secret not in sharing.editor.client.get(f"{sharing.address}/{guest.share}").text


@pytest.mark.chapter(28)
def test_the_secret_is_not_kept(sharing: Sharing, rows: Rows, context: Context) -> None:
    guest = sharing.make()
    assert len(guest.secret) * 6 >= 256 - 6
    assert sharing.make().secret != guest.secret
    guest.read()
    kept = [repr(row) for table in (Share, ShareEvent) for row in rows.all(table)]
    assert len(kept) == 3
    assert all(guest.secret not in each for each in kept)
    if not context.settings.database_url:
        files = [path.read_bytes() for path in context.settings.home.glob("lectern.db*")]
        assert files
        assert all(guest.secret.encode() not in each for each in files)


def test_a_public_address_is_where_links_lead(
    context: Context, sharing: Sharing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(context.settings.__dict__, "public_address", "https://lectern.example.org")
    guest = sharing.make()
    assert guest.told["link"].startswith(f"https://lectern.example.org/shared/{guest.share}#")
    assert guest.told["reach"] == "public address"


def test_a_guest_reads_hears_and_takes_away(sharing: Sharing) -> None:
    guest = sharing.make("view")
    found = guest.read()
    assert (found["role"], found["name"]) == ("view", "talk.wav")
    assert [segment["text"] for segment in found["segments"]] == [HEARD] * 3
    part = guest.get("/audio", headers={"Range": "bytes=1-2"})
    assert (part.status_code, part.content) == (206, b"ou")
    assert guest.get("/audio").content == b"sound"
    assert guest.send("HEAD", "/audio").headers["content-length"] == "5"
    srt = guest.get("/export?format=srt")
    assert srt.text.count("wahaka") == 3
    assert "srt" in {each["name"] for each in guest.get("/exports").json()["items"]}
    private = [guest.get().headers, part.headers, srt.headers]
    assert all("no-store" in each["cache-control"] for each in private)
    events = guest.get("/events")
    assert events.text.count("event: end") == 1


@pytest.mark.chapter(28)
def test_a_link_opens_nothing_but_what_its_role_allows(sharing: Sharing, rows: Rows) -> None:
    """Every operation of the API is tried with the secret of a link."""
    rows.running()
    of = {
        "view": {
            "open_shared", "read_shared", "follow_shared", "hear_shared", "list_shared_formats",
            "export_shared",
        },
    }  # fmt: skip
    of["comment"] = of["view"] | {"list_shared_comments", "add_shared_comment"}
    of["edit"] = of["comment"] | {"edit_shared", "split_shared", "merge_shared"}
    paths = sharing.stranger.get("/openapi.json").json()["paths"]
    for role, allowed in of.items():
        guest = sharing.make(role)
        answered = set()
        for path, operations in paths.items():
            for method, operation in operations.items():
                status = _tried(guest, sharing.editor.job, path, method)
                if status not in (401, 403, 404, 405):
                    answered.add(operation["operationId"])
        open_to_all = {"health_healthz", "health_readyz"}
        assert answered - open_to_all == allowed, role


def _tried(guest: Guest, job: str, path: str, method: str) -> int:
    segment = guest.read()["segments"][0]
    known = {
        "transcription_id": job,
        "share_id": guest.share,
        "segment_id": segment["id"],
        "number": "0",
    }
    for name, value in known.items():
        path = path.replace(f"{{{name}}}", value)
    while "{" in path:
        before, _, rest = path.partition("{")
        path = f"{before}x{rest.partition('}')[2]}"
    bodies: dict[str, Any] = {
        "/comments": {"segment": segment["id"], "text": "Said.", "author": "Ana"},
        "/split": {"word": 2},
        "/merge": {"ids": [each["id"] for each in guest.read()["segments"][:2]]},
    }
    body = next((each for end, each in bodies.items() if path.endswith(end)), {"text": HEARD})
    answer = guest.client.request(
        method,
        path,
        json=body if method in ("post", "put", "patch") else None,
        headers=guest.headers | {"If-Match": "*"},
    )
    return answer.status_code


@pytest.mark.chapter(28)
@pytest.mark.parametrize("other", ["job", "segment"])
def test_a_link_leads_to_no_other_transcript(sharing: Sharing, rows: Rows, other: str) -> None:
    guest = sharing.make("edit")
    job = rows.prepared(1)
    rows.recognise_all("Somebody else's secret.")
    theirs = Editor(sharing.editor.client, job)
    other_owner = Sharing(theirs, sharing.stranger)
    another = other_owner.make("edit")
    if other == "job":
        crossed = Guest(guest.client, another.share, guest.secret, {})
        assert_problem(crossed.get(), 404, "share_not_found")
        return
    segment = theirs.read()["segments"][0]
    assert_problem(guest.edit(segment, "No."), 404, "segment_not_found")
    assert_problem(guest.remark(segment["id"]), 404, "segment_not_found")
    assert theirs.texts() == ["Somebody else's secret."]
    assert other_owner.deeds(another) == []


@pytest.mark.chapter(28)
def test_who_has_no_secret_learns_nothing(sharing: Sharing, later: Any) -> None:
    open_, revoked, expired = (sharing.make(label=each) for each in "abc")
    sharing.revoke(revoked)
    wrong = [
        Guest(each.client, each.share, guess, {}).get()
        for each in (open_, revoked, expired)
        for guess in ("wrong", open_.secret[:-1], "x" * 200)
    ]
    wrong += [Guest(open_.client, "shr_never", open_.secret, {}).get()]
    later(15)
    wrong.append(Guest(expired.client, expired.share, "wrong", {}).get())
    for answer in wrong:
        assert_problem(answer, 404, "share_not_found")
    assert len({answer.json()["detail"] for answer in wrong}) == 1
    for share in (open_.share, "shr_never"):
        assert_problem(sharing.stranger.get(f"/v1/shared/{share}"), 401, "secret_missing")
    assert all(sharing.deeds(each) == [] for each in (open_, revoked, expired))


@pytest.mark.chapter(28)
def test_the_owners_token_is_not_a_links(sharing: Sharing, headers: dict[str, str]) -> None:
    guest = sharing.make()
    answer = sharing.stranger.get(f"/v1/shared/{guest.share}", headers=headers)
    assert_problem(answer, 404, "share_not_found")


def test_it_ends_by_the_clock(sharing: Sharing, later: Any) -> None:
    guest, longer = sharing.make(), sharing.make(expires_at=_in(days=60))
    assert guest.read()["expires_at"][:10] == _in(days=14)[:10]
    later(13.9)
    assert guest.get().status_code == 200
    later(14.1)
    for what in ("", "/audio", "/export", "/events"):
        assert_problem(guest.get(what), 410, "share_expired")
    assert longer.get().status_code == 200
    assert sharing.state(guest)["state"] == "expired"


def _in(**time: float) -> str:
    return (datetime.now(UTC) + timedelta(**time)).isoformat()


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"expires_at": _in(days=-1)}, "expires_in_the_past"),
        ({"expires_at": _in(days=91)}, "expires_too_late"),
        ({"expires_at": "9999-12-31T23:59:59Z"}, "expires_too_late"),
        ({"expires_at": "2027-01-01T00:00:00"}, "invalid_request"),
        ({"role": "owner"}, "invalid_request"),
        ({"label": "x" * 101}, "text_too_long"),
        ({"label": "a\0b"}, "control_character"),
        ({"token": "mine"}, "invalid_request"),
    ],
)
def test_a_link_that_cannot_be_is_refused(
    sharing: Sharing, body: dict[str, Any], code: str
) -> None:
    assert_problem(sharing.editor.client.post(sharing.address, json=body), 422, code)
    assert sharing.editor.client.get(sharing.address).json()["items"] == []


def test_of_one_side_of_a_preview_there_is_no_link(sharing: Sharing, rows: Rows) -> None:
    with rows.context.database.write() as session:
        job = session.merge(rows.job(sharing.editor.job))
        job.first_s = 60.0
    answer = sharing.editor.client.post(sharing.address, json={})
    assert_problem(answer, 409, "of_preview")


def test_what_is_not_there_is_not_found(sharing: Sharing, rows: Rows) -> None:
    client, guest = sharing.editor.client, sharing.make()
    other = rows.submit()
    for path in (f"{PATH}/{other}/shares/{guest.share}", f"{sharing.address}/shr_never"):
        assert_problem(client.get(path), 404, "share_not_found")
        assert_problem(client.delete(path), 404, "share_not_found")
        assert_problem(client.get(f"{path}/events"), 404, "share_not_found")
    assert guest.get().status_code == 200
    assert_problem(client.get(f"{PATH}/tr_x/shares"), 404, "transcription_not_found")
    assert_problem(client.post(f"{PATH}/tr_x/shares", json={}), 404, "transcription_not_found")
    assert_problem(
        client.get(f"{sharing.address}/{guest.share}/events?cursor=x"), 400, "bad_cursor"
    )


@pytest.mark.chapter(28)
def test_revoked_it_ends_at_once(sharing: Sharing) -> None:
    guest, other = sharing.make("edit"), sharing.make("edit")
    segment = guest.read()["segments"][0]
    sharing.revoke(guest)
    sharing.revoke(guest)
    assert_problem(guest.get(), 410, "share_revoked")
    assert_problem(guest.edit(segment, "No."), 410, "share_revoked")
    assert_problem(guest.remark(segment["id"]), 410, "share_revoked")
    assert sharing.editor.texts() == [HEARD] * 3
    assert other.get().status_code == 200
    assert sharing.deeds(guest) == [("opened", None), ("refused", "share_revoked")]


@pytest.mark.chapter(28)
def test_a_change_under_way_is_not_made_when_the_link_is_revoked(
    sharing: Sharing, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The guest was let in, and the owner revokes before the change is committed."""
    guest = sharing.make("edit")
    segment = guest.read()["segments"][0]
    let_in = access.refusal

    def revoked_right_after(share: Share, least: Any) -> Any:
        monkeypatch.setattr(access, "refusal", let_in)
        sharing.revoke(guest)
        return None

    monkeypatch.setattr(access, "refusal", revoked_right_after)
    assert_problem(guest.edit(segment, "No."), 410, "share_revoked")
    monkeypatch.setattr(access, "refusal", revoked_right_after)
    assert_problem(guest.remark(segment["id"]), 410, "share_revoked")
    assert sharing.editor.texts() == [HEARD] * 3
    assert sharing.editor.client.get(f"{sharing.editor.address}/comments").json()["items"] == []


@pytest.mark.chapter(28)
def test_deleted_with_its_transcript_it_leads_nowhere(sharing: Sharing, rows: Rows) -> None:
    guest = sharing.make("comment")
    guest.remark(guest.read()["segments"][0]["id"])
    assert all(rows.all(table) for table in (Share, ShareEvent, Comment))
    assert sharing.editor.client.delete(sharing.editor.address).status_code == 204
    assert [rows.all(table) for table in (Share, ShareEvent, Comment)] == [[], [], []]
    assert_problem(guest.get(), 404, "share_not_found")


@pytest.mark.chapter(29)
def test_the_owner_sees_what_was_done(sharing: Sharing, rows: Rows) -> None:
    guest, unused = sharing.make("view"), sharing.make("view")
    segment = guest.read()["segments"][0]
    guest.read()
    guest.get("/audio")
    guest.get("/export?format=srt")
    for _ in range(2):
        assert_problem(guest.edit(segment, "No."), 403, "share_role")
        assert_problem(guest.remark(segment["id"]), 403, "share_role")
    done = [("opened", None), ("exported", "srt"), ("refused", "share_role")]
    assert sharing.deeds(guest) == done
    state = sharing.state(guest)
    assert [state[each] for each in ("opened", "exported", "refused", "edited")] == [1, 1, 1, 0]
    assert state["last_at"]
    assert sharing.deeds(unused) == []
    assert sharing.state(unused)["last_at"] is None
    assert guest.send("POST", "/open").json()["role"] == "view"
    assert sharing.deeds(guest)[-1] == ("opened", None)
    kept = set(ShareEvent.model_fields) - {"id", "organisation_id", "share_id"}
    assert kept == {"created_at", "deed", "about"}, "nothing about the person or the device"


def test_a_link_used_later_is_opened_again(sharing: Sharing, later: Any) -> None:
    guest = sharing.make()
    guest.read()
    later(1)
    guest.read()
    assert sharing.state(guest)["opened"] == 2


@pytest.mark.chapter(29)
def test_a_guests_correction_says_by_which_link_it_came(sharing: Sharing) -> None:
    guest = sharing.make("edit", label="Ana")
    first, second, _ = guest.read()["segments"]
    answer = guest.edit(first, RIGHT)
    assert answer.status_code == 200, answer.text
    assert sharing.editor.texts()[0] == RIGHT
    sharing.editor.edit(1, text="Mine.")
    revisions = sharing.editor.revisions()
    assert [(each["by"], each["label"]) for each in revisions] == [
        ("acc_local", None),
        (guest.share, "Ana"),
    ]
    refused = assert_problem(guest.edit(second, "Theirs."), 412, "changed_since")
    assert [each["text"] for each in refused["segments"]] == ["Mine."]
    assert guest.edit(second, "Theirs.", refused["segments"][0]["etag"]).status_code == 200
    assert sharing.deeds(guest) == [("opened", None), ("edited", "1"), ("edited", "3")]


def test_a_guest_splits_and_joins(sharing: Sharing) -> None:
    guest = sharing.make("edit")
    segment = guest.read()["segments"][0]
    split = guest.send(
        "POST",
        f"/segments/{segment['id']}/split",
        json={"word": 3},
        headers={"If-Match": segment["etag"]},
    )
    parts = split.json()["segments"]
    assert [each["text"] for each in parts] == ["We used the", "wahaka blinder decomposition."]
    joined = guest.send(
        "POST",
        "/segments/merge",
        json={"ids": [each["id"] for each in parts]},
        headers={"If-Match": ", ".join(each["etag"] for each in parts)},
    )
    assert joined.json()["segments"][0]["text"] == HEARD
    assert {each["by"] for each in sharing.editor.revisions()} == {guest.share}
    unchanged = guest.edit(joined.json()["segments"][0], HEARD)
    assert unchanged.json()["revision"] is None
    assert [deed for deed, _ in sharing.deeds(guest)] == ["opened", "edited", "edited"]


def test_a_final_transcript_is_not_corrected_by_a_guest(sharing: Sharing) -> None:
    guest = sharing.make("edit")
    segment = guest.read()["segments"][0]
    assert sharing.editor.whole("finalise").status_code == 200
    assert_problem(guest.edit(segment, "No."), 409, "final")


def test_comments_go_to_the_owner_who_answers_settles_and_deletes(sharing: Sharing) -> None:
    guest, viewer = sharing.make("comment"), sharing.make("view")
    one, two, _ = guest.read()["segments"]
    second = guest.remark(two["id"], "  Is this\n right? ", " Ana  Lund ").json()
    first = guest.remark(one["id"]).json()
    address, client = f"{sharing.editor.address}/comments", sharing.editor.client
    found = client.get(address).json()["items"]
    assert [each["id"] for each in found] == [first["id"], second["id"]]
    assert (second["author"], second["text"], second["share"], second["at"]) == (
        "Ana Lund", "Is this right?", guest.share, two["start"],
    )  # fmt: skip
    assert sharing.deeds(guest)[1:] == [("commented", second["id"]), ("commented", first["id"])]
    answer = client.post(address, json={"segment": two["id"], "text": "Yes."}).json()
    assert (answer["author"], answer["share"]) == ("", None)
    settled = client.patch(f"{address}/{second['id']}", json={"resolved": True}).json()
    assert settled["resolved_at"]
    assert client.patch(f"{address}/{second['id']}", json={"resolved": True}).json() == settled
    assert client.delete(f"{address}/{first['id']}").status_code == 204
    told = guest.get("/comments").json()["items"]
    assert [each["id"] for each in told] == [second["id"], answer["id"]]
    assert told[0]["resolved_at"]
    assert_problem(viewer.get("/comments"), 403, "share_role")
    assert_problem(client.delete(f"{address}/{first['id']}"), 404, "comment_not_found")
    reopened = client.patch(f"{address}/{second['id']}", json={"resolved": False}).json()
    assert reopened["resolved_at"] is None


@pytest.mark.chapter(28)
@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"text": " ", "author": "Ana"}, "comment_empty"),
        ({"text": "Yes.", "author": " "}, "comment_empty"),
        ({"text": "Yes."}, "invalid_request"),
        ({"text": "a\0b", "author": "Ana"}, "control_character"),
        ({"text": "x" * 2001, "author": "Ana"}, "text_too_long"),
        ({"text": "Yes.", "author": "x" * 65}, "text_too_long"),
    ],
)
def test_a_comment_that_cannot_be_kept_is_refused(
    sharing: Sharing, body: dict[str, Any], code: str
) -> None:
    guest = sharing.make("comment")
    segment = guest.read()["segments"][0]["id"]
    answer = guest.send("POST", "/comments", json={"segment": segment} | body)
    assert_problem(answer, 422, code)
    assert guest.get("/comments").json()["items"] == []


def test_comments_are_bounded(sharing: Sharing, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.sharing.comments.MOST", 1)
    guest = sharing.make("comment")
    segment = guest.read()["segments"][0]["id"]
    assert guest.remark(segment).status_code == 201
    assert_problem(guest.remark(segment), 409, "too_many_comments")


def test_links_are_bounded(sharing: Sharing, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.sharing.links.MOST", 1)
    sharing.make()
    answer = sharing.editor.client.post(sharing.address, json={})
    assert_problem(answer, 409, "too_many_shares")


@pytest.mark.chapter(28)
@pytest.mark.parametrize("ending", ["revoked", "deleted"])
def test_what_is_being_sent_breaks_off_when_the_link_ends(
    sharing: Sharing, rows: Rows, context: Context, ending: str
) -> None:
    job = rows.running()
    making = Sharing(Editor(sharing.editor.client, job), sharing.stranger)
    guest = making.make()
    known = access.Guest(guest.share, job, Role.VIEW)

    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(3):
            yield b"sound"

    async def run() -> tuple[list[Any], list[Any]]:
        events = guest_routes._changes(context, known)
        sound = guest_routes._while_open(context, known, pieces())
        begun = [await anext(events), await anext(sound)]
        await asyncio.to_thread(end)
        return begun, [each async for each in events] + [each async for each in sound]

    def end() -> None:
        if ending == "revoked":
            making.revoke(guest)
        else:
            assert making.editor.client.delete(making.editor.address).status_code == 204

    begun, rest = asyncio.run(run())
    assert begun[1] == b"sound"
    assert rest == []


def test_a_transcript_in_the_making_is_followed(sharing: Sharing, rows: Rows) -> None:
    job = rows.running()
    making = Sharing(Editor(sharing.editor.client, job), sharing.stranger)
    guest = making.make("edit")
    found = guest.read()
    assert (found["status"], len(found["segments"])) == ("running", 1)
    assert_problem(guest.remark(found["segments"][0]["id"]), 409, "not_ready")
    assert_problem(guest.get("/export"), 409, "not_ready")

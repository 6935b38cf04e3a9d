"""One mail when a batch is over, one when it has stopped, none twice, and no word of the text."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlmodel import update

from app import clock
from app.context import Context
from app.mail import sending
from app.mail.postman import Postman
from app.mail.tables import Mail, MailState
from app.transcriptions.tables import Transcription
from app.webhooks.tables import Event
from tests.support.mailboxes import Mailbox
from tests.support.rows import Rows

pytestmark = pytest.mark.chapter(13)
HOUR_S = 3600.0


class Watch:
    """A monotonic clock that goes on when told to."""

    def __init__(self) -> None:
        self.at_s = 0.0

    def __call__(self) -> float:
        return self.at_s


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def postman(context: Context, watch: Watch) -> Postman:
    return Postman(context, watch)


def later(seconds: float) -> None:
    clock.put_forward((clock.now() - clock.real_now()).total_seconds() + seconds)


def into_project(rows: Rows, job: str, project: str) -> None:
    with rows.context.database.write() as session:
        session.execute(
            update(Transcription).where(Transcription.id == job).values(project_id=project)
        )


def test_one_mail_tells_of_a_batch_when_all_of_it_is_over(
    rows: Rows, postman: Postman, mailbox: Mailbox
) -> None:
    rows.in_state("succeeded")
    failed = rows.in_state("failed")
    waiting = rows.submit()
    later(120)
    postman.run()
    assert mailbox.mails == []
    rows.cancel(waiting)
    postman.run()
    assert mailbox.mails == []  # somebody may just be sending the next one
    later(120)
    postman.run()
    (mail,) = mailbox.mails
    assert mail["subject"] == "Transcribed: 1 of 3 recordings, 1 failed"
    assert mailbox.recipients == [["ada@example.org", "grace@example.org"]]
    text = mail.get_content()
    assert f"{failed}: No model could recognise this recording." in text
    assert "https://lectern.example.org/library" in text
    assert "Heard." not in text
    assert "talk.wav" not in text
    later(HOUR_S)
    postman.run()
    Postman(rows.context).run()
    assert len(mailbox.mails) == 1


def test_names_are_told_where_the_setting_says_so(
    context: Context, rows: Rows, mailbox: Mailbox
) -> None:
    named = replace(context, settings=context.settings.model_copy(update={"mail_names": True}))
    rows.in_state("failed")
    later(120)
    Postman(named).run()
    assert "talk.wav" in mailbox.mails[0].get_content()


def test_each_project_and_each_owner_is_a_batch_of_its_own(
    rows: Rows, postman: Postman, mailbox: Mailbox
) -> None:
    rows.submit(owner="acc_2")
    inside = rows.submit()
    into_project(rows, inside, "prj_1")
    alone = rows.submit()
    rows.cancel(alone)
    done = rows.prepared(1)
    rows.recognise_all()
    later(120)
    postman.run()
    assert [mail["subject"] for mail in mailbox.mails] == ["Transcribed: 1 of 2 recordings"]
    assert rows.job(done).project_id is None
    rows.cancel(inside)
    later(120)
    postman.run()
    # Everything in the project was called off by whoever would be told of it
    assert len(mailbox.mails) == 1
    other = rows.in_state("failed")
    into_project(rows, other, "prj_2")
    with rows.context.database.write() as session:
        session.execute(update(Event).where(Event.subject_id == other).values(project_id="prj_2"))
    later(120)
    postman.run()
    assert "/projects?id=prj_2" in mailbox.mails[1].get_content()


def test_what_is_submitted_later_is_another_batch(
    rows: Rows, postman: Postman, mailbox: Mailbox
) -> None:
    for _ in range(2):
        rows.in_state("succeeded")
        later(120)
        postman.run()
    assert [mail["subject"] for mail in mailbox.mails] == ["Transcribed: 1 of 1 recording"] * 2
    assert mailbox.mails[0]["message-id"] != mailbox.mails[1]["message-id"]


def test_a_mail_server_that_is_away_delays_the_mail_and_loses_none(
    rows: Rows, postman: Postman, mailbox: Mailbox
) -> None:
    mailbox.stop()
    rows.in_state("succeeded")
    later(120)
    postman.run()
    (mail,) = rows.all(Mail)
    assert (mail.state, mail.failures) == (MailState.PENDING, 1)
    assert "127.0.0.1" in (mail.error or "")
    mailbox.start()
    postman.run()
    assert mailbox.mails == []  # not before a minute has passed
    mailbox.refusal = "451 try again"
    later(61)
    postman.run()
    assert rows.all(Mail)[0].failures == 2
    mailbox.refusal = None
    later(121)
    postman.run()
    assert len(mailbox.mails) == 1
    assert rows.all(Mail)[0].state is MailState.SENT
    assert rows.all(Mail)[0].text == ""


def test_after_three_days_it_is_given_up(rows: Rows, postman: Postman, mailbox: Mailbox) -> None:
    mailbox.refusal = "550 no such person"
    rows.in_state("succeeded")
    later(120)
    postman.run()
    later(sending.GIVEN_UP.total_seconds())
    postman.run()
    assert rows.all(Mail)[0].state is MailState.FAILED


def test_a_process_that_dies_over_a_mail_sends_it_again_under_the_same_id(
    context: Context, rows: Rows, postman: Postman, mailbox: Mailbox
) -> None:
    mailbox.refusal = "451 try again"
    rows.in_state("succeeded")
    later(120)
    postman.run()
    mailbox.refusal = None
    later(61)
    letter = context.database.transact(sending.take)
    assert letter is not None
    sending.send(letter, context.settings)  # and dies before it writes it down
    postman.run()
    assert len(mailbox.mails) == 1
    later(sending.LEASE.total_seconds() + 1)
    postman.run()
    first, second = mailbox.mails
    assert first["message-id"] == second["message-id"]


def test_a_batch_that_does_not_move_is_told_once(
    rows: Rows, postman: Postman, mailbox: Mailbox, watch: Watch
) -> None:
    job = rows.prepared(3)
    postman.run()
    watch.at_s += 59 * 60
    postman.run()
    rows.complete(rows.leased(1))  # it moves
    postman.run()
    watch.at_s += 59 * 60
    postman.run()
    assert mailbox.mails == []
    watch.at_s += 2 * 60
    postman.run()
    (mail,) = mailbox.mails
    assert mail["subject"] == "Not moving: 1 recording waits"
    assert "60 minutes" in mail.get_content()
    watch.at_s += 5 * HOUR_S
    postman.run()
    Postman(rows.context, watch).run()
    assert len(mailbox.mails) == 1
    rows.cancel(job)
    later(120)
    postman.run()
    rows.submit()
    postman.run()
    watch.at_s += 2 * HOUR_S
    postman.run()
    assert [each["subject"] for each in mailbox.mails] == ["Not moving: 1 recording waits"] * 2


def test_without_a_mail_server_nothing_is_kept_for_later(
    context: Context, rows: Rows, mailbox: Mailbox
) -> None:
    silent = replace(context, settings=context.settings.model_copy(update={"smtp_host": ""}))
    rows.in_state("succeeded")
    later(120)
    Postman(silent).run()
    assert [each.told_in for each in rows.all(Event)] == [""]
    Postman(context).run()
    assert (mailbox.mails, rows.all(Mail)) == ([], [])

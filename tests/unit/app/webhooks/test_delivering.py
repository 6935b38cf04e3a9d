"""Whatever receivers, brokers and processes do: each gets every message, at least once."""

from __future__ import annotations

import json
from datetime import timedelta
from email.utils import format_datetime

import pytest
from sqlmodel import Session
from standardwebhooks.webhooks import WebhookVerificationError

from app import clock
from app.context import Context
from app.webhooks import delivering, service
from app.webhooks.addresses import Policy, networks
from app.webhooks.courier import Courier
from app.webhooks.kinds import EventType
from app.webhooks.tables import (
    Delivery,
    DeliveryAttempt,
    DeliveryState,
    Event,
    Webhook,
    WebhookState,
)
from tests.support.receivers import LOOPBACK, Receiver, Reply, receiving, until
from tests.support.rows import Rows
from tests.unit.app.webhooks.conftest import Added

pytestmark = pytest.mark.chapter(12)
POLICY = Policy(networks(LOOPBACK))
DAY_S = 86_400.0


def deliver(rows: Rows, webhook: Webhook) -> int:
    return delivering.deliver_all(rows.context, webhook.id, POLICY, lambda: True)


def only(rows: Rows) -> Delivery:
    (found,) = rows.all(Delivery)
    return found


def attempts(rows: Rows) -> list[DeliveryAttempt]:
    return sorted(rows.all(DeliveryAttempt), key=lambda each: each.number)


def webhook_now(rows: Rows) -> Webhook:
    (found,) = rows.all(Webhook)
    return found


def pause_s(rows: Rows) -> float:
    return (only(rows).due_at - clock.now()).total_seconds()


def to_the_next(rows: Rows) -> None:
    """Put the clock forward to when the message is due."""
    ahead = (only(rows).due_at - clock.real_now()).total_seconds()
    clock.put_forward(max(ahead + 0.01, 0))


def test_a_job_that_is_over_is_told_with_a_signature_the_library_accepts(
    rows: Rows, receiver: Receiver, add: Added
) -> None:
    webhook = add(receiver.url)
    job = rows.prepared(1)
    rows.recognise_all("Something nobody else may read.")
    assert deliver(rows, webhook) == 1
    (got,) = receiver.got
    message = got.verified(webhook.secret)
    assert message["type"] == "transcription.succeeded"
    assert message["data"] == {
        "id": job,
        "status": "succeeded",
        "links": {
            "self": f"/v1/transcriptions/{job}",
            "text": f"/v1/transcriptions/{job}/export?format=txt",
        },
    }
    assert got.path == "/hook?of=us"
    assert b"Something" not in got.body
    assert b"talk.wav" not in got.body
    assert only(rows).state is DeliveryState.SUCCEEDED
    (attempt,) = attempts(rows)
    assert (attempt.status, attempt.answer, attempt.error) == (200, "thank you", None)
    assert deliver(rows, webhook) == 0


def test_a_message_that_was_changed_on_its_way_is_not_believed(
    rows: Rows, receiver: Receiver, add: Added
) -> None:
    webhook = add(receiver.url)
    rows.in_state("succeeded")
    deliver(rows, webhook)
    (got,) = receiver.got
    got.body = got.body.replace(b"succeeded", b"failed")
    with pytest.raises(WebhookVerificationError):
        got.verified(webhook.secret)


@pytest.mark.parametrize(
    ("state", "kind"),
    [("failed", "transcription.failed"), ("cancelled", "transcription.cancelled")],
)
def test_other_ends_are_told_too(
    rows: Rows, receiver: Receiver, add: Added, state: str, kind: str
) -> None:
    job = rows.in_state(state)
    told = [json.loads(each.body) for each in rows.all(Event) if each.subject_id == job]
    assert [each["type"] for each in told] == [kind]
    assert told[0]["data"].get("error", {}).get("code") == (
        "recognition_failed" if state == "failed" else None
    )


def test_nothing_is_told_of_what_was_rolled_back(
    rows: Rows, receiver: Receiver, add: Added
) -> None:
    add(receiver.url)
    job = rows.running()

    class Interrupted(Exception):
        pass

    with pytest.raises(Interrupted), rows.context.database.write() as session:
        from app.transcriptions import service as transcriptions

        transcriptions.cancel(session, job)
        session.flush()
        raise Interrupted
    assert rows.all(Event) == []
    assert rows.all(Delivery) == []


def test_a_receiver_gets_only_what_it_asked_for(rows: Rows, receiver: Receiver, add: Added) -> None:
    add(receiver.url, (EventType.TRANSCRIPTION_FAILED,))
    rows.in_state("succeeded")
    assert rows.all(Delivery) == []
    rows.in_state("failed")
    assert len(rows.all(Delivery)) == 1


def test_removing_a_job_tells_that_its_recording_is_gone(rows: Rows) -> None:
    job = rows.in_state("succeeded")
    recording = rows.job(job).recording_id
    rows.remove(job)
    told = [json.loads(each.body) for each in rows.all(Event) if each.subject_id == recording]
    assert [(each["type"], each["data"]) for each in told] == [
        ("recording.deleted", {"id": recording})
    ]


def test_500_then_200_is_one_message_under_one_id(
    rows: Rows, receiver: Receiver, add: Added
) -> None:
    webhook = add(receiver.url)
    receiver.replies = [Reply(500, body=b"out of order")]
    rows.in_state("cancelled")
    assert deliver(rows, webhook) == 1
    assert only(rows).state is DeliveryState.PENDING
    assert 4 <= pause_s(rows) <= 6
    assert deliver(rows, webhook) == 0
    to_the_next(rows)
    assert deliver(rows, webhook) == 1
    first, second = receiver.got
    assert first.id == second.id
    assert first.body == second.body
    assert [each.status for each in attempts(rows)] == [500, 200]
    assert attempts(rows)[0].answer == "out of order"
    assert webhook_now(rows).failures == 0


def test_the_pauses_are_those_of_the_standard_and_then_it_is_given_up(
    rows: Rows, receiver: Receiver, add: Added
) -> None:
    webhook = add(receiver.url)
    receiver.always = Reply(503)
    rows.in_state("cancelled")
    planned = rows.context.settings.webhook_retry_s
    for expected in planned:
        assert deliver(rows, webhook) == 1
        assert 0.79 * expected <= pause_s(rows) <= 1.21 * expected
        to_the_next(rows)
    deliver(rows, webhook)
    assert only(rows).state is DeliveryState.FAILED
    assert len(receiver.got) == len(planned) + 1 == 10
    with rows.context.database.write() as session:
        service.redeliver(session, webhook.id, only(rows).id)
    receiver.always = None
    assert deliver(rows, webhook) == 1
    assert only(rows).state is DeliveryState.SUCCEEDED
    assert len({got.id for got in receiver.got}) == 1


def test_retry_after_lengthens_the_pause_within_a_day(
    rows: Rows, receiver: Receiver, add: Added
) -> None:
    webhook = add(receiver.url)
    later = format_datetime(clock.now() + timedelta(seconds=900))
    receiver.replies = [
        Reply(429, {"retry-after": "120"}),
        Reply(503, {"retry-after": "1"}),
        Reply(503, {"retry-after": "99999999"}),
        Reply(503, {"retry-after": later}),
        Reply(503, {"retry-after": "tomorrow"}),
    ]
    rows.in_state("cancelled")
    bounds = [(119, 121), (239, 361), (DAY_S - 1, DAY_S + 1), (5700, 8700), (14_000, 22_000)]
    for least, most in bounds:
        assert deliver(rows, webhook) == 1
        assert least <= pause_s(rows) <= most
        to_the_next(rows)


def test_410_pauses_the_receiver_and_says_why(rows: Rows, receiver: Receiver, add: Added) -> None:
    webhook = add(receiver.url)
    receiver.replies = [Reply(410)]
    rows.in_state("cancelled")
    deliver(rows, webhook)
    found = webhook_now(rows)
    assert (found.state, found.paused_because) == (WebhookState.PAUSED, "gone")
    assert "410" in (found.paused_detail or "")
    assert only(rows).state is DeliveryState.FAILED


def test_a_redirect_is_not_followed(rows: Rows, receiver: Receiver, add: Added) -> None:
    webhook = add(receiver.url)
    with receiving() as other:
        receiver.replies = [Reply(302, {"location": other.url})]
        rows.in_state("cancelled")
        deliver(rows, webhook)
        assert other.got == []
    assert attempts(rows)[0].status == 302
    assert only(rows).state is DeliveryState.PENDING


@pytest.mark.parametrize("reply", [Reply(pause_s=5), Reply(body=b"x" * 40, drip_s=0.2)])
def test_a_receiver_has_only_so_long(
    rows: Rows, receiver: Receiver, add: Added, reply: Reply
) -> None:
    webhook = add(receiver.url)
    receiver.replies = [reply]
    rows.in_state("cancelled")
    deliver(rows, webhook)
    (attempt,) = attempts(rows)
    assert attempt.duration_s is not None
    assert attempt.duration_s < 2
    if reply.pause_s:
        assert attempt.error == "no answer within 1 seconds"
    else:  # the status had come: the message was accepted
        assert only(rows).state is DeliveryState.SUCCEEDED


def test_of_a_large_answer_little_is_read(rows: Rows, receiver: Receiver, add: Added) -> None:
    webhook = add(receiver.url)
    receiver.replies = [Reply(body=b"\x00\xff\x1b[31mred" + b"y" * 50_000_000)]
    rows.in_state("cancelled")
    deliver(rows, webhook)
    (attempt,) = attempts(rows)
    assert attempt.answer is not None
    assert len(attempt.answer) == 1024
    assert attempt.answer.startswith("\ufffd[31mred")


def test_a_receiver_that_dies_in_the_middle_hears_it_again(
    rows: Rows, receiver: Receiver, add: Added
) -> None:
    webhook = add(receiver.url)
    receiver.replies = [Reply(hang_up=True)]
    rows.in_state("cancelled")
    deliver(rows, webhook)
    assert attempts(rows)[0].status is None
    assert attempts(rows)[0].error
    receiver.stop()
    to_the_next(rows)
    deliver(rows, webhook)
    assert "no connection" in (attempts(rows)[1].error or "")
    receiver.start()
    to_the_next(rows)
    deliver(rows, webhook)
    assert only(rows).state is DeliveryState.SUCCEEDED
    assert len({got.id for got in receiver.got}) == 1


def test_a_process_that_dies_over_a_message_costs_a_lease_and_no_try(
    rows: Rows, receiver: Receiver, add: Added
) -> None:
    webhook = add(receiver.url)
    rows.in_state("cancelled")
    with rows.context.database.write() as session:
        lost = delivering.take(session, webhook.id)
    assert lost is not None
    assert deliver(rows, webhook) == 0
    clock.put_forward(delivering.LEASE.total_seconds() + 1)
    # By the machine's own clock the receiver would refuse the message as too new
    assert deliver(rows, webhook) == 1
    assert only(rows).state is DeliveryState.SUCCEEDED
    assert only(rows).failures == 0
    first, second = attempts(rows)
    assert (first.status, first.error, second.status) == (None, None, 200)


def test_a_late_word_of_failure_changes_nothing_a_late_success_does(
    rows: Rows, receiver: Receiver, add: Added
) -> None:
    webhook = add(receiver.url)
    rows.in_state("cancelled")

    def take(session: Session) -> delivering.Message | None:
        return delivering.take(session, webhook.id)

    late = rows.context.database.transact(take)
    clock.put_forward(delivering.LEASE.total_seconds() + 1)
    newer = rows.context.database.transact(take)
    assert late is not None
    assert newer is not None
    settings = rows.context.settings
    with rows.context.database.write() as session:
        delivering.write_down(session, late, delivering.Answer(500, 0.1), settings)
    assert only(rows).failures == 0
    with rows.context.database.write() as session:
        delivering.write_down(session, late, delivering.Answer(200, 0.1), settings)
    assert only(rows).state is DeliveryState.SUCCEEDED


def test_after_a_rotation_both_secrets_verify_for_a_day(
    rows: Rows, receiver: Receiver, add: Added
) -> None:
    old = add(receiver.url)
    with rows.context.database.write() as session:
        new = service.rotate(session, old.id).secret
    assert new != old.secret
    rows.in_state("cancelled")
    deliver(rows, old)
    receiver.got[0].verified(old.secret)
    receiver.got[0].verified(new)
    clock.put_forward(DAY_S + 1)
    rows.in_state("cancelled")
    deliver(rows, old)
    signatures = receiver.got[1].headers["webhook-signature"]
    assert len(signatures.split(" ")) == 1
    assert len(receiver.got[0].headers["webhook-signature"].split(" ")) == 2


def test_days_of_nothing_but_failures_pause_it_and_resuming_sends_what_was_kept(
    rows: Rows, receiver: Receiver, add: Added
) -> None:
    webhook = add(receiver.url)
    receiver.always = Reply(500)
    for day in range(6):
        clock.put_forward(day * DAY_S)
        rows.in_state("cancelled")
        deliver(rows, webhook)
    found = webhook_now(rows)
    assert (found.state, found.paused_because) == (WebhookState.PAUSED, "failing")
    assert "5 days" in (found.paused_detail or "")
    rows.in_state("cancelled")
    before = len(receiver.got)
    assert deliver(rows, webhook) == 0
    assert len(receiver.got) == before
    receiver.always = None
    with rows.context.database.write() as session:
        service.change(session, webhook.id, state=WebhookState.ENABLED)
    clock.put_forward(9 * DAY_S)
    deliver(rows, webhook)
    assert {each.state for each in rows.all(Delivery)} == {DeliveryState.SUCCEEDED}
    assert len({got.id for got in receiver.got}) == 7


def test_one_failure_a_week_pauses_nothing(rows: Rows, receiver: Receiver, add: Added) -> None:
    webhook = add(receiver.url)
    for week in range(4):
        clock.put_forward(week * 7 * DAY_S)
        receiver.replies = [Reply(500)]
        rows.in_state("cancelled")
        deliver(rows, webhook)
        to_last = max(each.due_at for each in rows.all(Delivery))
        clock.put_forward((to_last - clock.real_now()).total_seconds() + 0.1)
        deliver(rows, webhook)
    assert webhook_now(rows).state is WebhookState.ENABLED


def test_a_slow_receiver_holds_up_no_other(
    context: Context, rows: Rows, receiver: Receiver, add: Added
) -> None:
    slow = add(receiver.url)
    receiver.always = Reply(pause_s=3)
    with receiving() as quick:
        add(quick.url)
        for _ in range(5):
            rows.in_state("cancelled")
        courier = Courier(context)
        assert courier.run_once() == 2
        until(lambda: len(quick.got) == 5, 2.0)
        assert len(receiver.got) <= 2
        assert courier.run_once() == 0  # the slow one's lane is busy: none is added
        courier.stop()
    assert slow.id in {each.webhook_id for each in rows.all(Delivery)}


def test_what_is_old_is_forgotten_and_what_belongs_to_nobody(
    rows: Rows, receiver: Receiver, add: Added
) -> None:
    webhook = add(receiver.url)
    rows.in_state("cancelled")
    deliver(rows, webhook)
    with rows.context.database.write() as session:
        service.forget_old(session, 30)
    assert len(rows.all(DeliveryAttempt)) == 1
    with rows.context.database.write() as session:
        session.add(Delivery(id="whd_1", webhook_id="wh_removed", event_id="msg_1"))
    clock.put_forward(31 * DAY_S)
    with rows.context.database.write() as session:
        service.forget_old(session, 30)
    assert (rows.all(Event), rows.all(Delivery), rows.all(DeliveryAttempt)) == ([], [], [])

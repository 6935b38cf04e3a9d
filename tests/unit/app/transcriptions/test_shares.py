"""Fair over time: the product's own rules, tried on simulated bulks, streams and persons."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.transcriptions.shares import CAN_WAIT, Candidate, Shares, urgency
from tests.support.queueing import (
    HEARD_A_SECOND,
    START,
    WINDOW_S,
    WINDOWS,
    SimulatedJob,
    Simulation,
    bulk,
)

pytestmark = pytest.mark.chapter(12)
BATCH_S = WINDOWS * WINDOW_S / HEARD_A_SECOND
"""How long a stream is busy with what it was given; nobody is interrupted."""
HOUR_S = 3600.0


def ended(jobs: list[SimulatedJob]) -> bool:
    return all(job.ended_s is not None for job in jobs)


def wait_of(person: SimulatedJob, others: list[SimulatedJob], streams: int = 2) -> float:
    simulation = Simulation([*others, person], streams=streams)
    simulation.run(until=lambda: ended([person]), most_s=200_000)
    return person.wait_s


@settings(max_examples=12, deadline=None)
@given(
    sent_s=st.floats(1, 2000),
    length_s=st.sampled_from([10.0, 30.0, 60.0]),
    bulk_length_s=st.sampled_from([30.0, 300.0, HOUR_S]),
    streams=st.integers(1, 3),
)
def test_a_person_waits_little_behind_the_bulk_of_another(
    sent_s: float, length_s: float, bulk_length_s: float, streams: int
) -> None:
    others = bulk("bulk", 200, bulk_length_s)
    person = SimulatedJob("person", "person", length_s, sent_s)
    turns = -(-length_s // WINDOW_S)
    decoded_s = bulk_length_s / 150 if bulk_length_s < 600 else 1.0
    assert wait_of(person, others, streams) <= decoded_s + 1 + 2 * BATCH_S * (turns + 1)


@settings(max_examples=12, deadline=None)
@given(
    after_s=st.floats(60, 2000), streams=st.integers(1, 3), length_s=st.sampled_from([30.0, HOUR_S])
)
def test_an_urgent_recording_waits_for_no_more_of_its_sender_than_is_decoded_ahead(
    after_s: float, streams: int, length_s: float
) -> None:
    """200 were sent together, one was sent later: it does not wait for the 200."""
    jobs = bulk("person", 200, length_s)
    urgent = SimulatedJob("urgent", "person", 30.0, after_s)
    simulation = Simulation([*jobs, urgent], streams=streams)
    simulation.run(until=lambda: ended([urgent]))
    ahead_s = (simulation.room.ahead_s + length_s) if length_s < 600 else 0.0
    bound_s = ahead_s / (streams * HEARD_A_SECOND) * 4 / 3 + 8 * BATCH_S
    assert urgent.wait_s <= bound_s


@settings(max_examples=10, deadline=None)
@given(
    lengths_s=st.lists(st.sampled_from([20.0, 90.0, 400.0, 1500.0]), min_size=2, max_size=5),
    streams=st.integers(1, 3),
)
def test_owners_get_equal_shares_whatever_the_length_of_their_recordings(
    lengths_s: list[float], streams: int
) -> None:
    jobs = [
        job
        for i, length_s in enumerate(lengths_s)
        for job in bulk(f"owner-{i}", int(4500 / length_s), length_s)
    ]
    simulation = Simulation(jobs, streams=streams)
    heard: dict[str, float] = {}

    def enough() -> bool:
        heard.clear()
        for job in jobs:
            heard[job.owner] = heard.get(job.owner, 0.0) + job.heard_s + job.in_work_s
        return max(heard.values()) > 3000

    simulation.run(until=enough)
    # A batch for each stream, of which nobody can be deprived, and the last recording of a bulk
    assert max(heard.values()) - min(heard.values()) <= 80 * (streams + 1) + 0.1 * 3000


@settings(max_examples=6, deadline=None)
@given(
    every_s=st.floats(1.2, 3.0), length_s=st.sampled_from([100.0, 200.0]), same_owner=st.booleans()
)
def test_nobody_starves_behind_an_endless_stream_of_short_ones(
    every_s: float, length_s: float, same_owner: bool
) -> None:
    """Also when more is sent than can ever be heard: half a minute of sound each second or so."""
    stream = [SimulatedJob(f"s{i}", "many", 30.0, i * every_s) for i in range(int(1600 / every_s))]
    long = SimulatedJob("long", "many" if same_owner else "one", length_s, 5.0)
    simulation = Simulation([*stream, long])
    simulation.run(until=lambda: ended([long]), most_s=1600)
    assert long.ended_s is not None
    assert long.wait_s <= 8 * length_s


def test_many_hours_sent_at_once_are_not_decoded_at_once() -> None:
    simulation = Simulation(bulk("bulk", 200, HOUR_S))
    simulation.run(most_s=4000)
    assert simulation.most_waiting_s < simulation.room.ahead_s + 1.5 * HOUR_S


def test_all_that_was_sent_ends() -> None:
    everything = [
        *bulk("a", 60, 45.0),
        *bulk("b", 3, 700.0, sent_s=30.0),
        *bulk("c", 1, 2000.0, sent_s=10.0),
    ]
    simulation = Simulation(everything)
    simulation.run()
    assert ended(everything)
    busy_s = sum(job.length_s for job in everything) / (2 * HEARD_A_SECOND)
    assert simulation.now_s < 1.3 * busy_s  # fairness does not leave a stream idle


def candidate(job_id: str, owner: str, *, left_s: float = 100.0, priority: int = 0) -> Candidate:
    return Candidate(job_id, owner, priority, 0, left_s, START)


def test_who_comes_back_has_not_saved_turns_up() -> None:
    shares = Shares()
    both = [candidate("a", "anna"), candidate("b", "bert")]
    for _ in range(20):
        assert shares.order(both[:1], START) == ["a"]
        shares.took([("anna", "a", 80.0)])
    order = []
    for _ in range(6):
        first = shares.order(both, START)[0]
        shares.took([("anna" if first == "a" else "bert", first, 80.0)])
        order.append(first)
    assert sorted(order) == ["a"] * 3 + ["b"] * 3


def test_nobody_buys_turns_of_others_by_asking_for_them() -> None:
    shares = Shares()
    pushing, modest = candidate("p", "anna", priority=1), candidate("m", "bert")
    shares.order([pushing, modest], START)
    shares.took([("anna", "p", 20.0)])
    assert shares.order([pushing, modest], START) == ["m", "p"]


def test_an_owner_says_which_of_the_own_jobs_come_first() -> None:
    shares = Shares()
    jobs = [candidate("a", "anna"), candidate("b", "anna", left_s=900.0, priority=1)]
    for _ in range(6):
        assert shares.order(jobs, START)[0] == "b"
        shares.took([("anna", "b", 80.0)])


def test_what_can_wait_comes_last_until_it_has_waited() -> None:
    shares = Shares()
    patient, other = candidate("p", "anna", priority=-1), candidate("o", "bert")
    shares.order([patient, other], START)
    shares.took([("bert", "o", 500.0)])
    assert shares.order([patient, other], START) == ["o", "p"]
    assert shares.order([patient, other], START + CAN_WAIT) == ["p", "o"]


def test_a_clock_that_jumps_back_makes_nobody_urgent() -> None:
    assert urgency(-1, START, START - timedelta(days=1)) == -1


def test_whoever_comes_after_a_pause_begins_level_with_the_others() -> None:
    shares = Shares()
    shares.order([candidate("a", "anna")], START)
    shares.took([("anna", "a", 5000.0)])
    shares.order([], START)
    both = [candidate("a", "anna"), candidate("b", "bert")]
    shares.order(both, START)
    shares.took([("bert", "b", 1.0)])
    assert shares.order(both, START)[0] == "a"

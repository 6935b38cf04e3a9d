"""Terms are found however they are joined and inflected, and only where they were said."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.metrics.glossary import BadGlossary, TermHits, terms


def one(reference: str, hypothesis: str, *glossary: str) -> TermHits:
    return terms([reference], [hypothesis], glossary).total


@pytest.mark.parametrize(
    ("term", "reference", "hypothesis"),
    [
        ("white paper", "read the white paper now", "read the whitepaper now"),
        ("white paper", "the white-paper", "The White Papers."),
        ("Kubernetes", "we run Kubernetes", "we run kubernetes"),
        ("Kubernetes", "Kubernetes's nodes", "Kubernetes nodes"),
        ("Postgres", "the Postgres index", "the post gres index"),
        ("lease", "two leases", "two lease"),
        ("leases", "one lease", "one leases"),
        ("query", "all queries", "all query"),
        ("box", "boxes", "box"),
        ("O'Reilly", "an O'Reilly book", "an O’Reilly book"),
        ("CI/CD", "our CI/CD runs", "our ci cd runs"),
    ],
)
def test_another_way_of_writing_is_the_same_term(
    term: str, reference: str, hypothesis: str
) -> None:
    assert one(reference, hypothesis, term) == TermHits(1, 1, 1)
    assert one(hypothesis, reference, term) == TermHits(1, 1, 1)


@pytest.mark.parametrize(
    ("term", "text"),
    [
        ("lease", "please release it"),
        ("AWS", "aw look"),
        ("analysis", "analysi"),
        ("white paper", "white wall paper"),
        ("colour", "color"),  # the customer's spelling counts
        ("MP3", "MP three"),
    ],
)
def test_what_only_resembles_a_term_is_none(term: str, text: str) -> None:
    assert one(text, text, term) == TermHits(0, 0, 0)


@pytest.mark.chapter(15)
def test_missed_and_invented_terms_by_hand() -> None:
    """Said three times: once heard, once misheard, once swapped; and twice heard out of nothing."""
    found = terms(
        [
            "restart the ingress and the sidecar",
            "the sidecar waits",
            "now we wait",
            "nothing here",
        ],
        ["restart the ingress and the side car", "the psycho waits", "now ingress we wait", "etcd"],
        ["ingress", "sidecar", "etcd", "quorum"],
    )
    assert found.utterances == (
        {"ingress": TermHits(1, 1, 1), "sidecar": TermHits(1, 1, 1)},
        {"sidecar": TermHits(1, 0, 0)},
        {"ingress": TermHits(0, 1, 0)},
        {"etcd": TermHits(0, 1, 0)},
    )
    assert found.total == TermHits(said=3, heard=4, hits=2)
    assert found.total.recall == pytest.approx(2 / 3)
    assert found.total.precision == pytest.approx(2 / 4)
    assert found.total.missed == 1
    assert found.total.false_insertions == 2
    assert found.of("sidecar") == TermHits(2, 1, 1)
    assert found.never_said == ("etcd", "quorum")


def test_a_term_at_another_place_is_missed_and_invented() -> None:
    found = one(
        "the lease ends when the day is over", "the end when the day is over lease", "lease"
    )
    assert found == TermHits(said=1, heard=1, hits=0)


def test_one_place_is_used_once() -> None:
    assert one("lease lease", "lease", "lease") == TermHits(2, 1, 1)
    assert one("lease", "lease lease", "lease") == TermHits(1, 2, 1)
    assert one("leases lease", "lease", "lease") == TermHits(2, 1, 1)
    assert one("lease lease", "leases", "lease") == TermHits(2, 1, 1)  # in one region of errors
    assert one("now a lease", "lease now a lease", "lease") == TermHits(1, 2, 1)
    assert one("na na na", "na na na", "na na") == TermHits(1, 1, 1)


def test_a_term_within_another_counts_for_itself() -> None:
    found = terms(["a white paper"], ["a paper"], ["paper", "white paper"])
    assert found.utterances == ({"paper": TermHits(1, 1, 1), "white paper": TermHits(1, 0, 0)},)


def test_without_anything_said_or_heard_there_is_no_share() -> None:
    found = terms(["alpha"], ["beta"], ["lease", "Lease", "leas-e"])
    assert found.total.recall is None
    assert found.total.precision is None
    assert found.never_said == ("lease",)


def test_a_term_of_marks_is_refused() -> None:
    with pytest.raises(BadGlossary, match="'--'"):
        terms([], [], ["lease", "--"])


texts = st.lists(st.sampled_from(["lease", "leases", "white", "paper", "on", "the"]), max_size=8)
GLOSSARY = ["lease", "white paper", "paper"]


@given(texts, texts)
def test_hits_are_bounded_and_the_same_both_ways(a: list[str], b: list[str]) -> None:
    there, back = one(" ".join(a), " ".join(b), *GLOSSARY), one(" ".join(b), " ".join(a), *GLOSSARY)
    assert 0 <= there.hits <= min(there.said, there.heard)
    assert (there.said, there.heard) == (back.heard, back.said)
    assert one(" ".join(a), " ".join(a), *GLOSSARY).false_insertions == 0
    assert one(" ".join(a), " ".join(a), *GLOSSARY).missed == 0
    assert one("", " ".join(b), *GLOSSARY).hits == 0


@given(st.lists(st.tuples(texts, texts), max_size=5))
def test_utterances_add_up(pairs: list[tuple[list[str], list[str]]]) -> None:
    references, hypotheses = [" ".join(a) for a, _ in pairs], [" ".join(b) for _, b in pairs]
    whole = terms(references, hypotheses, GLOSSARY)
    assert len(whole.utterances) == len(pairs)
    assert whole.total.hits == sum(
        one(a, b, *GLOSSARY).hits for a, b in zip(references, hypotheses, strict=True)
    )

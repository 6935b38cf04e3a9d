"""What asking for an adapter would do and cost, told before anybody asks."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from statistics import median
from typing import Any, Final

from sqlmodel import Session, col, select

from app.adaptations import service
from app.adaptations.schemas import OfferOut
from app.adaptations.tables import Adaptation, AdaptationState
from app.domains.tables import Domain
from app.errors import Problem
from data.domains.folder import Term
from data.domains.own import cost
from data.domains.own import page as pages
from data.domains.own.plan import Plan, plan

_LATELY: Final = 5


def offer(session: Session, domain: Domain) -> OfferOut:
    """For the terms and the text as they are now."""
    set_up = service.is_set_up(session)
    try:
        given = service.inputs(session, domain)
        terms = tuple((each["term"], each["sounds_like"]) for each in given.glossary.terms)
        pages.enough(given.text.sentences, given.text.words)
        found = _planned(terms, given.text.text)
    except Problem as error:
        return OfferOut(training=set_up, missing=error.code, detail=error.detail)
    except pages.BadText as error:
        return OfferOut(training=set_up, missing=error.code, detail=str(error))
    taught_s = taught(found)
    took_s = sum(cost.seconds(given.parent, taught_s).values()) * pace(session)
    return OfferOut(
        training=set_up,
        terms=len(found.trained),
        held_out=len(found.held_out),
        left_out=len(found.left_out),
        sentences={split: len(listed) for split, listed in found.sentences.items()},
        speech_seconds=round(taught_s),
        expected_seconds=round(took_s) if cost.is_known(given.parent) else None,
    )


def taught(found: Plan) -> float:
    """Seconds of speech to learn from."""
    listed = found.sentences["train"]
    return cost.speech_s(len(listed), sum(len(text.split()) for text in listed))


def pace(session: Session) -> float:
    """How much longer it took here lately than on the computer the costs were measured on."""
    rows = session.exec(
        select(Adaptation.stages)
        .where(col(Adaptation.state).in_([AdaptationState.SUCCEEDED, AdaptationState.REFUSED]))
        .order_by(col(Adaptation.finished_at).desc())
        .limit(_LATELY)
    ).all()
    ratios = [ratio for stages in rows if (ratio := _ratio(stages))]
    return median(ratios) if ratios else 1.0


def _ratio(stages: Sequence[dict[str, Any]]) -> float | None:
    """Seconds taken to seconds expected, of the stages that were made then."""
    made = [each for each in stages if each["state"] == "done" and each.get("expected")]
    expected = sum(float(each["expected"]) for each in made)
    return sum(float(each["seconds"]) for each in made) / expected if expected else None


@lru_cache(maxsize=8)
def _planned(terms: tuple[tuple[str, str], ...], text: str) -> Plan:
    """Asked again whenever somebody looks at the page of the domain."""
    return plan([Term(term, said) for term, said in terms], pages.read(text))

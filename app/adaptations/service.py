"""Adaptations: asked for, looked at, cancelled, tried again."""

# Ch 11 · Automating the Pipeline: a customer asks for an adapter; nobody of ours has to do anything

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from sqlmodel import Session, col, select

from app.adaptations import texts
from app.adaptations.tables import Adaptation, AdaptationState
from app.adaptations.telling import tell_over
from app.clock import now
from app.domains import service as domains
from app.domains.tables import Domain, DomainText, Glossary
from app.errors import Conflict, NotFound, Unprocessable
from app.ids import new_id
from app.outbox.service import wake
from app.outbox.tables import Topic
from app.telemetry.service import is_gone
from app.telemetry.tables import ProcessRow
from data.domains import checks
from data.domains.folder import Term
from data.domains.own import page as pages
from data.domains.own.plan import FEWEST_TERMS

TRAINING: Final = "training"
"""Kind of the processes that train."""
ALIVE: Final = timedelta(seconds=60)
SET_UP: Final = "make setup-training"
_OPEN: Final = tuple(state for state in AdaptationState if not state.ended)


@dataclass(frozen=True, slots=True)
class Inputs:
    """What an adapter would be made of now."""

    glossary: Glossary
    text: DomainText
    parent: str

    @property
    def sha256(self) -> str:
        parts = [self.glossary.sha256, self.text.sha256, self.parent]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def inputs(session: Session, domain: Domain) -> Inputs:
    """Raises `Conflict`, `Unprocessable`: what is missing, and how much is enough."""
    if domain.shipped:
        raise Conflict(
            code="domain_shipped",
            detail=f"{domain.name} comes with Lectern, and so does its adapter. Make a domain of"
            " your own, with its terms and yours.",
        )
    if domain.language.split("-")[0].lower() != "en":
        raise Unprocessable(
            code="other_language",
            detail=f"The language of {domain.name} is {domain.language!r}; the models here are"
            " adapted for English. Its glossary works all the same.",
        )
    glossary, text = domains.glossary(session, domain), texts.of(session, domain)
    if glossary is None or len(glossary.terms) < FEWEST_TERMS:
        count = len(glossary.terms) if glossary else 0
        raise Unprocessable(
            code="too_few_terms",
            detail=f"{domain.name} has {count} terms; an adapter needs at least {FEWEST_TERMS}, and"
            " is worth its while from about thirty on. The glossary works with one.",
        )
    if text is None:
        raise Unprocessable(
            code="too_little_text",
            detail=f"{domain.name} has no text. Paste a page in which people of the field speak or"
            f" write as they do: at least {checks.FEWEST_SENTENCES} sentences.",
        )
    return Inputs(glossary, text, domain.parent)


def ask(session: Session, name: str) -> Adaptation:
    """Have an adapter made of the domain's terms and text. The same inputs are the same adaptation.

    One that failed or was cancelled is begun again. Raises `NotFound`; `Unprocessable` for too
    few terms or too little text; `Conflict` for a shipped domain, where training is not set up,
    and while another adaptation of the domain runs.
    """
    domain = domains.get(session, name, locked=True)
    given = inputs(session, domain)
    known = session.exec(
        select(Adaptation).where(
            Adaptation.domain_id == domain.id, Adaptation.inputs_sha256 == given.sha256
        )
    ).first()
    if known is not None and known.state not in (AdaptationState.FAILED, AdaptationState.CANCELLED):
        return known
    _learnable(given)
    _must_train_here(session)
    _must_be_only_one(session, domain)
    if known is not None:
        return _begin_again(session, known)
    made = Adaptation(
        id=new_id("ada"),
        domain_id=domain.id,
        glossary_id=given.glossary.id,
        text_id=given.text.id,
        parent=given.parent,
        inputs_sha256=given.sha256,
    )
    session.add(made)
    session.flush()
    wake(session, Topic.ADAPT, made.id)
    return made


def get(session: Session, name: str, adaptation_id: str, *, locked: bool = False) -> Adaptation:
    """Raises `NotFound`."""
    domain = domains.get(session, name, locked=locked)
    found = session.get(Adaptation, adaptation_id, with_for_update=locked or None)
    if found is None or found.domain_id != domain.id:
        raise NotFound(
            code="adaptation_not_found",
            detail=f"{name} has no adaptation {adaptation_id[:64]!r}.",
        )
    return found


def everything(session: Session, domain: Domain) -> Sequence[Adaptation]:
    """All of a domain, the newest first."""
    query = select(Adaptation).where(Adaptation.domain_id == domain.id)
    return session.exec(query.order_by(col(Adaptation.created_at).desc())).all()


def cancel(session: Session, name: str, adaptation_id: str) -> Adaptation:
    """Whoever works on it finds its lease gone and stops. Raises `NotFound`, `Conflict`."""
    found = get(session, name, adaptation_id, locked=True)
    if found.state is AdaptationState.CANCELLED:
        return found
    if found.state.ended:
        raise Conflict(
            code="adaptation_over",
            detail=f"This adaptation is over ({found.state}); there is nothing to cancel.",
        )
    end(session, found, AdaptationState.CANCELLED)
    return found


def retry(session: Session, name: str, adaptation_id: str) -> Adaptation:
    """Once more; what was made is not made again. Raises `NotFound`, `Conflict`."""
    found = get(session, name, adaptation_id, locked=True)
    if not found.state.ended:
        raise Conflict(
            code="adaptation_running", detail="This adaptation is not over yet; there is no need."
        )
    if found.state is AdaptationState.SUCCEEDED:
        raise Conflict(
            code="adaptation_over",
            detail="This adapter was made and passed the gate. Change the terms or the text, and"
            " ask for another one.",
        )
    _must_train_here(session)
    _must_be_only_one(session, domains.get(session, name))
    return _begin_again(session, found)


def end(session: Session, row: Adaptation, state: AdaptationState) -> None:
    """Nobody works on it from here on: the fence says so to whoever does."""
    row.state, row.finished_at = state, now()
    row.fence += 1
    row.revision += 1
    row.note, row.eta_seconds = "", None
    tell_over(session, row)


def is_set_up(session: Session) -> bool:
    """Whether a process that trains has been seen lately."""
    # A laptop that was asleep has rows of before, with names of processes that live on
    query = select(ProcessRow).where(
        ProcessRow.kind == TRAINING, col(ProcessRow.seen_at) > now() - ALIVE
    )
    return any(not is_gone(row.name) for row in session.exec(query))


def _must_train_here(session: Session) -> None:
    if not is_set_up(session):
        raise Conflict(
            code="training_not_set_up",
            detail="Nothing here can train an adapter; the glossary works without. Run"
            f" `{SET_UP}` once (about 520 MB), then start the product again.",
            command=SET_UP,
        )


def _must_be_only_one(session: Session, domain: Domain) -> None:
    query = select(Adaptation.id).where(Adaptation.domain_id == domain.id)
    running = session.exec(query.where(col(Adaptation.state).in_(_OPEN))).first()
    if running is not None:
        raise Conflict(
            code="adaptation_running",
            detail=f"An adapter of {domain.name} is being made already. It goes on; cancel it first"
            " if it is no longer wanted.",
            adaptation=running,
        )


def _learnable(given: Inputs) -> None:
    """What the pipeline would refuse after minutes is refused at once."""
    try:
        pages.enough(given.text.sentences, given.text.words)
    except pages.BadText as error:
        raise texts.problem(error) from error
    for number, each in enumerate(given.glossary.terms, start=1):
        term = Term(each["term"], each["sounds_like"])
        for text in (term.term, term.sounds_like):
            if wrong := checks.forbidden(text):
                raise Unprocessable(
                    code="bad_term",
                    detail=f"Term number {number}, {text[:40]!r}, has {wrong}. Change it, and ask"
                    " again.",
                )


def _begin_again(session: Session, row: Adaptation) -> Adaptation:
    row.state = AdaptationState.QUEUED
    row.stage, row.note, row.progress, row.stages = "", "", 0.0, []
    row.error_code = row.error_message = row.finished_at = row.started_at = None
    row.error_retryable = False
    row.losses, row.retries = 0, row.retries + 1
    row.fence += 1
    row.revision += 1
    session.flush()
    wake(session, Topic.ADAPT, row.id)
    return row

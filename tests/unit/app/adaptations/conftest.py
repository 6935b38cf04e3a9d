"""A domain with terms and text whose adapter was asked for."""

from __future__ import annotations

import pytest
from sqlmodel import Session

from app.adaptations import service, texts
from app.context import Context
from app.domains import service as domains
from app.domains.terms import Term
from data.domains.own.page import read
from tests.support.adaptations import PAGE, TERMS, training_here


@pytest.fixture
def asked(context: Context) -> str:
    training_here(context)

    def work(session: Session) -> str:
        terms = [Term(term=term) for term in TERMS]
        domains.create(
            session, "housing", terms, title="", about="", language="en", parent="tiny.en"
        )
        texts.change(session, "housing", read(PAGE))
        return service.ask(session, "housing").id

    return context.database.transact(work)

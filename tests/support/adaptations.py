"""A customer's terms and page of text, and a process that could train on them."""

from __future__ import annotations

from datetime import timedelta

from fastapi.testclient import TestClient

from app.clock import now
from app.context import Context
from app.telemetry.service import machine_class, process_name
from app.telemetry.tables import ProcessRow

TERMS = (
    "Oaxaca-Blinder",
    "Gini",
    "Theil",
    "Foster-Greer-Thorbecke",
    "Lorenz curve",
    "headcount ratio",
    "Ravallion",
    "microfinance",
    "Harambee",
    "workfare",
)
PAGE = """
We asked every household in the village about the long rains of last year.
The headcount ratio fell in the first year and rose again in the second.
Ravallion has written about this at length, and not everybody agrees.
Most of the women we spoke to had never heard of microfinance before.
A decomposition in the manner of Oaxaca-Blinder tells only half of the story.
The younger brother went to the city and sent money home every month.
People remember the Harambee meetings better than any project of ours.
There is no single number that tells how poor a family is.
Workfare was offered in the dry season, when nobody had work.
The Lorenz curve of consumption hardly moved between the two surveys.
We came back in spring and asked the same questions once more.
What they called a good year was one in which nobody had to sell a goat.
The Gini tells little about the people at the very bottom.
Nobody in the office had expected the Theil to change so much.
In the end we walked from house to house and wrote everything down by hand.
The children went to school in the morning and to the fields afterwards.
"""


def own_domain(client: TestClient, name: str = "housing", *, text: str = PAGE) -> None:
    """With everything that an adapter needs."""
    terms = [{"term": term} for term in TERMS]
    answer = client.post("/v1/domains", json={"name": name, "terms": terms})
    assert answer.status_code == 201, answer.text
    if text:
        answer = client.put(f"/v1/domains/{name}/text", json={"text": text})
        assert answer.status_code == 200, answer.text


def training_here(context: Context, *, seen_s_ago: float = 0.0) -> None:
    """As if the launcher had found what `make setup-training` installs."""
    row = ProcessRow(
        name=process_name("training"),
        kind="training",
        machine=machine_class(),
        seen_at=now() - timedelta(seconds=seen_s_ago),
        details={},
    )
    with context.database.write() as session:
        session.merge(row)

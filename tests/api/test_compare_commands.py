"""`lectern compare` and `lectern again` against the API itself."""

from __future__ import annotations

import json

import httpx
import pytest
from click.testing import Result
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from app.context import Context
from tests.api.test_project_commands import sent
from tests.support.rows import Rows
from ui.cli import api
from ui.cli.commands import app

PATH = "/v1/transcriptions"


@pytest.fixture(autouse=True)
def product(client: TestClient, context: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command finds this API as it finds a product that was named."""
    monkeypatch.setenv("LECTERN_API_URL", "http://127.0.0.1")
    monkeypatch.setattr(api, "transport", httpx.MockTransport(lambda asked: sent(client, asked)))
    monkeypatch.setenv("LECTERN_HOME", str(context.settings.home))


def lectern(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


def finish(rows: Rows, job: str, text: str) -> None:
    held = rows.begin(job)
    assert held is not None
    rows.add_windows(held, range(1))
    rows.finish(held)
    rows.complete(rows.leased(1), text)


def test_heard_again_and_compared(client: TestClient, rows: Rows) -> None:
    old = rows.submit()
    finish(rows, old, "We used the wahaka method.")
    started = lectern("again", old, "--model", "tiny.en", "--no-domain")
    assert started.exit_code == 0, started.output
    new = started.stdout.strip()
    assert client.get(f"{PATH}/{new}").json()["model"]["name"] == "tiny.en"
    assert "stays as it is" in started.stderr
    refused = lectern("compare", old, new, "--json")
    assert refused.exit_code == 2
    assert json.loads(refused.stdout)["error"]["code"] == "not_ready"
    finish(rows, new, "We used the Oaxaca method.")
    found = lectern("compare", old, new)
    assert found.exit_code == 1
    assert found.stdout.split()[1:] == ["wahaka", "|", "Oaxaca"]
    assert "80.0 % of 5 and 5 words agree; 1 place differs." in found.stderr
    told = json.loads(lectern("compare", old, new, "--json").stdout)
    assert [(each["text"], each["other"]) for each in told["differences"]] == [
        ("wahaka", "Oaxaca"),
    ]  # fmt: skip
    same = lectern("again", old, "--json")
    third = json.loads(same.stdout)["id"]
    finish(rows, third, "we used the wahaka method")
    assert lectern("compare", old, third).exit_code == 0


def test_what_cannot_be_is_told(client: TestClient, rows: Rows) -> None:
    old = rows.submit()
    assert lectern("again", "tr_nothing").exit_code == 2
    both = lectern("again", old, "--domain", "ruby", "--no-domain")
    assert both.exit_code == 2
    assert "either" in both.stderr
    assert len(client.get(PATH).json()["items"]) == 1

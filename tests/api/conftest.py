"""The whole API over a home of its own, with a real decoder and no other process."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from app.context import Context
from app.local.token import read_or_make
from app.main import create_app
from app.media.client import DecoderClient
from app.uploads import service
from app.uploads.spool import Spool
from tests.support.answers import Answers
from tests.support.openai_client import OpenAIApi
from tests.support.rows import Rows, new_context
from tests.support.served import Served, served
from tests.support.tus import Tus
from worker.decoder.local import decoder


@pytest.fixture(scope="session")
def decoder_client() -> Iterator[DecoderClient]:
    with decoder(max_children=2) as private:
        yield private


@pytest.fixture
def context(tmp_path: Path, database_url: str, decoder_client: DecoderClient) -> Iterator[Context]:
    opened = new_context(tmp_path / "home", database_url, max_upload_bytes=2 * 1024**2)
    yield replace(opened, decoder=decoder_client)
    opened.database.dispose()


@pytest.fixture
def rows(context: Context) -> Rows:
    return Rows(context)


@pytest.fixture
def headers(context: Context) -> dict[str, str]:
    return {"Authorization": f"Bearer {read_or_make(context.settings.token_path)}"}


@pytest.fixture
def stranger(context: Context) -> Iterator[TestClient]:
    """A client that knows no token."""
    app = create_app(context.settings, context)
    answers = Answers(app.openapi())
    with TestClient(app, "http://127.0.0.1", raise_server_exceptions=False) as client:
        client.event_hooks["response"].append(answers.seen)
        yield client
    assert not answers.undocumented, answers.undocumented


@pytest.fixture
def client(stranger: TestClient, headers: dict[str, str]) -> TestClient:
    stranger.headers.update(headers)
    return stranger


@pytest.fixture
def socket_api(context: Context, headers: dict[str, str], tmp_path: Path) -> Iterator[Served]:
    """The same API behind a real socket."""
    with served(context, headers, tmp_path / "temporary") as running:
        yield running


@pytest.fixture(scope="session")
def openai_api(
    tmp_path_factory: pytest.TempPathFactory, decoder_client: DecoderClient
) -> Iterator[OpenAIApi]:
    """One API for all tests that do not mind each other's jobs."""
    folder = tmp_path_factory.mktemp("openai")
    opened = replace(new_context(folder / "home"), decoder=decoder_client)
    token = read_or_make(opened.settings.token_path)
    headers = {"Authorization": f"Bearer {token}"}
    with served(opened, headers, folder / "temporary") as running:
        yield OpenAIApi(running, Rows(opened))
    opened.database.dispose()


@pytest.fixture
def tus(client: TestClient) -> Tus:
    return Tus(client)


@pytest.fixture
def spool(context: Context) -> Spool:
    """Where uploads in parts lie until they are complete."""
    return service.spool_of(context)

"""Who is let in: the owner with the token, from this computer, from no other site."""

from __future__ import annotations

import stat

import pytest
from fastapi.testclient import TestClient

from app.context import Context
from app.local.token import read_or_make
from tests.support.problems import assert_problem

pytestmark = pytest.mark.chapter(28)
PATH = "/v1/transcriptions"


def test_the_token_opens_the_door(client: TestClient) -> None:
    assert client.get(PATH).status_code == 200


@pytest.mark.parametrize("path", [PATH, "/v1/models", "/v1/faults", "/v1/no-such-page"])
def test_without_a_token_nothing_is_told(stranger: TestClient, path: str) -> None:
    answer = stranger.get(path)
    assert_problem(answer, 401, "token_missing")
    assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize("given", ["Bearer wrong", "Bearer café", "Basic eDp5", "Bearer"])
def test_a_wrong_token_is_refused(stranger: TestClient, given: str) -> None:
    answer = stranger.get(PATH, headers={"Authorization": given.encode()})
    assert answer.status_code == 401
    assert answer.json()["code"] in ("token_wrong", "token_missing")


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8000", "127.0.0.1.evil.example", ""]
)
def test_another_name_of_this_computer_is_refused(client: TestClient, host: str) -> None:
    assert_problem(client.get(PATH, headers={"Host": host}), 403, "host_not_allowed")


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "localhost", "localhost:9", "[::1]", "[::1]:8"])
def test_its_loopback_names_are_allowed(client: TestClient, host: str) -> None:
    assert client.get(PATH, headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://localhost.evil.example", "http://[broken"]
)
def test_a_page_of_another_site_is_refused(client: TestClient, origin: str) -> None:
    answer = client.get(PATH, headers={"Origin": origin})
    assert_problem(answer, 403, "origin_not_allowed")


def test_a_cross_site_request_is_refused_even_without_an_origin(client: TestClient) -> None:
    answer = client.get("/healthz", headers={"Sec-Fetch-Site": "cross-site"})
    assert_problem(answer, 403, "origin_not_allowed")


@pytest.mark.parametrize("origin", ["http://127.0.0.1:8501", "http://localhost:8501"])
def test_our_own_page_is_allowed(client: TestClient, origin: str) -> None:
    headers = {"Origin": origin, "Sec-Fetch-Site": "same-site"}
    assert client.get(PATH, headers=headers).status_code == 200


@pytest.mark.parametrize("path", ["/healthz", "/openapi.json"])
def test_whether_it_lives_is_no_secret(stranger: TestClient, path: str) -> None:
    assert stranger.get(path).status_code == 200


def test_the_token_is_made_once_and_for_its_owner_only(context: Context) -> None:
    path = context.settings.home / "fresh"
    token = read_or_make(path)
    assert read_or_make(path) == token
    assert len(token) >= 40
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.write_text("")
    with pytest.raises(RuntimeError, match="remove it"):
        read_or_make(path)

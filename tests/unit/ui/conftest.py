"""Pages under Streamlit's own test harness, with a fake client behind them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests.unit.ui.fake_client import FakeClient
from ui.parts import session

SHELL = Path(__file__).parents[3] / "ui" / "pages" / "shell.py"
OpenPage = Callable[..., AppTest]


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> FakeClient:
    client = FakeClient()
    monkeypatch.setattr(session, "client", lambda: client)
    return client


@pytest.fixture
def open_page(fake: FakeClient) -> OpenPage:
    """Open `page` with the given query parameters, as a browser with that address would."""

    def open_(page: str, **parameters: str) -> AppTest:
        test = AppTest.from_file(str(SHELL), default_timeout=20)
        for name, value in parameters.items():
            test.query_params[name] = value
        test.run()
        if page != "transcribe":
            test.switch_page(f"{page}.py")
            for name, value in parameters.items():
                test.query_params[name] = value
            test.run()
        assert not test.exception
        return test

    return open_


@pytest.fixture
def words() -> Callable[[AppTest], str]:
    """Everything our own HTML says on a page."""

    def words_(test: AppTest) -> str:
        return "\n".join(element.body for element in test.get("html"))

    return words_

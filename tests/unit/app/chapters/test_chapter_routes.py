"""`/v1/chapters` over a small checkout."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from app.chapters.routes import repository_root, router
from app.errors import install

PAGE = "docs/chapters/07-planning-for-mistakes.md"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    files = {
        "guard.py": "# Ch 7 · Planning for Mistakes: silence has no words\ndef guard(): ...\n",
        "tests/test_guard.py": "@pytest.mark.chapter(7)\ndef test_guard(): ...\n",
        PAGE: "# Planning for Mistakes\n",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


@pytest.fixture
def client(checkout: Path) -> Iterator[TestClient]:
    app = FastAPI()
    install(app)
    app.include_router(router)
    app.dependency_overrides[repository_root] = lambda: checkout
    with TestClient(app) as client:
        yield client


def test_list(client: TestClient) -> None:
    chapters = client.get("/v1/chapters").json()
    assert [chapter["number"] for chapter in chapters] == list(range(1, 30))
    assert {chapter["number"]: chapter["annotation_count"] for chapter in chapters}[7] == 1
    assert sum(chapter["annotation_count"] for chapter in chapters) == 1
    assert chapters[6]["checks"] == ["tests/test_guard.py::test_guard"]
    assert chapters[6]["address"] == "https://mlip-cmu.github.io/book/07/"
    assert "page" not in chapters[6]


def test_one(client: TestClient) -> None:
    chapter = client.get("/v1/chapters/7").json()
    assert (chapter["title"], chapter["page"]) == (
        "Planning for Mistakes",
        "# Planning for Mistakes\n",
    )
    [annotation] = chapter["annotations"]
    assert annotation == {
        "summary": "silence has no words",
        "path": "guard.py",
        "line": 1,
        "symbol": "guard",
        "excerpt": {
            "text": "# Ch 7 · Planning for Mistakes: silence has no words\ndef guard(): ...",
            "first_line": 1,
            "language": "python",
        },
    }


def test_page_not_written_is_null(client: TestClient) -> None:
    assert client.get("/v1/chapters/8").json()["page"] is None


@pytest.mark.parametrize("number", [0, 30])
def test_unknown_chapter(client: TestClient, number: int) -> None:
    response = client.get(f"/v1/chapters/{number}")
    assert (response.status_code, response.json()["code"]) == (404, "chapter_not_found")
    assert f"no chapter {number}" in response.json()["detail"]

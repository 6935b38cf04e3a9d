"""Both storages, each empty, behind the one interface."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from app.storage.base import Storage
from tests.support.places import Place
from tests.support.s3 import S3Server, s3_server, set_environment


@pytest.fixture(scope="session")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    with s3_server(tmp_path_factory.mktemp("s3")) as server:
        yield server


@pytest.fixture
def bucket(s3: S3Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    """A part of a bucket, and a server that lives."""
    prefix = f"team/{uuid4().hex}"
    set_environment(monkeypatch, s3.environment(prefix))
    return Place(tmp_path / "home", s3, prefix)


@pytest.fixture(params=["folder", "bucket"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    if request.param == "folder":
        return Place(tmp_path / "home")
    made: Place = request.getfixturevalue("bucket")
    return made


@pytest.fixture
def storage(place: Place) -> Storage:
    return place.storage

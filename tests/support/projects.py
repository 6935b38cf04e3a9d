"""A small client of the API of projects, for tests."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fastapi.testclient import TestClient

from tests.support import media

PATH = "/v1/projects"


@dataclass(slots=True)
class Projects:
    client: TestClient

    def create(self, name: str = "Interviews", **fields: Any) -> dict[str, Any]:
        answer = self.client.post(PATH, json={"name": name, **fields})
        assert answer.status_code == 201, answer.text
        made: dict[str, Any] = answer.json()
        assert answer.headers["location"] == f"{PATH}/{made['id']}"
        return made

    def read(self, project: str) -> dict[str, Any]:
        answer = self.client.get(f"{PATH}/{project}")
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        assert answer.headers["etag"] == found["etag"]
        return found

    def upload(self, seconds: float = 1, name: str = "talk.wav") -> str:
        """The id of an upload; the same seconds are the same file, to the bit."""
        files = {"file": (name, media.speech_like_wav(seconds))}
        answer = self.client.post("/v1/recordings", files=files)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    def add(self, project: str, *seconds: float) -> list[str]:
        """Uploads that wait in the project."""
        made = [self.upload(each, f"talk {i}.wav") for i, each in enumerate(seconds)]
        for recording in made:
            answer = self.client.put(f"{PATH}/{project}/recordings/{recording}")
            assert answer.status_code == 200, answer.text
        return made

    def waiting(self, project: str) -> list[dict[str, Any]]:
        answer = self.client.get(f"{PATH}/{project}/recordings")
        assert answer.status_code == 200, answer.text
        found: list[dict[str, Any]] = answer.json()["items"]
        return found

    def estimate(self, project: str, **asked: Any) -> dict[str, Any]:
        answer = self.client.post(f"{PATH}/{project}/estimate", json=asked)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def start(self, project: str, **asked: Any) -> dict[str, Any]:
        answer = self.client.post(f"{PATH}/{project}/start", json=asked)
        assert answer.status_code == 202, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def transcripts(self, project: str) -> list[dict[str, Any]]:
        answer = self.client.get("/v1/transcriptions", params={"project": project, "limit": 200})
        assert answer.status_code == 200, answer.text
        found: list[dict[str, Any]] = answer.json()["items"]
        return found

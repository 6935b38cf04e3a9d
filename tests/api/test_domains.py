"""Domains over HTTP: made of terms, changed in versions, used by jobs."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient

from tests.support import media
from tests.support.problems import assert_problem

PATH = "/v1/domains"
SENT = {"file": ("talk.wav", media.speech_like_wav(2))}


def make(client: TestClient, name: str = "housing", *terms: str) -> dict:  # type: ignore[type-arg]
    body = {"name": name, "terms": [{"term": t} for t in terms or ("Oaxaca-Blinder", "Gini")]}
    answer = client.post(PATH, json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()


def submitted(client: TestClient, **fields: object) -> dict:  # type: ignore[type-arg]
    answer = client.post("/v1/transcriptions", files=SENT, data=fields)
    assert answer.status_code == 202, answer.text
    return client.get(answer.headers["location"]).json()


def test_the_shipped_domains_are_there_with_their_glossaries(client: TestClient) -> None:
    found = {each["name"]: each for each in client.get(PATH).json()["items"]}
    assert {"dictation", "medicine", "poverty-research", "ruby"} <= set(found)
    assert found["medicine"]["shipped"]
    assert found["medicine"]["terms"] >= 150
    assert found["medicine"]["parent"] == "whisper-base"


def test_a_domain_of_terms_is_there_at_once_and_a_job_hears_its_terms(client: TestClient) -> None:
    made = make(client)
    assert made["glossary"]["number"] == 1
    job = submitted(client, domain="housing", **{"keywords[]": ["Engel curve", "Gini"]})
    assert job["options"] == {
        "language": "en",
        "keywords": ["Engel curve", "Gini", "Oaxaca-Blinder"],
        "repair": [["Oaxaca-Blinder", ""], ["Gini", ""]],
    }
    assert job["domain"] == {"name": "housing", "glossary_version": 1, "model_version": None}
    assert job["model"]["name"] == "whisper-base"


@pytest.mark.chapter(24)
def test_a_changed_glossary_is_a_new_version_and_old_jobs_keep_theirs(client: TestClient) -> None:
    make(client)
    before = submitted(client, domain="housing")
    changed = client.put(f"{PATH}/housing/glossary", json={"terms": [{"term": "Theil"}]}).json()
    assert changed["number"] == 2
    again = client.put(f"{PATH}/housing/glossary", json={"terms": [{"term": "Theil"}]}).json()
    assert again["number"] == 2
    after = submitted(client, domain="housing")
    assert after["domain"]["glossary_version"] == 2
    assert after["options"]["keywords"] == ["Theil"]
    kept = client.get(f"/v1/transcriptions/{before['id']}").json()
    assert kept["domain"]["glossary_version"] == 1
    assert kept["options"]["keywords"] == ["Oaxaca-Blinder", "Gini"]


def test_terms_are_cleaned_and_said_twice_are_one(client: TestClient) -> None:
    made = make(client, "clean", "  Foster \n Greer ", "foster greer", "Theil")
    assert [each["term"] for each in made["glossary"]["terms"]] == ["Foster Greer", "Theil"]


@pytest.mark.parametrize(
    ("terms", "code", "told"),
    [
        (["x"] * 50_000, "too_many_terms", "50000 terms were given"),
        (["y" * 500], "term_too_long", "has 500 characters"),
        (["fine", "…"], "bad_term", "number 2"),
    ],
)
def test_bad_terms_are_refused_with_the_reason_and_change_nothing(
    client: TestClient, terms: list[str], code: str, told: str
) -> None:
    make(client)
    body = {"terms": [{"term": term} for term in terms]}
    answer = client.put(f"{PATH}/housing/glossary", json=body)
    assert_problem(answer, 422, code)
    assert told in answer.json()["detail"]
    assert client.get(f"{PATH}/housing").json()["glossary"]["number"] == 1
    assert_problem(client.post(PATH, json={"name": "other", **body}), 422, code)
    assert_problem(client.get(f"{PATH}/other"), 404, "domain_not_found")


def test_names_are_checked_taken_only_once_and_free_again(client: TestClient) -> None:
    make(client)
    assert_problem(client.post(PATH, json={"name": "housing"}), 409, "domain_exists")
    assert_problem(client.post(PATH, json={"name": "Housing!"}), 422, "bad_domain_name")
    job = submitted(client, domain="housing")
    assert client.delete(f"{PATH}/housing").status_code == 204
    assert_problem(client.get(f"{PATH}/housing"), 404, "domain_not_found")
    assert client.get(f"/v1/transcriptions/{job['id']}").json()["domain"]["name"] == "housing"
    assert make(client, "housing", "Theil")["glossary"]["number"] == 2


def test_what_comes_with_the_product_is_not_changed(client: TestClient) -> None:
    answer = client.put(f"{PATH}/ruby/glossary", json={"terms": []})
    assert_problem(answer, 409, "domain_shipped")
    assert_problem(client.delete(f"{PATH}/ruby"), 409, "domain_shipped")


def test_an_unknown_domain_is_refused_and_nothing_is_kept(client: TestClient) -> None:
    answer = client.post("/v1/transcriptions", files=SENT, data={"domain": "nowhere"})
    assert_problem(answer, 404, "domain_not_found")
    assert client.get("/v1/transcriptions").json()["items"] == []


def test_another_language_gets_the_terms_and_no_adapter(client: TestClient) -> None:
    job = submitted(client, domain="dictation", language="de")
    assert job["model"]["name"] == "whisper-base"
    assert job["domain"]["model_version"] is None
    assert "rubout" in job["options"]["keywords"]

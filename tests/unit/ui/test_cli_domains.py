"""`lectern domains`: listed, shown, made, removed; with the product and without."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import Result
from typer.testing import CliRunner

from app.models.names import adapted
from tests.support.versions import record
from ui.cli import api, standalone, standalone_domains
from ui.cli.commands import app
from ui.cli.exits import Exit, Stop
from ui.cli.outcome import Wanted

MADE_AT = "2026-11-23T10:00:00Z"


def problem(status: int, code: str, detail: str) -> httpx.Response:
    return httpx.Response(status, json={"code": code, "detail": detail, "request_id": "r"})


class Product:
    """The API as far as the command uses it: what is called a list is one."""

    def __init__(self) -> None:
        self.domains: dict[str, dict[str, Any]] = {}
        self.texts: dict[str, str] = {}

    def __call__(self, request: httpx.Request) -> httpx.Response:
        path, body = request.url.path, request.read()
        if path == "/healthz":
            return httpx.Response(200, json={"status": "alive"})
        if path == "/v1/domains/proposals":
            return self._propose(body)
        if request.method == "POST":
            return self._make(json.loads(body))
        if path == "/v1/domains":
            return httpx.Response(200, json={"items": list(self.domains.values())})
        name = path.split("/")[3]
        if name == "ruby":
            return problem(409, "domain_shipped", "ruby comes with Lectern.")
        if name not in self.domains:
            return problem(404, "domain_not_found", f"There is no domain {name!r}.")
        if path.endswith("/text"):
            self.texts[name] = json.loads(body)["text"]
            return httpx.Response(200, json={"text": "…", "sentences": 9, "words": 90})
        if request.method == "DELETE":
            del self.domains[name]
            return httpx.Response(204)
        return httpx.Response(200, json=self.domains[name])

    def _propose(self, body: bytes) -> httpx.Response:
        if b"%PDF" in body:
            return problem(422, "document_encrypted", "This PDF is protected with a password.")
        prose = b'filename="list' not in body
        terms = [{"term": f"T{n}", "sounds_like": ""} for n in range(150)]
        told = {"text": "A page.", "words": 900, "language": "en", "prose": prose}
        return httpx.Response(200, json=told | {"terms": terms, "notes": ["Only so much."]})

    def _make(self, given: dict[str, Any]) -> httpx.Response:
        if given["name"] in self.domains:
            return problem(409, "domain_exists", "There is a domain of that name already.")
        glossary = {"number": 1, "terms": given["terms"], "created_at": MADE_AT}
        given |= {"terms": len(given["terms"]), "glossary_version": 1, "glossary": glossary}
        self.domains[given["name"]] = given
        return httpx.Response(201, json=given)


@pytest.fixture
def product(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Product:
    running = Product()
    monkeypatch.setenv("LECTERN_HOME", str(tmp_path))
    monkeypatch.setenv("LECTERN_API_URL", "http://127.0.0.1:1")
    monkeypatch.setattr(api, "transport", httpx.MockTransport(running))
    monkeypatch.chdir(tmp_path)
    return running


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("LECTERN_HOME", str(tmp_path))
    monkeypatch.delenv("LECTERN_API_URL", raising=False)
    monkeypatch.chdir(tmp_path)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["domains", *arguments])


def file(name: str, content: str = "A page.") -> str:
    Path(name).write_text(content)
    return name


def test_a_domain_of_a_text_takes_the_first_terms_and_keeps_the_text(product: Product) -> None:
    result = run("make", "housing", "--text", file("page.txt"), "--title", "Housing")
    assert result.exit_code == 0, result.stderr
    assert "housing: 100 terms." in result.stdout
    assert "Only so much." in result.stderr
    assert product.domains["housing"]["title"] == "Housing"
    assert product.texts == {"housing": "A page."}


def test_a_list_is_taken_whole(product: Product) -> None:
    assert run("make", "housing", "--terms", file("list.csv")).exit_code == 0
    assert product.domains["housing"]["terms"] == 150
    assert not product.texts


def test_what_is_listed_can_be_shown_and_removed(product: Product) -> None:
    run("make", "housing", "--terms", file("list.csv"))
    assert "housing   150 terms  glossary only" in run().stdout
    assert json.loads(run("--json").stdout)[0]["name"] == "housing"
    assert "T149" in run("show", "housing").stdout
    assert json.loads(run("show", "housing", "--json").stdout)["glossary"]["number"] == 1
    assert run("remove", "housing").exit_code == 0
    assert not product.domains


@pytest.mark.parametrize(
    ("arguments", "content", "exit_code", "told"),
    [
        (["make", "x", "--terms", "page.txt"], "A page.", 2, "not a list"),
        (["make", "x", "--text", "page.txt"], "%PDF", 1, "protected with a password"),
        (["make", "x", "--text", "gone.txt"], "", 1, "gone.txt cannot be read"),
        (["make", "x"], "", 2, "either --terms FILE"),
        (["make", "x", "--terms", "a", "--text", "b"], "", 2, "either --terms FILE"),
        (["show", "nowhere"], "", 2, "no domain 'nowhere'"),
        (["remove", "ruby"], "", 2, "comes with Lectern"),
    ],
)
def test_what_is_refused_says_why_and_how_it_ends(
    product: Product, arguments: list[str], content: str, exit_code: int, told: str
) -> None:
    file("page.txt", content)
    result = run(*arguments)
    assert result.exit_code == exit_code
    assert told in result.stderr
    assert not product.domains


def test_a_name_that_is_taken(product: Product) -> None:
    run("make", "housing", "--terms", file("list.csv"))
    result = run("make", "housing", "--terms", "list.csv", "--json")
    assert result.exit_code == 2
    assert json.loads(result.stdout)["error"]["code"] == "domain_exists"


def test_without_a_product_the_shipped_ones_are_there_and_none_can_be_made(alone: None) -> None:
    found = {each["name"]: each for each in json.loads(run("--json").stdout)}
    assert {"dictation", "medicine", "poverty-research", "ruby"} <= set(found)
    assert "ActiveRecord" in run("show", "ruby").stdout
    assert run("show", "nowhere").exit_code == 2
    made = run("make", "x", "--terms", file("list.csv"))
    assert made.exit_code == 3
    assert "make run" in made.stderr


def test_without_a_product_a_domain_brings_its_terms_and_language(alone: None) -> None:
    settings = standalone.Settings()
    asked = standalone._checked(Wanted(domain="ruby", keywords=("Own",)), settings)
    assert asked.language == "en"
    assert asked.keywords[:2] == ("Own", "ActiveRecord")
    assert ["RSpec", "are spec"] in asked.options()["repair"]
    with pytest.raises(Stop) as stop:
        standalone._checked(Wanted(domain="nowhere"), settings)
    assert stop.value.code == Exit.USAGE


@pytest.mark.chapter(15)
@pytest.mark.parametrize("passed", [True, False])
def test_without_a_product_only_an_adapter_that_passed_its_gate_is_used(
    alone: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, passed: bool
) -> None:
    made = record("adapter", passed=passed)
    (tmp_path / "domain.toml").write_text('name = "field"\ntitle = "Field"\n')
    (tmp_path / "glossary.csv").write_text("term\nGini\n")
    (tmp_path / "adapter.safetensors").write_bytes(b"adapter")
    (tmp_path / "version.json").write_text(made.text())
    monkeypatch.setattr(standalone_domains.folders, "shipped", lambda: {"field": tmp_path})
    asked = standalone._checked(Wanted(domain="field"), standalone.Settings())
    served = adapted("whisper-base", made.adapter.sha256)
    assert asked.model == (served if passed else "whisper-base")
    german = standalone._checked(Wanted(domain="field", language="de"), standalone.Settings())
    assert german.model == "whisper-base"

"""OpenAI's own client, old and new, against the whole product: real models hear real speech."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import jiwer
import openai
import pytest

from deploy.local.product import Product
from tests.support.clients import FOLDER, OLDER, installed
from tests.support.jobs import AUDIO, SPEECH, Jobs

REPOSITORY = Path(__file__).resolve().parents[2]
SPANISH = AUDIO / "spanish.opus"
TURNS = json.loads((AUDIO / "speech.json").read_text())["turns"]
REFERENCE = " ".join(turn["text"] for turn in TURNS)


def plain(text: str) -> str:
    return "".join(c for c in text.lower() if c.isalnum() or c == " ")


def errors(text: str) -> float:
    return float(jiwer.wer(plain(REFERENCE), plain(text)))


def seen_by(folder: Path | None, product: Product) -> dict[str, Any]:
    """What `tests/clients/check.py` saw with the client in `folder`, or with the tests' own."""
    alone = ["-I", "-S"] if folder else []
    script = [sys.executable, *alone, str(FOLDER / "check.py"), str(folder or "")]
    arguments = [f"{product.api}/v1", product.token, str(SPEECH), str(SPANISH)]
    done = subprocess.run([*script, *arguments], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("name", [*OLDER, ""], ids=[*OLDER, "openai-3"])
def test_every_version_of_the_client_gets_the_text(product: Product, name: str) -> None:
    found = seen_by(installed(name) if name else None, product)
    assert found["version"].startswith(name.removeprefix("openai-") or "3")
    assert errors(found["plain"]) < 0.1
    assert found["language"] == "english"
    assert found["duration"] == pytest.approx(13.6, abs=0.1)
    assert errors(" ".join(text for _, _, _, text, _ in found["segments"])) < 0.1
    assert [number for number, *_ in found["segments"]] == list(range(len(found["segments"])))
    assert all(-1 < score < 0 for *_, score in found["segments"])
    assert errors(" ".join(word for word, _, _ in found["words"])) < 0.1
    times = [time for _, start, end in found["words"] for time in (start, end)]
    assert times == sorted(times)
    assert set(found["events"][:-1]) == {"transcript.text.delta"}
    assert found["events"][-1] == "transcript.text.done"
    assert found["deltas"] == found["done"]
    assert errors(found["done"]) < 0.1
    assert "train arrived late again" in plain(found["english"])
    assert found["refused"] == ["model_not_found", "model", True]
    assert found["alias"] == "whisper-1"
    assert found["models"][0] == "whisper-base"


def test_speech_is_translated_and_the_job_knows_both_languages(
    product: Product, jobs: Jobs
) -> None:
    with openai.OpenAI(base_url=f"{product.api}/v1", api_key=product.token) as client:
        spanish = client.audio.transcriptions.create(
            model="whisper-1", file=SPANISH, languages=["es", "it"]
        )
    assert "mi madre compró una taza de café" in spanish.text.lower()
    assert [language.code for language in spanish.languages or []] == ["es"]
    listed = jobs.http.get("/v1/transcriptions", params={"limit": 1}).json()["items"]
    assert listed[0]["language"] == "es"


def test_a_prompt_tells_which_of_two_words_that_sound_alike_is_meant(product: Product) -> None:
    with openai.OpenAI(base_url=f"{product.api}/v1", api_key=product.token) as client:
        texts = [
            client.audio.transcriptions.create(model="tiny.en", file=SPEECH, prompt=prompt).text
            for prompt in ("Early trains.", "The mourning train. Mourning trains.")
        ]
    assert [text.split()[1] for text in texts] == ["morning", "mourning"]


def test_the_example_of_the_readme_runs(product: Product, tmp_path: Path) -> None:
    readme = (REPOSITORY / "README.md").read_text()
    section = readme.split("## Use it with OpenAI's client")[1].split("\n## ")[0]
    [code] = re.findall(r"```python\n(.*?)```", section, re.DOTALL)
    (tmp_path / "interview.m4a").write_bytes(SPEECH.read_bytes())
    (tmp_path / ".lectern").mkdir()
    (tmp_path / ".lectern" / "token").write_text(product.token)
    assert "http://127.0.0.1:8000/v1" in code
    code = code.replace("http://127.0.0.1:8000/v1", f"{product.api}/v1")
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        cwd=tmp_path,
        env={name: value for name, value in os.environ.items() if name != "OPENAI_API_KEY"},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    said = done.stdout.splitlines()
    assert errors(said[0]) < 0.1
    assert "english" in done.stdout
    assert errors(said[-1]) < 0.1

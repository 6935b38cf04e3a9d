"""`python -m data list | describe | fetch`, as typed."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from data.__main__ import app
from data.acquisition.description import FOLDER, datasheet, describe, names
from data.acquisition.errors import AcquisitionError
from data.acquisition.places import REPOSITORY, Places
from data.acquisition.state import state
from tests.unit.data.acquisition import layouts
from tests.unit.data.acquisition.homes import Home


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LECTERN_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("LECTERN_CORPORA", str(tmp_path / "named"))


def _run(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments)


def _folder(tmp_path: Path) -> Path:
    folder = tmp_path / "My Recordings"
    folder.mkdir()
    for n in range(2):
        (folder / f"{n}.flac").write_bytes(layouts.encoded(layouts.tone(n), "flac"))
    (folder / "all.csv").write_text("file,said\n0.flac,Hello.\n1.flac,Bye.\n")
    return folder


def test_a_folder_of_the_user_from_fetch_to_list(tmp_path: Path) -> None:
    folder = _folder(tmp_path)
    first = _run("fetch", f"folder:{folder}")
    assert first.exit_code == 7
    assert "which column is the text? It has: file, said" in first.stderr
    done = _run("fetch", f"folder:{folder}", "--column", "text=said", "--licence", "mine")
    assert done.exit_code == 0, done.stderr
    assert f"my-recordings is here: 2 clips in {tmp_path}/home/corpora/my-recordings" in done.stdout
    listed = json.loads(_run("list", "--json").stdout)
    mine = next(each for each in listed if each["name"] == "my-recordings")
    assert mine["state"] == "present"
    assert mine["copy"] == "fetched"
    assert mine["clips"] == 2
    assert mine["licence"] == "mine"
    described = json.loads(_run("describe", "my-recordings", "--json").stdout)
    assert described["lock"]["clips"] == 2
    assert described["description"]["options"]["columns"] == {"text": "said"}
    again = _run("fetch", f"folder:{folder}", "--column", "text=said", "--json")
    assert json.loads(again.stdout)["new"] is False


def test_from_a_description_of_the_user(tmp_path: Path, place: Home) -> None:
    url = place.put("/a", layouts.tar(layouts.an4()))
    (tmp_path / "theirs.toml").write_text(
        'title = "Theirs"\nkind = "an4"\nabout = "x"\n[licence]\nname = "free"\naccept = true\n'
        f'[[files]]\nname = "an4.tar.gz"\nurls = ["{url}"]\n'
    )
    refused = _run("fetch", str(tmp_path / "theirs.toml"))
    assert refused.exit_code == 3
    assert "--accept-licence" in refused.stderr
    done = _run("fetch", str(tmp_path / "theirs.toml"), "--accept-licence")
    assert done.exit_code == 0, done.stderr
    assert "trusted as the first" in done.stderr
    shown = _run("describe", "theirs")
    assert "3 clips, 3 speakers" in shown.stdout


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["fetch", "nowhere"], 2, "There is no corpus 'nowhere'. Known are an4"),
        (["fetch", "nowhere.toml"], 2, "nowhere.toml cannot be read"),
        (["fetch", "../an4"], 2, "There is no corpus '../an4'"),
        (["fetch", "noise"], 2, "--from FOLDER"),
        (["fetch", "common-voice-en"], 3, "Nothing was fetched"),
        (["fetch", "common-voice-en", "--accept-licence"], 2, "wants a sign-in"),
        (["fetch", "an4", "--from", "/nowhere"], 2, "is not a file"),
        (["fetch", "hub:a/b", "--column", "text"], 2, "it has to be OURS=THEIRS"),
        (["describe", "nowhere"], 2, "There is no corpus 'nowhere'"),
        (["describe", "../../etc"], 2, "There is no corpus"),
    ],
)
def test_mistakes(arguments: list[str], code: int, words: str) -> None:
    result = _run(*arguments)
    assert result.exit_code == code
    assert words in result.stderr
    assert "Traceback" not in result.output


@pytest.mark.chapter(16)
def test_the_copies_of_the_results_are_told_from_others(
    tmp_path: Path, corpora: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LECTERN_CORPORA", str(corpora))
    listed = {each["name"]: each for each in json.loads(_run("list", "--json", "--verify").stdout)}
    for name in ("an4", "speechocean", "librispeech-test-other", "longform-lj003", "noise"):
        assert (listed[name]["state"], listed[name]["copy"]) == ("present", "pinned")
        pinned = describe(name).pinned
        assert pinned is not None
        assert pinned.clips == listed[name]["clips"]
        assert pinned.speakers == listed[name]["speakers"]
        assert pinned.minutes == listed[name]["minutes"]


def _noise(*options: str) -> tuple[str, str]:
    """State of the corpus `noise`, and why."""
    listed = json.loads(_run("list", "--json", *options).stdout)
    return next((each["state"], each["why"]) for each in listed if each["name"] == "noise")


def test_a_wrong_copy_is_noticed(tmp_path: Path, corpora: Path) -> None:
    copy = tmp_path / "named" / "noise"
    shutil.copytree(corpora / "noise", copy)
    for path in [copy, *copy.rglob("*")]:
        path.chmod(0o755)
    right = ("present", "the copy of the committed results")
    assert _noise("--verify") == right
    audio = next((copy / "audio").rglob("*.flac"))
    audio.write_bytes(audio.read_bytes()[:-1] + b"?")
    assert _noise() == right, "without --verify only the manifest is compared"
    assert _noise("--verify") == ("different", "its manifest is right, its audio is not")
    audio.unlink()
    assert _noise("--verify")[1].endswith("is missing")
    manifest = copy / "manifest.jsonl"
    text = manifest.read_text()
    manifest.write_text(text.replace('"noise"', '"music"', 1))
    result = _run("list")
    assert result.exit_code == 5
    assert "expected is 57d10ecb2082" in result.stderr
    manifest.write_text(text.replace('"duration_s"', '"seconds"', 1))
    assert '"duration_s" is missing' in _run("list").stderr
    assert json.loads(_run("describe", "noise", "--json").stdout)["state"] == "different"


def test_taking_over_the_copy_of_the_results(tmp_path: Path, corpora: Path) -> None:
    done = _run("fetch", "noise", "--from", str(corpora / "noise"))
    assert done.exit_code == 0, done.stderr
    assert state("noise", Places.from_environment(), verify=True).copy == "pinned"
    wrong = _run("fetch", "noise", "--again", "--from", str(corpora / "an4"))
    assert wrong.exit_code == 5
    assert "is not the copy of noise the results were made with" in wrong.stderr


@pytest.mark.parametrize("name", names())
def test_every_corpus_is_described(name: str) -> None:
    description = describe(name)
    assert description.not_in_it
    assert description.about.endswith(".")
    assert description.wanted_ids is None or description.wanted_ids
    if description.pinned is not None:
        sheet = datasheet(name).read_text()
        for heading in ("Why", "Who speaks", "Who does not", "What it can conclude"):
            assert f"## {heading}" in sheet, f"{name}.md has no {heading!r}"


def test_no_sum_without_its_origin() -> None:
    for name in names():
        for file in describe(name).files:
            assert not (file.sha256 or file.reported_sha256) or file.sum_from, name


def test_a_bad_description_is_told(tmp_path: Path) -> None:
    path = tmp_path / "x.toml"
    path.write_text(
        'title = "X"\nkind = "an4"\nabout = "x"\n[licence]\nname = "free"\n'
        '[[files]]\nname = "../x"\nsha256 = "abc"\nurls = ["ftp://x"]\n'
    )
    with pytest.raises(AcquisitionError) as raised:
        describe(str(path))
    said = str(raised.value)
    assert "files.0.name" in said
    assert "files.0.sha256" in said
    assert "files.0.urls: 'ftp://x' is no address" in said


def test_the_folders_are_those_of_the_product(monkeypatch: pytest.MonkeyPatch) -> None:
    """`data` must not import the settings; nothing else keeps the two alike."""
    from app.settings import Settings

    for variable in ("LECTERN_HOME", "LECTERN_CORPORA"):
        monkeypatch.delenv(variable)
    settings = Settings()
    places = Places.from_environment()
    assert places.named == settings.corpora
    assert places.fetched == settings.home / "corpora"
    assert FOLDER.is_relative_to(REPOSITORY)

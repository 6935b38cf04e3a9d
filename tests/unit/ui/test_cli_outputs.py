"""Where transcripts go, and that nothing is overwritten by accident."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ui.cli import outputs
from ui.cli.exits import Exit, Stop
from ui.cli.outcome import Item, Refused, Transcript


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def targets(files: list[str], output: str | None) -> list[str | None]:
    items = outputs.plan([Path(file) for file in files], output, "srt")
    return [str(item.target) if item.target else None for item in items]


@pytest.mark.parametrize(
    ("files", "output", "expected"),
    [
        (["a/talk.wav"], None, [None]),
        (["a/talk.wav"], "-", [None]),
        (["a/talk.wav"], "other.txt", ["other.txt"]),
        (["a/talk.wav"], "other", ["other"]),
        (["a/talk.wav"], "new/", ["new/talk.srt"]),
        (["a/talk.v2.wav", "b/b.mp3"], None, ["talk.v2.srt", "b.srt"]),
        (["a.wav", "b.mp3"], "new", ["new/a.srt", "new/b.srt"]),
    ],
)
def test_targets(files: list[str], output: str | None, expected: list[str | None]) -> None:
    assert targets(files, output) == expected


def test_an_existing_folder_needs_no_slash() -> None:
    Path("out").mkdir()
    assert targets(["talk.wav"], "out") == ["out/talk.srt"]


@pytest.mark.parametrize(
    ("files", "output"),
    [(["a/x.wav", "b/x.wav"], None), (["x.wav", "x.mp3"], "out"), (["a", "b"], "-")],
)
def test_what_cannot_be_named_is_a_usage_error(files: list[str], output: str | None) -> None:
    with pytest.raises(Stop) as stopped:
        targets(files, output)
    assert stopped.value.code is Exit.USAGE


def test_several_transcripts_do_not_fit_into_a_file() -> None:
    Path("out").write_text("x")
    with pytest.raises(Stop, match="is not a folder"):
        targets(["a.wav", "b.wav"], "out")


def item(target: str, content: str = "new") -> Item:
    Path("talk.wav").write_bytes(b"RIFF")
    return Item(Path("talk.wav"), Path(target), transcript=Transcript(content.encode(), 1.0))


def test_an_existing_file_is_left_alone() -> None:
    Path("out.txt").write_text("precious")
    with pytest.raises(Refused, match="--force"):
        outputs.check(item("out.txt"), force=False)
    with pytest.raises(Refused, match="--force"):  # it came into being while we worked
        outputs.write(item("out.txt"), force=False)
    assert Path("out.txt").read_text() == "precious"


def test_force_replaces_it() -> None:
    Path("out.txt").write_text("old")
    outputs.check(item("out.txt"), force=True)
    outputs.write(item("out.txt"), force=True)
    assert Path("out.txt").read_text() == "new"
    assert sorted(path.name for path in Path().iterdir()) == ["out.txt", "talk.wav"]


def test_force_does_not_replace_the_recording() -> None:
    with pytest.raises(Refused, match="would replace the recording"):
        outputs.check(item("talk.wav"), force=True)


def test_a_transcript_has_the_rights_of_any_new_file() -> None:
    outputs.write(item("out.txt"), force=False)
    Path("plain").touch()
    assert Path("out.txt").stat().st_mode == Path("plain").stat().st_mode


def test_a_failure_while_writing_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(outputs, "_replace", full)
    with pytest.raises(Refused, match="No space left"):
        outputs.write(item("out.txt"), force=False)
    assert not Path("out.txt").exists()


@pytest.mark.parametrize(
    ("name", "code"), [("gone.wav", "file_missing"), (".", "is_folder"), ("no", "empty_file")]
)
def test_inputs_that_are_no_recordings(name: str, code: str) -> None:
    Path("no").touch()
    with pytest.raises(Refused) as refused:
        outputs.check(Item(Path(name), None), force=False)
    assert refused.value.failure.code == code


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_is_not_ours() -> None:
    Path("theirs").mkdir(mode=0o500)
    with pytest.raises(Refused) as refused:
        outputs.check(item("theirs/out.txt"), force=False)
    assert refused.value.failure.code == "output_unwritable"

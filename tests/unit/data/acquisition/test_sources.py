"""Each public layout becomes the one form of all corpora."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from data.acquisition import manifest
from data.acquisition.description import Description, describe, parsed
from data.acquisition.errors import AcquisitionError, BadArchive
from data.acquisition.fetch import Fetcher, Order
from data.acquisition.lock import Lock
from tests.unit.data.acquisition import layouts

Row = dict[str, Any]


def _description(kind: str, archive: str, **options: object) -> Description:
    return parsed(
        {
            "name": "mine",
            "title": "Mine",
            "kind": kind,
            "about": "A test.",
            "home": "https://example.org/",
            "licence": {"name": "CC-BY-4.0"},
            "files": [{"name": archive}] if archive else [],
            "options": options,
        },
        "test",
    )


def _rows(folder: Path) -> list[Row]:
    return [entry.row for entry in manifest.read(folder)]


def _fetched(
    fetcher: Fetcher, tmp_path: Path, kind: str, content: bytes, **options: object
) -> tuple[Path, list[Row], Lock]:
    archive = tmp_path / "archive.tar.gz"
    archive.write_bytes(content)
    order = Order(_description(kind, archive.name, **options), given=archive)
    outcome = fetcher.fetch(order)
    return outcome.folder, _rows(outcome.folder), outcome.lock


def test_librispeech(fetcher: Fetcher, tmp_path: Path) -> None:
    folder, rows, _ = _fetched(fetcher, tmp_path, "librispeech", layouts.tar(layouts.librispeech()))
    assert [row["id"] for row in rows] == [
        *(f"1688-142285-000{n}" for n in range(3)),
        *(f"367-130732-000{n}" for n in range(3)),
    ]
    assert rows[0] == {
        "id": "1688-142285-0000",
        "audio": "audio/1688-142285-0000.flac",
        "duration_s": 0.25,
        "text": "THIS IS UTTERANCE I OF READER'S",
        "split": "test",
        "speaker": "1688",
        "gender": "female",
        "licence": "CC-BY-4.0",
        "source": "https://example.org/",
        "sha256": manifest.sha256_of(folder / rows[0]["audio"]),
    }
    assert rows[3]["gender"] == "male"
    assert np.array_equal(layouts.decoded(folder / rows[3]["audio"]), layouts.tone(0))


@pytest.mark.parametrize("form", ["sph", "raw"])
def test_an4(fetcher: Fetcher, tmp_path: Path, form: str) -> None:
    folder, rows, _ = _fetched(fetcher, tmp_path, "an4", layouts.tar(layouts.an4(form)))
    assert [(r["id"], r["text"], r["split"], r["speaker"], r["gender"]) for r in rows] == [
        ("train/an251-fash-b", "YES", "train", "fash", "female"),
        ("train/cen1-mblb-b", "H I N I C H", "train", "mblb", "male"),
        ("test/an401-mdms2-b", "ENTER SEVEN ONE FIVE FOUR", "test", "mdms2", "male"),
    ]
    assert rows[0]["audio"] == "audio/train/an251-fash-b.flac"
    assert rows[0]["device"] == "close-talking mic"
    for row, number in zip(rows, (1, 2, 3), strict=True):
        assert np.array_equal(layouts.decoded(folder / row["audio"]), layouts.tone(number))


def test_an4_samples_make_the_same_file_from_either_form(fetcher: Fetcher, tmp_path: Path) -> None:
    _, _, first = _fetched(fetcher, tmp_path, "an4", layouts.tar(layouts.an4("sph")))
    (fetcher.folder / "mine.lock.json").unlink()
    _, _, second = _fetched(fetcher, tmp_path, "an4", layouts.tar(layouts.an4("raw")))
    assert first.audio_sha256 == second.audio_sha256


@pytest.mark.parametrize("separator", ["\t", " "])
def test_speechocean(fetcher: Fetcher, tmp_path: Path, separator: str) -> None:
    content = layouts.tar(layouts.speechocean(separator))
    folder, rows, _ = _fetched(fetcher, tmp_path, "speechocean", content)
    assert [(r["id"], r["split"], r["age"], r["age_group"], r["gender"]) for r in rows] == [
        ("0001-000010013", "train", "6", "child", "male"),
        ("0001-000010022", "train", "6", "child", "male"),
        ("9555-095550013", "test", "35", "adult", "female"),
        ("9555-095550022", "test", "35", "adult", "female"),
    ]
    assert rows[0]["audio"] == "audio/0001-000010013.flac"
    assert {row["native_language"] for row in rows} == {"Mandarin"}
    assert np.array_equal(layouts.decoded(folder / rows[0]["audio"]), layouts.tone(0))


def test_speechocean_as_one_split(fetcher: Fetcher, tmp_path: Path) -> None:
    content = layouts.tar(layouts.speechocean())
    _, rows, _ = _fetched(fetcher, tmp_path, "speechocean", content, split="test")
    assert [(row["split"], row["official_split"]) for row in rows] == [
        ("test", "train"),
        ("test", "train"),
        ("test", "test"),
        ("test", "test"),
    ]


@pytest.mark.parametrize("new", [True, False])
def test_common_voice(fetcher: Fetcher, tmp_path: Path, new: bool) -> None:
    content = layouts.tar(layouts.common_voice(new=new))
    _, rows, _ = _fetched(fetcher, tmp_path, "common-voice", content)
    assert [(r.get("gender"), r.get("age_group"), r.get("accent")) for r in rows] == [
        ("female", "teen", None),
        ("male", "adult", "England"),
        (None, None, None),
        ("male", "adult", "England"),
    ]
    assert rows[1]["age"] == "fourties"
    assert rows[0]["text"] == 'He said "no" 0 times.'
    assert rows[1]["speaker"] == rows[3]["speaker"] != rows[0]["speaker"]
    assert rows[0]["audio"] == "audio/common_voice_en_1000.mp3"
    assert 0.5 <= rows[0]["duration_s"] < 0.65


def test_common_voice_with_few_clips_of_each_speaker(fetcher: Fetcher, tmp_path: Path) -> None:
    content = layouts.tar(layouts.common_voice())
    _, rows, _ = _fetched(fetcher, tmp_path, "common-voice", content, clips_a_speaker=1)
    assert len(rows) == len({row["speaker"] for row in rows}) == 3


def test_common_voice_of_another_language(fetcher: Fetcher, tmp_path: Path) -> None:
    content = layouts.tar(layouts.common_voice())
    with pytest.raises(BadArchive, match=r"no de/test\.tsv: is it the archive of this language"):
        _fetched(fetcher, tmp_path, "common-voice", content, language="de")


def test_fleurs(fetcher: Fetcher, tmp_path: Path) -> None:
    table, audio = layouts.fleurs()
    (tmp_path / "given").mkdir()
    (tmp_path / "given" / "test.tsv").write_bytes(table)
    (tmp_path / "given" / "test.tar.gz").write_bytes(audio)
    description = _description("fleurs", "test.tsv")
    files = (*description.files, description.files[0].model_copy(update={"name": "test.tar.gz"}))
    description = description.model_copy(update={"files": files})
    folder = fetcher.fetch(Order(description, given=tmp_path / "given")).folder
    rows = _rows(folder)
    assert [(r["id"], r["text"], r["gender"], r["sentence"]) for r in rows] == [
        ("test/100", 'He said: "Hello."', "male", "1660"),
        ("test/101", 'He said: "Hello."', "female", "1660"),
        ("test/102", "Bye.", "other", "1661"),
    ]
    assert "speaker" not in rows[0]
    assert rows[0]["audio"] == "audio/test/100.wav"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda f: f.pop("LibriSpeech/SPEAKERS.TXT"), r"LibriSpeech/SPEAKERS\.TXT is not in the"),
        (
            lambda f: [f.pop(name) for name in list(f) if name.endswith(".trans.txt")],
            "has no transcripts",
        ),
        (lambda f: f.update({"LibriSpeech/SPEAKERS.TXT": b"\xff\xfe|"}), "is not UTF-8"),
        (lambda f: [f.pop(n) for n in list(f) if n.endswith(".flac")], "no usable clip was found"),
    ],
)
def test_another_layout_is_told(fetcher: Fetcher, tmp_path: Path, change: Any, words: str) -> None:
    files = layouts.librispeech()
    change(files)
    with pytest.raises(BadArchive, match=words):
        _fetched(fetcher, tmp_path, "librispeech", layouts.tar(files))
    assert not (fetcher.folder / "mine").exists()


def test_one_bad_clip_is_left_out_and_counted(fetcher: Fetcher, tmp_path: Path) -> None:
    files = layouts.librispeech(clips=40)
    files["LibriSpeech/test-other/367/130732/367-130732-0007.flac"] = b"fLaC, but no more"
    _, rows, lock = _fetched(fetcher, tmp_path, "librispeech", layouts.tar(files))
    assert len(rows) == 79
    assert [id_ for id_, _ in lock.left_out] == ["367-130732-0007"]
    assert "cannot be used" in lock.left_out[0][1]


def test_many_bad_clips_are_another_corpus(fetcher: Fetcher, tmp_path: Path) -> None:
    files = layouts.librispeech(clips=10)
    for name in [name for name in files if "367" in name and name.endswith(".flac")]:
        del files[name]
    with pytest.raises(BadArchive, match="10 of 20 clips cannot be used"):
        _fetched(fetcher, tmp_path, "librispeech", layouts.tar(files))


def test_the_clips_of_a_subset_and_no_others(
    fetcher: Fetcher, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("data.acquisition.description.FOLDER", tmp_path)
    (tmp_path / "some.ids").write_text("367-130732-0001\n1688-142285-0002\n")
    archive = tmp_path / "a.tar.gz"
    archive.write_bytes(layouts.tar(layouts.librispeech()))
    description = _description("librispeech", "a.tar.gz").model_copy(
        update={"clip_ids": "some.ids"}
    )
    folder = fetcher.fetch(Order(description, given=archive)).folder
    assert [row["id"] for row in _rows(folder)] == ["1688-142285-0002", "367-130732-0001"]
    assert len(list((folder / "audio").iterdir())) == 2
    (tmp_path / "some.ids").write_text("367-130732-0001\n99-99-0000\n")
    with pytest.raises(BadArchive, match="1 of its 2 clips are not in what was fetched"):
        fetcher.fetch(Order(description, given=archive, again=True))
    assert len(_rows(folder)) == 2, "what was there stays"


def test_our_subsets_are_those_of_the_committed_results(corpora: Path) -> None:
    for name in ("speechocean", "librispeech-test-other"):
        ids = describe(name).wanted_ids
        assert ids == {entry.row["id"] for entry in manifest.read(corpora / name)}


def _folder(tmp_path: Path, name: str, write: Any, clips: int = 3) -> Path:
    folder = tmp_path / "recordings"
    (folder / "wavs").mkdir(parents=True)
    rows = []
    for n in range(clips):
        (folder / "wavs" / f"{n}.wav").write_bytes(layouts.encoded(layouts.tone(n), "wav"))
        rows.append({"clip": f"wavs/{n}.wav", "said": f"number, {n}", "who": "a", "gender": "F"})
    with (folder / name).open("w", newline="") as file:
        write(file, rows)
    return folder


def _write_csv(file: Any, rows: list[Row]) -> None:
    writer = csv.DictWriter(file, rows[0])
    writer.writeheader()
    writer.writerows(rows)


def _write_tsv(file: Any, rows: list[Row]) -> None:
    file.write("\t".join(rows[0]) + "\n")
    file.writelines("\t".join(row.values()) + "\n" for row in rows)


def _write_jsonl(file: Any, rows: list[Row]) -> None:
    file.writelines(json.dumps(row) + "\n" for row in rows)


COLUMNS = {"audio": "clip", "text": "said", "speaker": "who"}


@pytest.mark.parametrize(
    ("name", "write"), [("t.csv", _write_csv), ("t.tsv", _write_tsv), ("t.jsonl", _write_jsonl)]
)
def test_a_folder_of_the_user(fetcher: Fetcher, tmp_path: Path, name: str, write: Any) -> None:
    folder = _folder(tmp_path, name, write)
    description = _description("table", "", folder=str(folder), columns=COLUMNS)
    rows = _rows(fetcher.fetch(Order(description)).folder)
    assert [(r["id"], r["text"], r["speaker"], r["gender"], r["split"]) for r in rows] == [
        (f"wavs/{n}", f"number, {n}", "a", "female", "test") for n in range(3)
    ]
    assert (folder / "wavs" / "0.wav").is_file(), "the user's files stay"


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("", "which column is the audio. It has: clip, said, who, gender. Say so with --column"),
        ("{}", "has no column 'path'"),
    ],
)
def test_columns_that_nobody_can_guess(
    fetcher: Fetcher, tmp_path: Path, line: str, words: str
) -> None:
    folder = _folder(tmp_path, "t.csv", _write_csv)
    columns = {"audio": "path"} if line else {}
    description = _description("table", "", folder=str(folder), columns=columns)
    with pytest.raises(BadArchive, match=words.replace(".", r"\.").replace("audio\\.", "audio.")):
        fetcher.fetch(Order(description))


def test_a_table_that_points_outside(fetcher: Fetcher, tmp_path: Path) -> None:
    folder = _folder(tmp_path, "t.csv", _write_csv)
    (tmp_path / "secret.wav").write_bytes(layouts.encoded(layouts.tone(0), "wav"))
    (folder / "t.csv").write_text("audio,text\n../secret.wav,x\n")
    with pytest.raises(BadArchive, match=r"t\.csv, line 2: \.\./secret\.wav lies outside"):
        fetcher.fetch(Order(_description("table", "", folder=str(folder))))
    (folder / "link.wav").symlink_to(tmp_path / "secret.wav")
    (folder / "t.csv").write_text("audio,text\nlink.wav,x\n")
    with pytest.raises(BadArchive, match="lies outside"):
        fetcher.fetch(Order(_description("table", "", folder=str(folder))))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ('{"audio": "wavs/0.wav", "text": "a"}\n{"audio": \n', "line 2 is not JSON"),
        ("[1]\n", "line 1 is not an object"),
        ('{"audio": "wavs/0.wav", "text": "a"}\n{"audio": "", "text": "a"}\n', "line 2 names no"),
        ('{"audio": "wavs/0.wav", "text": "a"}\n' * 2, "two clips are named 'wavs/0'"),
        ("", "has no rows"),
    ],
)
def test_bad_tables(fetcher: Fetcher, tmp_path: Path, content: str, words: str) -> None:
    folder = _folder(tmp_path, "t.jsonl", _write_jsonl)
    (folder / "t.jsonl").write_text(content)
    with pytest.raises(BadArchive, match=words):
        fetcher.fetch(Order(_description("table", "", folder=str(folder))))


def test_bad_folders(fetcher: Fetcher, tmp_path: Path) -> None:
    def fetch(folder: Path, **options: object) -> None:
        fetcher.fetch(Order(_description("table", "", folder=str(folder), **options)))

    with pytest.raises(AcquisitionError, match="is not a folder"):
        fetch(tmp_path / "nowhere")
    with pytest.raises(AcquisitionError, match="there: none"):
        fetch(tmp_path)
    (tmp_path / "a.csv").write_text("audio,text\nx.wav,b,c\n")
    with pytest.raises(BadArchive, match="line 2: it has more fields"):
        fetch(tmp_path)
    (tmp_path / "b.csv").touch()
    with pytest.raises(AcquisitionError, match=r"there: a\.csv, b\.csv\. Say which with --table"):
        fetch(tmp_path)
    with pytest.raises(AcquisitionError, match="wrong: Extra inputs are not permitted"):
        fetch(tmp_path, wrong=1)

"""Datasets of a hub that runs on this computer."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from data.acquisition import adhoc, manifest
from data.acquisition.description import Description
from data.acquisition.errors import AcquisitionError, BadArchive, Unreachable, WrongSum
from data.acquisition.fetch import Fetcher, Order
from tests.unit.data.acquisition import layouts
from tests.unit.data.acquisition.homes import Home, status

COMMIT = "0123456789abcdef0123456789abcdef01234567"
LATER = "76543210fedcba9876543210fedcba9876543210"
REPO = "somebody/voices"
CONTENT = layouts.parquet()


@pytest.fixture
def hub(place: Home, monkeypatch: pytest.MonkeyPatch) -> Home:
    monkeypatch.setenv("HF_ENDPOINT", place.url)
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    return place


def _publish(
    hub: Home, files: dict[str, bytes], commit: str = COMMIT, revision: str = "main"
) -> None:
    siblings = [
        {
            "rfilename": path,
            "size": len(content),
            "blobId": "b",
            "lfs": {
                "sha256": hashlib.sha256(content).hexdigest(),
                "size": len(content),
                "pointerSize": 130,
            },
        }
        for path, content in files.items()
    ]
    info = {"id": REPO, "sha": commit, "cardData": {"license": "cc-by-4.0"}, "siblings": siblings}
    for name in {revision, commit}:
        hub.put(f"/api/datasets/{REPO}/revision/{name}", json.dumps(info).encode())
    for path, content in files.items():
        hub.put(f"/datasets/{REPO}/resolve/{commit}/{path}", content)


def _description(**extra: object) -> Description:
    return adhoc.description(f"hub:{REPO}", adhoc.Extra(**extra))  # type: ignore[arg-type]


def test_a_dataset_becomes_a_corpus(hub: Home, fetcher: Fetcher, said: list[str]) -> None:
    _publish(hub, {"data/test-00000-of-00001.parquet": CONTENT, "data/train-0.parquet": b"no"})
    outcome = fetcher.fetch(Order(_description()))
    rows = [entry.row for entry in manifest.read(outcome.folder)]
    assert [(r["id"], r["text"], r["speaker"], r.get("gender")) for r in rows] == [
        ("clip0", "this is number 0", "0", "female"),
        ("clip1", "this is number 1", "1", "male"),
        ("clip2", "this is number 2", "0", None),
    ]
    assert rows[0]["audio"] == "audio/clip0.flac"
    assert outcome.folder.name == "voices"
    assert outcome.lock.files[0].held_to == "published"
    assert any("main is held to the commit 0123456789abcdef" in line for line in said)
    assert "The hub says of the licence: cc-by-4.0." in said
    asked = [asked for asked in hub.asked if "resolve" in asked.path]
    assert [each.authorization for each in asked] == ["Bearer hf_secret"]


@pytest.mark.chapter(24)
def test_a_branch_that_moved_is_held_to_the_first_commit(hub: Home, fetcher: Fetcher) -> None:
    _publish(hub, {"data/test-0.parquet": CONTENT})
    first = fetcher.fetch(Order(_description())).lock
    _publish(hub, {"data/test-0.parquet": layouts.parquet(2)}, LATER)
    _publish(hub, {"data/test-0.parquet": CONTENT}, COMMIT, COMMIT)
    again = fetcher.fetch(Order(_description(), again=True)).lock
    assert again.manifest_sha256 == first.manifest_sha256
    assert again.description.options["revision"] == COMMIT
    named = fetcher.fetch(Order(_description(revision=LATER), again=True)).lock
    assert named.clips == 2


def test_the_sum_of_the_hub_is_enforced(hub: Home, fetcher: Fetcher) -> None:
    _publish(hub, {"data/test-0.parquet": CONTENT})
    wrong = bytearray(CONTENT)
    wrong[100] ^= 1
    hub.put(f"/datasets/{REPO}/resolve/{COMMIT}/data/test-0.parquet", bytes(wrong))
    with pytest.raises(WrongSum, match="is not the file it should be"):
        fetcher.fetch(Order(_description()))


def test_several_files_and_a_config(hub: Home, fetcher: Fetcher) -> None:
    other = layouts.parquet(2, id=[f"other{n}" for n in range(2)])
    _publish(
        hub,
        {
            "en/test/0000.parquet": layouts.parquet(2, id=["a", "b"]),
            "en/test/0001.parquet": other,
            "de/test/0000.parquet": CONTENT,
        },
    )
    folder = fetcher.fetch(Order(_description(config="en"))).folder
    assert [e.row["id"] for e in manifest.read(folder)] == ["a", "b", "other0", "other1"]
    few = fetcher.fetch(Order(_description(config="en", limit=3, name="few"))).folder
    assert [e.row["id"] for e in manifest.read(few)] == ["a", "b", "other0"]


def test_what_is_not_there_is_told(hub: Home, fetcher: Fetcher) -> None:
    with pytest.raises(AcquisitionError, match="no dataset somebody/voices"):
        fetcher.fetch(Order(_description()))
    path = f"/api/datasets/{REPO}/revision/main"
    hub.put(path, b"", status(200, 404, X_Error_Code="RepoNotFound"))
    with pytest.raises(AcquisitionError, match="no dataset somebody/voices"):
        fetcher.fetch(Order(_description()))
    hub.put(path, b"", status(*[200] * 2, 404, X_Error_Code="RevisionNotFound"))
    with pytest.raises(AcquisitionError, match="no revision main of somebody/voices"):
        fetcher.fetch(Order(_description()))
    hub.troubles.clear()
    _publish(hub, {"data/train-0.parquet": CONTENT})
    with pytest.raises(AcquisitionError, match=r"no Parquet files of the split 'test'.*train-0"):
        fetcher.fetch(Order(_description()))
    _publish(hub, {"audio.zip": b"x"})
    with pytest.raises(AcquisitionError, match="try --revision refs/convert/parquet"):
        fetcher.fetch(Order(_description()))


def test_terms_of_the_hub(hub: Home, fetcher: Fetcher) -> None:
    path = f"/api/datasets/{REPO}/revision/main"
    hub.put(path, b"", status(*[403] * 9, X_Error_Code="GatedRepo"))
    with pytest.raises(AcquisitionError, match=r"behind terms: accept them on .* set HF_TOKEN"):
        fetcher.fetch(Order(_description()))
    hub.put(path, b"", status(*[500] * 9))
    with pytest.raises(Unreachable, match="cannot be asked"):
        fetcher.fetch(Order(_description()))


@pytest.mark.parametrize(
    ("content", "extra", "words"),
    [
        (
            CONTENT,
            {"columns": {"text": "w"}},
            r"no column 'w' \(for text\)\. It has: audio",
        ),
        (
            CONTENT,
            {"columns": {"audio": "sentence", "text": "gender"}},
            "'sentence' holds no audio, only string",
        ),
        (b"PAR1 nothing PAR1", {}, "is not a Parquet file that can be read"),
    ],
)
def test_bad_tables(
    hub: Home, fetcher: Fetcher, content: bytes, extra: dict[str, object], words: str
) -> None:
    _publish(hub, {"data/test-0.parquet": content})
    with pytest.raises(BadArchive, match=words):
        fetcher.fetch(Order(_description(**extra)))


def test_options_that_do_not_belong(tmp_path: Path) -> None:
    with pytest.raises(AcquisitionError, match="are for hub:OWNER/DATASET and folder:PATH"):
        adhoc.description("an4", adhoc.Extra(split="test"))
    with pytest.raises(AcquisitionError, match="--table is for folder"):
        _description(table="x.csv")
    with pytest.raises(AcquisitionError, match="are for hub:"):
        adhoc.description(f"folder:{tmp_path}", adhoc.Extra(revision="main"))
    with pytest.raises(AcquisitionError, match="name: String should match"):
        _description(name="../evil")

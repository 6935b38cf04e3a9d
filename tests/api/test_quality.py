"""Quality over HTTP: figures, slices, worst clips, their sound, comparisons, and damaged files."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi.testclient import TestClient

from app.context import Context
from app.local.token import read_or_make
from app.main import create_app
from app.quality import documents, files, routes
from app.quality.files import FileCache, Unreadable
from evaluation.runs.format import HeardWord, Recording, Run, Utterance
from evaluation.wer import Errors
from tests.support import media
from tests.support.problems import assert_problem
from tests.support.quality import Results, measured
from tests.support.rows import new_context
from tests.support.runs import made_run
from ui.client import ApiError, Client
from ui.settings import Settings

SMALL = {"speakers": 6, "each": 4}
SOUND = media.encode("flac", "flac", seconds=1.0)


@pytest.fixture
def committed(tmp_path: Path) -> Results:
    return Results(tmp_path / "committed")


@pytest.fixture
def corpora(tmp_path: Path) -> Path:
    return tmp_path / "corpora"


@pytest.fixture
def context(tmp_path: Path, corpora: Path) -> Iterator[Context]:
    opened = new_context(tmp_path / "home", corpora=corpora)
    yield opened
    opened.database.dispose()


@pytest.fixture
def own(context: Context) -> Results:
    return Results(context.settings.home / "evaluation")


@pytest.fixture
def client(context: Context, committed: Results, tmp_path: Path) -> Iterator[TestClient]:
    app = create_app(context.settings, context)
    app.dependency_overrides[routes.committed_results] = lambda: committed.folder
    app.dependency_overrides[routes.committed_material] = lambda: tmp_path / "material"
    headers = {"Authorization": f"Bearer {read_or_make(context.settings.token_path)}"}
    with TestClient(app, "http://127.0.0.1", headers=headers) as opened:
        yield opened


def said(
    key: str,
    reference: str,
    heard: str,
    errors: tuple[int, int, int] = (0, 0, 0),
    **changed: Any,
) -> Utterance:
    """An utterance with counts of its own."""
    counts = {"english": Errors(len(reference.split()), *errors)}
    return Utterance(
        id=key,
        recording=changed.pop("recording", "talk"),
        reference=reference,
        hypothesis=heard,
        counts=counts,
        **changed,
    )


def run_of(*utterances: Utterance, audio: str = "audio/talk.flac", **changed: Any) -> Run:
    recording = Recording("talk", audio, "0" * 64, 4.0, {"gender": "female"})
    whole = made_run(corpus="readers", speakers=1, each=1)
    return replace(whole, recordings=(recording,), utterances=utterances, **changed)


@pytest.fixture
def talk(committed: Results) -> Run:
    """Four utterances of one recording."""
    return committed.add(
        run_of(
            said("good", "all is well", "all is well", speaker="ann"),
            said("long", "one two three four five six", "won too three for five", (3, 1, 0)),
            said("short", "Yes", "Guess", (1, 0, 0), speaker="bob", fields={"gender": "male"}),
            said(
                "unsure",
                "the state's share",
                "the states share",
                words=(HeardWord("the", 1.0, 1.2, 0.9), HeardWord("states", 1.2, 1.5, 0.2)),
                start_s=1.0,
                end_s=2.5,
            ),
        )
    )


def address(run: Run, rest: str = "") -> str:
    return f"/v1/quality/runs/{run.name}{rest}"


def ids(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [item["id"] for item in answer.json()["items"]]


# Runs


def test_nothing_was_measured(client: TestClient) -> None:
    assert client.get("/v1/quality/runs").json() == {
        "runs": [],
        "comparisons": [],
        "unreadable": [],
    }


def test_runs_are_listed_with_their_headline(
    client: TestClient, committed: Results, own: Results
) -> None:
    base = committed.add(measured(failed=1, **SMALL))
    mine = own.add(made_run(model="tiny.en"))
    runs = client.get("/v1/quality/runs").json()["runs"]
    assert [(run["name"], run["origin"]) for run in runs] == [
        (mine.name, "own"),
        (base.name, "committed"),
    ]
    assert runs[1]["wer"] == base.summary["wer"]["english"]
    assert (runs[1]["failed"], runs[1]["scored"]) == (1, True)
    assert (runs[0]["wer"], runs[0]["scored"]) == (None, False)
    assert runs[1]["command"] == base.command


def test_a_run_of_ones_own_stands_before_the_committed_one(
    client: TestClient, committed: Results, own: Results
) -> None:
    committed.add(measured(rate=0.5, **SMALL))
    mine = own.add(measured(rate=0.1, **SMALL))
    [listed] = client.get("/v1/quality/runs").json()["runs"]
    assert (listed["origin"], listed["wer"]) == ("own", mine.summary["wer"]["english"])
    assert client.get(address(mine)).json()["wer"] == mine.summary["wer"]["english"]


def test_a_run_has_all_its_figures_and_groups(client: TestClient, committed: Results) -> None:
    run = committed.add(measured(**SMALL))
    found = client.get(address(run)).json()
    assert (
        found["summary"]["groups"][0]["cells"][0]["wer"]
        == (run.summary["groups"][0]["cells"][0]["wer"])
    )
    assert found["summary"]["too_small"] == run.summary["too_small"]
    assert found["fields"]["gender"] == ["female", "male"]
    assert found["audio_here"] is False


def test_figures_that_are_no_numbers_are_null(client: TestClient, committed: Results) -> None:
    run = measured(**SMALL)
    run.summary["wer"]["english"]["low"] = float("nan")
    run.summary["mer"] = float("inf")
    committed.add(run)
    found = client.get(address(run)).json()
    assert (found["wer"]["low"], found["summary"]["mer"]) == (None, None)


def test_a_probability_that_is_not_known_is_null(client: TestClient, committed: Results) -> None:
    heard = (HeardWord("well", 0, 1, float("nan")),)
    run = committed.add(run_of(said("a", "well", "well", words=heard)))
    [item] = client.get(address(run, "/utterances?sort=unsure")).json()["items"]
    assert item["heard"][0]["probability"] is None


def test_a_new_figure_of_the_suite_goes_over_the_wire(
    client: TestClient, committed: Results
) -> None:
    run = measured(**SMALL)
    run.summary["diarization"] = {"der": 0.1}
    committed.add(run)
    assert client.get(address(run)).json()["summary"]["diarization"] == {"der": 0.1}


@pytest.mark.parametrize("name", ["nothing", "..%2F..%2Fsecret", "%00"])
def test_there_is_no_such_run(client: TestClient, committed: Results, name: str) -> None:
    (committed.folder.parent / "secret.json").write_text(json.dumps({"format": 1}))
    assert client.get(f"/v1/quality/runs/{name}").status_code == 404


def test_auth_is_as_everywhere(client: TestClient, talk: Run) -> None:
    for path in ("/v1/quality/runs", address(talk), address(talk, "/recordings/talk/audio")):
        answer = client.get(path, headers={"Authorization": "Bearer wrong"})
        assert_problem(answer, 401, "token_wrong")


# Damaged files


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "not JSON"),
        (b'{"format": 1, "utterances": [', "not JSON"),
        (b"\xff\xfe\x00", "not JSON"),
        (b"[]", "not a results file"),
        (b'{"format": 2, "utterances": []}', "another version"),
        (b'{"format": 1, "utterances": [{}]}', "name: Field required"),
        (b"[" * 200_000, "nested too deeply"),
    ],
)
def test_a_damaged_file_is_told_and_harms_no_other(
    client: TestClient, committed: Results, talk: Run, content: bytes, reason: str
) -> None:
    (committed.folder / "runs" / "broken.json").write_bytes(content)
    found = client.get("/v1/quality/runs").json()
    assert [run["name"] for run in found["runs"]] == [talk.name]
    [unreadable] = found["unreadable"]
    assert unreadable["file"] == "broken.json"
    assert reason in unreadable["reason"]
    answer = client.get("/v1/quality/runs/broken")
    assert reason in assert_problem(answer, 404, "run_unreadable")["detail"]


def test_a_copy_under_another_name_is_no_run(
    client: TestClient, committed: Results, talk: Run
) -> None:
    path = committed.folder / "runs" / f"{talk.name}.json"
    path.with_name("copy.json").write_bytes(path.read_bytes())
    [unreadable] = client.get("/v1/quality/runs").json()["unreadable"]
    assert talk.name in unreadable["reason"]
    assert_problem(client.get("/v1/quality/runs/copy"), 404, "run_unreadable")


def test_a_probability_that_is_none_is_named(client: TestClient, committed: Results) -> None:
    heard = (HeardWord("well", 0, 1, 1.5),)
    committed.add(run_of(said("a", "well", "well", words=heard)))
    [unreadable] = client.get("/v1/quality/runs").json()["unreadable"]
    assert "utterances.0.words.0.3" in unreadable["reason"]


def test_a_folder_that_cannot_be_read_is_told(client: TestClient, committed: Results) -> None:
    (committed.folder / "runs" / "folder.json").mkdir(parents=True)
    [unreadable] = client.get("/v1/quality/runs").json()["unreadable"]
    assert "cannot be opened" in unreadable["reason"]


# What is kept


def test_a_file_is_parsed_once_and_again_when_it_changed(
    client: TestClient, committed: Results, monkeypatch: pytest.MonkeyPatch
) -> None:
    parsed: list[str] = []
    parse = documents.RunFile.model_validate

    def counted(document: dict[str, Any]) -> documents.RunFile:
        parsed.append(document["name"])
        return parse(document)

    monkeypatch.setattr(documents.RunFile, "model_validate", counted)
    run = committed.add(measured(rate=0.1, **SMALL))
    for _ in range(3):
        client.get("/v1/quality/runs")
        client.get(address(run))
        client.get(address(run, "/utterances"))
    assert parsed == [run.name]
    changed = committed.add(measured(rate=0.4, **SMALL))
    assert client.get(address(run)).json()["wer"] == changed.summary["wer"]["english"]
    assert client.get("/v1/quality/runs").json()["runs"][0]["wer"]["value"] > 0.3
    assert parsed == [run.name] * 2


def test_what_is_kept_is_bounded(tmp_path: Path) -> None:
    cache = FileCache[int](len, kept_bytes=1000)
    for number in range(50):
        path = tmp_path / f"{number}.json"
        path.write_text(json.dumps("x" * 298))
        assert cache.get(path)[1] == 298
        assert cache.kept_bytes <= 1000
    large = tmp_path / "large.json"
    large.write_text(json.dumps("x" * 5000))
    assert cache.get(large)[1] == 5000
    assert cache.kept_bytes == 5002


def test_many_threads_parse_a_file_once(tmp_path: Path) -> None:
    path, parsed, together = tmp_path / "run.json", [], threading.Barrier(8)
    path.write_text("[1, 2, 3]")

    def parse(document: list[int]) -> int:
        parsed.append(document)
        threading.Event().wait(0.05)
        return sum(document)

    cache = FileCache[int](parse)

    def get(_: int) -> int:
        together.wait(10)
        return cache.get(path)[1]

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(get, range(8))) == [6] * 8
    assert len(parsed) == 1


def test_a_file_too_large_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "run.json"
    path.write_text("[]")
    os.truncate(path, files.LARGEST_BYTES + 1)
    with pytest.raises(Unreadable, match="more than the"):
        FileCache[int](len).get(path)


# Utterances


def test_the_worst_come_first(client: TestClient, talk: Run) -> None:
    assert ids(client.get(address(talk, "/utterances"))) == ["long", "short", "good", "unsure"]


@pytest.mark.parametrize(
    ("asked", "wanted"),
    [
        ("sort=share", ["short", "long", "good", "unsure"]),
        ("sort=unsure", ["unsure", "good", "long", "short"]),
        ("sort=corpus", ["good", "long", "short", "unsure"]),
        ("by=gender&value=male", ["short"]),
        ("by=gender&value=female&by=speaker&value=ann", ["good"]),
        ("by=gender&value=other", []),
        ("search=FIVE", ["long"]),
        ("search=guess", ["short"]),
        ("search=unsu", ["unsure"]),
        ("search=five&by=gender&value=male", []),
    ],
)
def test_what_is_listed(client: TestClient, talk: Run, asked: str, wanted: list[str]) -> None:
    assert ids(client.get(address(talk, f"/utterances?{asked}"))) == wanted


@pytest.mark.chapter(15)
def test_words_are_marked_and_counts_are_those_of_the_suite(client: TestClient, talk: Run) -> None:
    items = client.get(address(talk, "/utterances")).json()["items"]
    long, unsure = items[0], items[3]
    assert [word["mark"] for word in long["said"]] == [
        "changed",
        "changed",
        "same",
        "changed",
        "same",
        "missing",
    ]
    assert [word["mark"] for word in long["heard"]] == ["changed"] * 2 + ["same"] + [
        "changed",
        "same",
    ]
    assert (long["units"], long["substitutions"], long["deletions"]) == (6, 3, 1)
    # Counted as right once spelling is evened out: nothing is marked
    assert {word["mark"] for word in unsure["said"] + unsure["heard"]} == {"same"}
    assert [word["probability"] for word in unsure["heard"]] == [0.9, 0.2]
    assert (unsure["start"], unsure["end"]) == (1.0, 2.5)


def test_a_failed_recording_says_why(client: TestClient, committed: Results) -> None:
    run = committed.add(made_run(failed=1, speakers=2, each=2))
    first = client.get(address(run, "/utterances?sort=corpus")).json()["items"][0]
    assert first["error"] == "The decoder found no audio in it."
    assert (first["heard"], {word["mark"] for word in first["said"]}) == ([], {"missing"})
    # All that was said in it is missing: it is among the worst, not among the right ones
    assert first["deletions"] == first["units"] == len(first["said"])
    worst = client.get(address(run, "/utterances?sort=share")).json()["items"][0]
    assert worst["id"] == first["id"]


def test_pages_follow_each_other(client: TestClient, talk: Run) -> None:
    seen, cursor = [], ""
    for _ in range(3):
        asked = address(talk, f"/utterances?limit=2{cursor}")
        page = client.get(asked).json()
        seen += [item["id"] for item in page["items"]]
        assert page["total"] == 4
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
    assert seen == ["long", "short", "good", "unsure"]


def test_a_page_of_a_run_that_was_made_anew_is_refused(
    client: TestClient, committed: Results, talk: Run
) -> None:
    following = client.get(address(talk, "/utterances?limit=2")).json()["next"]
    committed.add(talk)
    answer = client.get(address(talk, f"/utterances?limit=2&cursor={following}"))
    assert_problem(answer, 400, "run_changed")


@pytest.mark.parametrize(
    ("asked", "status", "code"),
    [
        ("cursor=nonsense", 400, "bad_cursor"),
        ("cursor=WzEsMl0=", 400, "run_changed"),
        ("cursor=Wy0xXQ==", 400, "bad_cursor"),
        ("by=shoe_size&value=44", 422, "unknown_group"),
        ("by=gender", 422, "invalid_request"),
        ("sort=prettiest", 422, "invalid_request"),
        ("limit=0", 422, "invalid_request"),
        ("limit=101", 422, "invalid_request"),
        ("search=" + "x" * 201, 422, "invalid_request"),
    ],
)
def test_a_question_that_makes_no_sense(
    client: TestClient, talk: Run, asked: str, status: int, code: str
) -> None:
    assert_problem(client.get(address(talk, f"/utterances?{asked}")), status, code)


# Sound


def place(folder: Path, corpus: str = "readers", audio: str = "audio/talk.flac") -> Path:
    path = folder / corpus / audio
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(SOUND)
    return path


def test_a_recording_can_be_heard_from_any_place(
    client: TestClient, corpora: Path, talk: Run
) -> None:
    place(corpora)
    item = client.get(address(talk, "/utterances")).json()["items"][0]
    whole = client.get(item["audio"])
    assert (whole.status_code, whole.content) == (200, SOUND)
    assert whole.headers["content-type"] == "audio/flac"
    part = client.get(item["audio"], headers={"Range": "bytes=10-99"})
    assert (part.status_code, part.content) == (206, SOUND[10:100])
    assert part.headers["content-range"] == f"bytes 10-99/{len(SOUND)}"
    head = client.head(item["audio"])
    assert (head.content, head.headers["content-length"]) == (b"", str(len(SOUND)))
    past = client.get(item["audio"], headers={"Range": f"bytes={len(SOUND)}-"})
    assert_problem(past, 416, "range_not_satisfiable")
    assert client.get(address(talk)).json()["audio_here"] is True


@pytest.mark.parametrize("where", ["corpora", "home/corpora", "material"])
def test_corpora_lie_in_three_places(
    client: TestClient, tmp_path: Path, talk: Run, where: str
) -> None:
    place(tmp_path / where)
    assert client.get(address(talk, "/recordings/talk/audio")).content == SOUND


def test_a_part_of_a_corpus_lies_in_its_folder(
    client: TestClient, committed: Results, corpora: Path
) -> None:
    run = committed.add(
        run_of(said("a", "yes", "yes"), corpus="an4-test", name="an4-test--tiny.en--served")
    )
    place(corpora, "an4")
    assert client.get(address(run, "/recordings/talk/audio")).content == SOUND


def test_a_name_with_slashes(client: TestClient, committed: Results, corpora: Path) -> None:
    run = committed.add(made_run(speakers=1, each=1))
    slashed = replace(run.recordings[0], id="train/an 251#b", audio="audio/x.flac")
    place(corpora, audio="audio/x.flac")
    spoken = replace(run.utterances[0], recording=slashed.id)
    committed.add(replace(run, recordings=(slashed,), utterances=(spoken,)))
    [item] = client.get(address(run, "/utterances")).json()["items"]
    assert client.get(item["audio"]).content == SOUND


def test_without_the_corpus_there_are_figures_and_no_sound(client: TestClient, talk: Run) -> None:
    assert client.get(address(talk, "/utterances")).json()["items"][0]["audio"] is None
    body = assert_problem(
        client.get(address(talk, "/recordings/talk/audio")), 404, "corpus_not_here"
    )
    assert "LECTERN_CORPORA" in body["detail"]
    other = client.get(address(talk, "/recordings/walk/audio"))
    assert_problem(other, 404, "recording_not_in_run")


@pytest.mark.chapter(28)
@pytest.mark.parametrize(
    "audio",
    ["../secret.flac", "audio/../../secret.flac", "link.flac", "folder/secret.flac", "notes.txt"],
)
def test_a_run_cannot_reach_outside_its_corpus(
    client: TestClient, committed: Results, corpora: Path, audio: str
) -> None:
    secret = corpora / "secret.flac"
    place(corpora)
    secret.write_bytes(b"fLaC secret")
    (corpora / "readers" / "link.flac").symlink_to(secret)
    (corpora / "readers" / "folder").symlink_to(corpora)
    (corpora / "readers" / "notes.txt").write_text("secret")
    run = committed.add(run_of(said("a", "yes", "yes"), audio=audio))
    assert client.get(address(run, "/utterances")).json()["items"][0]["audio"] is None
    answer = client.get(address(run, "/recordings/talk/audio"))
    assert_problem(answer, 404, "corpus_not_here")
    absolute = committed.add(run_of(said("a", "yes", "yes"), audio=str(secret)))
    answer = client.get(address(absolute, "/recordings/talk/audio"))
    assert_problem(answer, 404, "corpus_not_here")


@pytest.mark.chapter(28)
@pytest.mark.parametrize("corpus", ["..", ".", "readers/../..", "", "/"])
def test_a_corpus_is_a_name_and_no_path(
    client: TestClient, committed: Results, corpora: Path, corpus: str
) -> None:
    place(corpora)
    place(corpora.parent, "", "audio/talk.flac")
    run = committed.add(run_of(said("a", "yes", "yes"), corpus=corpus))
    answer = client.get(address(run, "/recordings/talk/audio"))
    assert_problem(answer, 404, "corpus_not_here")


# Comparisons


@pytest.mark.chapter(15)
def test_two_runs_compared(client: TestClient, committed: Results, corpora: Path) -> None:
    a = committed.add(measured(rate=0.08, **SMALL))
    b = committed.add(measured(model="tiny.en", rate=0.2, **SMALL))
    committed.compare(a, b)
    place(corpora, audio=a.recordings[0].audio)
    listed = client.get("/v1/quality/runs").json()["comparisons"]
    assert listed == [{"a": a.name, "b": b.name, "corpus": "readers"}]
    found = client.get("/v1/quality/comparisons", params={"a": a.name, "b": b.name}).json()
    assert found["difference"]["value"] < 0
    assert found["a_better"] > 0.9
    changes = [abs(row["errors_a"] - row["errors_b"]) for row in found["changed"]]
    assert changes == sorted(changes, reverse=True)
    first = found["changed"][0]
    assert any(word["mark"] != "same" for word in first["heard_b"])
    heard = {row["id"]: row for row in found["changed"]}
    if "clip-0000" in heard:
        assert client.get(heard["clip-0000"]["audio"]).content == SOUND


def test_a_missing_comparison_names_its_command(client: TestClient, talk: Run) -> None:
    answer = client.get("/v1/quality/comparisons", params={"a": talk.name, "b": "other"})
    body = assert_problem(answer, 404, "comparison_not_found")
    assert body["command"] == f"python -m evaluation compare {talk.name} other"
    assert body["command"] in body["detail"]


def test_a_comparison_outlives_its_runs_and_a_damaged_one_is_told(
    client: TestClient, committed: Results
) -> None:
    a, b = made_run(), made_run(model="tiny.en", rate=0.3)
    committed.compare(a, b)
    (committed.folder / "comparisons" / "x--vs--y.json").write_text("{}")
    found = client.get("/v1/quality/comparisons", params={"a": a.name, "b": b.name}).json()
    assert found["changed"][0]["audio"] is None
    damaged = client.get("/v1/quality/comparisons", params={"a": "x", "b": "y"})
    assert "cannot be read" in assert_problem(damaged, 404, "comparison_not_found")["detail"]
    [unreadable] = client.get("/v1/quality/runs").json()["unreadable"]
    assert unreadable["file"] == "x--vs--y.json"


def test_the_page_reads_every_answer(
    client: TestClient, context: Context, committed: Results
) -> None:
    """The front end's own types, over the same wire."""
    a = committed.add(measured(rate=0.08, failed=1, **SMALL))
    b = committed.add(measured(model="tiny.en", rate=0.2, **SMALL))
    committed.compare(a, b)
    place = Settings(home=context.settings.home, api_url="http://127.0.0.1")

    def answered(request: httpx.Request) -> httpx.Response:
        answer = client.request(request.method, str(request.url), headers=dict(request.headers))
        return httpx.Response(answer.status_code, content=answer.content)

    page = Client(place, transport=httpx.MockTransport(answered))
    listed = page.runs()
    assert {run.name for run in listed.runs} == {a.name, b.name}
    assert (listed.comparisons[0].a, listed.comparisons[0].b) == (a.name, b.name)
    whole = page.run(a.name)
    assert whole.wer is not None
    assert whole.wer.value == a.summary["wer"]["english"]["value"]
    assert [group.by for group in whole.summary.groups][:2] == [["gender"], ["age_group"]]
    assert whole.summary.calibration is not None
    assert whole.summary.calibration.bins
    asked = page.utterances(a.name, group=("gender", "female"), search="the", limit=3)
    assert asked.total > len(asked.items) == 3
    assert {item.fields["gender"] for item in asked.items} == {"female"}
    assert page.comparison(a.name, b.name).changed[0].heard_b
    with pytest.raises(ApiError) as refused:
        page.comparison(b.name, a.name)
    assert refused.value.code == "comparison_not_found"


def test_the_description_has_examples_and_refusals(client: TestClient) -> None:
    schema = client.get("/openapi.json").json()
    paths = {path: body for path, body in schema["paths"].items() if "/quality/" in path}
    assert len(paths) == 5
    for path, methods in paths.items():
        operation = methods["get"]
        assert operation["description"], path
        if "{name}" in path or "comparisons" in path:
            refusal = operation["responses"]["404"]["content"]["application/problem+json"]
            assert refusal["example"]["code"]
    line = schema["components"]["schemas"]["RunLine"]["properties"]
    assert line["corpus"]["examples"]

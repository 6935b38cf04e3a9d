"""Exports, read back with other people's programs."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from itertools import pairwise
from pathlib import Path
from typing import Any

import docx
import pysubs2
import pytest
import srt
import webvtt
from docx.document import Document
from fastapi.testclient import TestClient
from lxml import etree
from sqlalchemy import update
from sqlmodel import col
from striprtf.striprtf import rtf_to_text

from app.transcriptions.exports import FORMATS
from app.transcriptions.schemas import TranscriptionOut
from app.transcriptions.tables import SegmentRow, Transcription
from tests.support.problems import assert_problem
from tests.support.rows import Rows

TEXT = (
    "The morning train was late again, so we had time to wait, and we talked about the book"
    " for a good while. Then the other train came, and it was full of children and dogs."
)
LABEL = "Transcribed by machine (tiny.en)"
SCHEMA = Path(__file__).parents[1] / "support/schemas/refi-qda-project.xsd"
QDA = "{urn:QDA-XML:project:1.0}"


@pytest.fixture
def job(rows: Rows) -> str:
    made = rows.prepared(3, name='the "best" talk 🎙️.final.wav')
    rows.recognise_all(TEXT)
    return made


@pytest.fixture
def doubtful(rows: Rows, job: str) -> str:
    """The same with two speakers, English, a flag on the second segment and an unsure word."""
    segments = sorted(rows.all(SegmentRow), key=lambda each: each.start_s)
    words = [list(each) for each in segments[1].words]
    words[2][3] = 0.31  # "train"
    with rows.context.database.write() as session:
        session.execute(update(Transcription).values(language="en"))
        for each, speaker in zip(segments, ("Anna", "Ben", "Anna"), strict=True):
            session.execute(
                update(SegmentRow).where(col(SegmentRow.id) == each.id).values(speaker=speaker)
            )
        session.execute(
            update(SegmentRow)
            .where(col(SegmentRow.id) == segments[1].id)
            .values(flags=["low_confidence"], words=words)
        )
    return job


def export(client: TestClient, job: str, format: str, **options: str):  # type: ignore[no-untyped-def]
    answer = client.get(f"/v1/transcriptions/{job}/export", params={"format": format, **options})
    assert answer.status_code == 200, answer.text
    return answer


def squeezed(text: str) -> str:
    return " ".join(text.split())


def rich_text(source: str) -> str:
    """striprtf leaves characters beyond U+FFFF as the two halves RTF has of them."""
    halves = rtf_to_text(source)
    return halves.encode("utf-16", "surrogatepass").decode("utf-16")


def word_document(content: bytes) -> Document:
    return docx.Document(io.BytesIO(content))


# Subtitles


@pytest.mark.parametrize("format", ["srt", "vtt"])
@pytest.mark.parametrize("preset", ["standard", "quick"])
def test_subtitles_are_in_order_do_not_overlap_and_fit_the_screen(
    client: TestClient, job: str, format: str, preset: str
) -> None:
    text = export(client, job, format, preset=preset).text
    file = pysubs2.SSAFile.from_string(text, format_=format)
    assert len(file) > 6
    for cue in file:
        lines = cue.plaintext.split("\n")
        assert len(lines) <= 2
        assert all(0 < len(line) <= 42 for line in lines)
        assert 833 <= cue.end - cue.start <= 7000
    for one, other in pairwise(file):
        assert other.start - one.end >= 83
    said = " ".join(cue.plaintext.replace("\n", " ") for cue in file)
    assert said == " ".join([TEXT] * 3)


def test_subrip_is_what_srt_reads(client: TestClient, job: str) -> None:
    text = export(client, job, "srt").text
    found = list(srt.parse(text))
    assert srt.compose(found, reindex=False) == text
    assert [each.index for each in found] == list(range(1, len(found) + 1))


def test_webvtt_names_speakers_and_keeps_doubts_off_the_screen(
    client: TestClient, doubtful: str
) -> None:
    text = export(client, doubtful, "vtt").text
    found = webvtt.from_string(text)
    assert [each.voice for each in found][:1] == ["Anna"]
    assert {each.voice for each in found} == {"Anna", "Ben"}
    assert squeezed(" ".join(each.text for each in found)) == " ".join([TEXT] * 3)
    made, check = found.header_comments
    assert LABEL in made
    assert "00:00:20.000 low confidence (the model was unsure of this passage)" in check
    assert "00:00:20.000 unsure of “train”" in check
    naive = pysubs2.SSAFile.from_string(text, format_="vtt")
    assert squeezed(" ".join(each.plaintext for each in naive)) == " ".join([TEXT] * 3)


def test_speakers_stand_in_subrip_where_asked_for(client: TestClient, doubtful: str) -> None:
    assert "Anna:" not in export(client, doubtful, "srt").text
    found = list(srt.parse(export(client, doubtful, "srt", speakers="on").text))
    named = [each.content for each in found if each.content.startswith(("Anna:", "Ben:"))]
    assert [each.split(":")[0] for each in named] == ["Anna", "Ben", "Anna"]


@pytest.mark.chapter(7)
def test_what_subtitles_cannot_keep_is_reported(client: TestClient, rows: Rows) -> None:
    job = rows.prepared(2)
    rows.recognise_all(" ".join(["uncharacteristically"] * 60))
    params = {"format": "srt", "preset": "standard"}
    told = client.get(f"/v1/transcriptions/{job}/export/report", params=params).json()
    found = list(srt.parse(export(client, job, "srt").text))
    too_fast = [
        each.index
        for each in found
        if len(each.content) / (each.end - each.start).total_seconds() > 17.05
    ]
    assert len(too_fast) > 20
    assert told["cues"] == len(found)
    speed = [each for each in told["violations"] if each["rule"] == "reading_speed"]
    assert [each["cue"] for each in speed] == too_fast
    assert told["counts"]["reading_speed"] == len(too_fast)
    assert told["kept"] == len(found) - len({each["cue"] for each in told["violations"]})
    assert told["rules"]["speed"] == 17
    assert LABEL in told["made_by"][0]
    assert (
        client.get(
            f"/v1/transcriptions/{job}/export/report", params={"format": "srt", "speed": "20"}
        ).json()["rules"]["speed"]
        == 20
    )


def test_a_report_of_a_format_without_rules_is_refused(client: TestClient, job: str) -> None:
    answer = client.get(f"/v1/transcriptions/{job}/export/report", params={"format": "docx"})
    assert "srt and vtt" in assert_problem(answer, 422, "no_rules")["detail"]


# Text and tables


def test_text_is_what_was_said(client: TestClient, job: str) -> None:
    assert " ".join([TEXT] * 3) in squeezed(export(client, job, "txt").text)


def test_text_has_times_and_speakers_and_says_what_to_check(
    client: TestClient, doubtful: str
) -> None:
    text = export(client, doubtful, "txt", preset="timed").text
    assert text.startswith(f"[00:00:00] Anna: {TEXT}\n\n[00:00:20] Ben: {TEXT}\n\n[00:00:40] Anna:")
    assert text.endswith(
        "To check:\n[00:00:20] low confidence (the model was unsure of this passage); unsure of"
        " “train”\n"
    )
    plain = export(client, doubtful, "txt", times="off", speakers="off", layout="segments").text
    assert plain.startswith(f"{TEXT}\n{TEXT}\n{TEXT}\n\n-- \n")


def test_a_table_has_a_row_a_segment_or_a_word(client: TestClient, doubtful: str) -> None:
    answer = export(client, doubtful, "csv")
    assert answer.text.count("\r\n") == 4
    rows = list(csv.DictReader(io.StringIO(answer.text, newline="")))
    assert [row["text"] for row in rows] == [TEXT] * 3
    assert [row["speaker"] for row in rows] == ["Anna", "Ben", "Anna"]
    assert [row["flags"] for row in rows] == ["", "low_confidence", ""]
    assert rows[1]["lowest_probability"] == "0.310"
    assert rows[0]["transcribed_by"].startswith("machine: model tiny.en")
    words = list(csv.DictReader(io.StringIO(export(client, doubtful, "csv", preset="words").text)))
    assert " ".join(row["word"] for row in words) == " ".join([TEXT] * 3)
    assert all(float(one["end"]) <= float(two["start"]) + 0.002 for one, two in pairwise(words))
    tabs = export(client, doubtful, "tsv").text
    assert [line.split("\t")[3] for line in tabs.splitlines()[1:]] == [TEXT] * 3
    assert {line.count("\t") for line in tabs.splitlines()} == {7}
    assert export(client, doubtful, "csv", preset="excel").content.startswith(b"\xef\xbb\xbfstart")


@pytest.mark.chapter(28)
@pytest.mark.parametrize(
    "said", ["=1+1", "+1", "-1", "@SUM(A1)", "  =HYPERLINK(1)", '=cmd|" /C calc"!A0', "\t=1"]
)
@pytest.mark.parametrize("format", ["csv", "tsv"])
def test_no_spreadsheet_takes_what_was_said_for_a_formula(
    client: TestClient, rows: Rows, said: str, format: str
) -> None:
    job = rows.prepared(1)
    rows.recognise_all("Heard.")
    with rows.context.database.write() as session:
        session.execute(update(SegmentRow).values(text=said, speaker=said))
    text = export(client, job, format).text
    dialect = "excel-tab" if format == "tsv" else "excel"
    [row] = csv.DictReader(io.StringIO(text, newline=""), dialect=dialect)
    for cell in row.values():
        assert not cell.lstrip().startswith(("=", "+", "-", "@"))
    assert squeezed(said) in squeezed(row["text"])


def test_json_is_all_the_api_knows(client: TestClient, job: str) -> None:
    answer = export(client, job, "json")
    exported = TranscriptionOut.model_validate_json(answer.text)
    known = TranscriptionOut.model_validate(client.get(f"/v1/transcriptions/{job}").json())
    assert exported.model_copy(update={"warnings": []}) == known
    assert json.loads(answer.text)["segments"][0]["words"][0]["word"] == " The"
    shorter = json.loads(export(client, job, "json", preset="segments").text)
    assert [each["words"] for each in shorter["segments"]] == [[], [], []]


# Word and research


def test_word_has_turns_times_marks_and_a_list_of_doubts(client: TestClient, doubtful: str) -> None:
    document = word_document(export(client, doubtful, "docx").content)
    turns = [p.text for p in document.paragraphs if p.style.name == "Transcript Turn"]
    assert turns == [f"{time}\t{TEXT}" for time in ("00:00:00", "00:00:20", "00:00:40")]
    names = [p.text for p in document.paragraphs if p.style.name == "Transcript Speaker"]
    assert names == ["Anna", "Ben", "Anna"]
    dotted = [
        run
        for paragraph in document.paragraphs
        for run in paragraph.runs
        if run.style.name == "Transcript Doubt"
    ]
    assert [run.text.strip() for run in dotted] == ["train"]
    assert document.styles["Transcript Doubt"].font.underline == docx.enum.text.WD_UNDERLINE.DOTTED
    [comment] = document.comments
    assert comment.text == "low confidence (the model was unsure of this passage)"
    listed = [p.text for p in document.paragraphs if p.style.name == "Transcript Check"]
    assert len(listed) == 1
    assert listed[0].startswith("00:00:20\tlow confidence")


@pytest.mark.chapter(29)
def test_word_says_in_its_properties_and_on_every_page_what_it_is(
    client: TestClient, doubtful: str
) -> None:
    document = word_document(export(client, doubtful, "docx").content)
    properties = document.core_properties
    assert properties.title == 'the "best" talk 🎙️.final'
    assert "machine" in properties.subject
    assert LABEL in properties.comments
    assert properties.language == "en"
    assert LABEL in document.sections[0].footer.paragraphs[0].text
    facts = dict(
        p.text.split("\t") for p in document.paragraphs if p.style.name == "Transcript Fact"
    )
    assert facts["Length"] == "1 min 40 s"
    assert facts["By"].startswith("model tiny.en")


def test_word_can_do_without_times_and_speakers(client: TestClient, doubtful: str) -> None:
    content = export(client, doubtful, "docx", preset="reading", speakers="off").content
    document = word_document(content)
    assert [p.text for p in document.paragraphs if p.style.name == "Transcript Turn"] == [
        f"\t{TEXT}"
    ] * 3
    assert not [p for p in document.paragraphs if p.style.name == "Transcript Speaker"]


def test_nvivo_gets_the_table_it_imports(client: TestClient, doubtful: str) -> None:
    document = word_document(export(client, doubtful, "nvivo").content)
    [table] = document.tables
    rows = [[cell.text for cell in row.cells] for row in table.rows]
    assert rows[0] == ["Timespan", "Content", "Speaker", "Doubt"]
    assert rows[1] == ["00:00:00.0-00:00:20.0", TEXT, "Anna", ""]
    assert rows[2][:3] == ["00:00:20.0-00:00:40.0", TEXT, "Ben"]
    assert "low confidence" in rows[2][3]
    assert not squeezed("".join(p.text for p in document.paragraphs))
    assert LABEL in document.core_properties.comments


@pytest.mark.parametrize("format", ["maxqda", "atlasti"])
def test_stamped_text_reads_as_it_was_said(client: TestClient, doubtful: str, format: str) -> None:
    source = export(client, doubtful, format).text
    assert source.isascii()
    lines = rich_text(source).splitlines()
    assert "🎙️" in lines[0]
    assert LABEL in lines[0]
    assert lines[1:4] == [
        f"#00:00:00-0# Anna: {TEXT}",
        f"#00:00:20-0# Ben: {TEXT}",
        f"#00:00:40-0# Anna: {TEXT}",
    ]
    assert lines[4] == "To check"
    assert lines[5].startswith("#00:00:20-0# low confidence")
    assert r"{\doccomm " + LABEL in source


def project(content: bytes) -> tuple[etree._Element, dict[str, str]]:
    """The project, valid by the published schema, and the texts it refers to."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        tree = etree.fromstring(archive.read("project.qde"))
        names = [name for name in archive.namelist() if name != "project.qde"]
        texts = {name: archive.read(name).decode() for name in names}
    etree.XMLSchema(etree.parse(SCHEMA)).assertValid(tree)
    guids = [each.get("guid") for each in tree.iter() if each.get("guid")]
    assert len(guids) == len(set(guids))
    for each in tree.iter(f"{QDA}CodeRef"):
        assert each.get("targetGUID") in guids
    return tree, texts


def source_text(source: etree._Element, texts: dict[str, str]) -> str:
    scheme, name = source.get("plainTextPath").split("://")
    assert scheme == "internal"
    return texts[f"Sources/{name}"]


def test_a_refi_project_is_valid_and_its_codes_are_on_the_doubts(
    client: TestClient, doubtful: str
) -> None:
    tree, texts = project(export(client, doubtful, "qdpx").content)
    [source] = tree.iter(f"{QDA}TextSource")
    text = source_text(source, texts)
    assert text.startswith(f"[00:00:00] Anna: {TEXT}\n\n[00:00:20] Ben: ")
    codes = {each.get("guid"): each.get("name") for each in tree.iter(f"{QDA}Code")}
    coded = [
        (
            text[int(each.get("startPosition")) : int(each.get("endPosition"))],
            {codes[ref.get("targetGUID")] for ref in each.iter(f"{QDA}CodeRef")},
        )
        for each in source.iter(f"{QDA}PlainTextSelection")
    ]
    assert coded == [
        (TEXT, {"To check: low confidence"}),
        ("train", {"To check: unsure words"}),
    ]
    assert LABEL in source.find(f"{QDA}Description").text
    assert LABEL in tree.find(f"{QDA}Description").text


def test_a_refi_project_can_be_synchronised_with_the_recording(
    client: TestClient, doubtful: str
) -> None:
    tree, texts = project(export(client, doubtful, "qdpx", preset="recording").content)
    [audio] = tree.iter(f"{QDA}AudioSource")
    assert audio.get("path") == 'relative:///the "best" talk 🎙️.final.wav'
    [transcript] = audio.iter(f"{QDA}Transcript")
    text = source_text(transcript, texts)
    points = {
        each.get("guid"): (int(each.get("timeStamp")), int(each.get("position")))
        for each in transcript.iter(f"{QDA}SyncPoint")
    }
    assert sorted(points.values())[0][0] == 0
    assert {time for time, _ in points.values()} == {0, 20_000, 40_000, 60_000}
    [selection] = transcript.iter(f"{QDA}TranscriptSelection")
    first, last = (points[selection.get(name)] for name in ("fromSyncPoint", "toSyncPoint"))
    assert (first[0], last[0]) == (20_000, 40_000)
    assert text[first[1] : last[1]] == TEXT


def test_the_same_transcript_is_the_same_project(client: TestClient, doubtful: str) -> None:
    one, two = (export(client, doubtful, "qdpx").content for _ in range(2))
    assert one == two


def test_the_schema_would_find_a_mistake(client: TestClient, doubtful: str) -> None:
    tree, _ = project(export(client, doubtful, "qdpx").content)
    next(tree.iter(f"{QDA}TextSource")).set("guid", "1")
    assert not etree.XMLSchema(etree.parse(SCHEMA)).validate(tree)


# All of them


@pytest.mark.chapter(29)
@pytest.mark.parametrize("format", ["txt", "vtt", "json", "maxqda", "atlasti"])
def test_an_export_says_that_a_machine_wrote_it_and_which(
    client: TestClient, job: str, format: str
) -> None:
    assert LABEL in export(client, job, format).text


def test_every_preset_of_every_format_can_be_had(client: TestClient, doubtful: str) -> None:
    told = client.get("/v1/exports").json()
    assert [each["name"] for each in told["items"]] == list(FORMATS)
    for each in told["items"]:
        for preset in each["presets"]:
            answer = export(client, doubtful, each["name"], preset=preset["name"])
            assert answer.headers["content-type"] == each["media_type"]
            assert each["suffix"] in answer.headers["content-disposition"]
            same = export(
                client, doubtful, each["name"], preset=preset["name"], **preset["options"]
            )
            if each["suffix"] != "docx":  # a zip with the time at which it was written
                assert same.content == answer.content, "what a preset sets is what it says"
        for option in each["options"]:
            for value in option["values"]:
                export(client, doubtful, each["name"], **{option["name"]: value["value"]})


def test_the_description_of_the_api_names_the_formats(client: TestClient) -> None:
    paths: Any = client.get("/openapi.json").json()["paths"]
    parameters = paths["/v1/transcriptions/{transcription_id}/export"]["get"]["parameters"]
    [format] = [each for each in parameters if each["name"] == "format"]
    assert format["schema"]["enum"] == list(FORMATS)


@pytest.mark.parametrize("format", ["txt", "docx", "srt", "csv", "nvivo", "maxqda", "qdpx"])
def test_fillers_go_where_asked_for(client: TestClient, rows: Rows, format: str) -> None:
    job = rows.prepared(1, language="en")
    rows.recognise_all("Um, we waited, uh, for the train.")
    with rows.context.database.write() as session:
        session.execute(update(Transcription).values(language="en"))

    def said(**options: str) -> str:
        content = export(client, job, format, **options).content
        if format in ("docx", "nvivo"):
            document = word_document(content)
            cells = [cell.text for table in document.tables for cell in table._cells]
            return squeezed(" ".join([*(p.text for p in document.paragraphs), *cells]))
        if format == "qdpx":
            return next(iter(project(content)[1].values()))
        if format == "srt":
            return squeezed(" ".join(each.content for each in srt.parse(content.decode())))
        return squeezed(rich_text(content.decode()) if format == "maxqda" else content.decode())

    assert "Um, we waited, uh, for the train." in said()
    clean = said(fillers="remove")
    assert "We waited for the train." in clean
    assert "Um," not in clean


def test_fillers_of_a_language_without_a_list_are_not_guessed(
    client: TestClient, rows: Rows, job: str
) -> None:
    with rows.context.database.write() as session:
        session.execute(update(Transcription).values(language="pl"))
    answer = client.get(f"/v1/transcriptions/{job}/export", params={"fillers": "remove"})
    assert "'pl'" in assert_problem(answer, 422, "no_filler_list")["detail"]


@pytest.mark.parametrize("format", ["txt", "csv", "nvivo", "maxqda"])
def test_numbers_become_digits_where_asked_for(client: TestClient, rows: Rows, format: str) -> None:
    job = rows.prepared(1, language="en")
    rows.recognise_all("In nineteen eighty-four we had twenty-five cows.")
    with rows.context.database.write() as session:
        session.execute(update(Transcription).values(language="en"))

    def said(**options: str) -> str:
        content = export(client, job, format, **options).content
        if format == "nvivo":
            return " ".join(c.text for t in word_document(content).tables for c in t._cells)
        return squeezed(rich_text(content.decode()) if format == "maxqda" else content.decode())

    assert "In nineteen eighty-four we had twenty-five cows." in said()
    assert "In 1984 we had 25 cows." in said(numbers="digits")


def test_number_words_of_an_unknown_language_are_not_guessed(
    client: TestClient, rows: Rows, job: str
) -> None:
    with rows.context.database.write() as session:
        session.execute(update(Transcription).values(language="pl"))
    answer = client.get(f"/v1/transcriptions/{job}/export", params={"numbers": "digits"})
    assert "'pl'" in assert_problem(answer, 422, "no_number_words")["detail"]


def test_the_file_is_named_after_the_recording(client: TestClient, job: str) -> None:
    header = export(client, job, "srt").headers["content-disposition"]
    assert header.startswith('attachment; filename="the _best_ talk __.final.srt"')
    encoded = "the%20%22best%22%20talk%20%F0%9F%8E%99%EF%B8%8F.final.srt"
    assert header.endswith(f"filename*=UTF-8''{encoded}")


@pytest.mark.parametrize("state", ["queued", "running", "failed", "cancelled"])
def test_what_is_not_finished_is_not_exported(client: TestClient, rows: Rows, state: str) -> None:
    job = rows.in_state(state)
    for path in ("export", "export/report?format=srt"):
        answer = client.get(f"/v1/transcriptions/{job}/{path}")
        assert state in assert_problem(answer, 409, "not_ready")["detail"]


@pytest.mark.parametrize(
    ("params", "code", "says"),
    [
        ({"format": "pdf"}, "unknown_format", "there are txt, docx, srt"),
        ({"format": "srt", "preset": "x"}, "unknown_preset", "it has standard, quick"),
        ({"format": "json", "fillers": "keep"}, "option_not_supported", "it has none"),
        (
            {"format": "srt", "times": "off"},
            "option_not_supported",
            "speed, speakers, fillers",
        ),
        ({"format": "srt", "speed": "40"}, "bad_option", "it is 17 or 20"),
    ],
)
def test_what_there_is_not_is_refused_with_what_there_is(
    client: TestClient, job: str, params: dict[str, str], code: str, says: str
) -> None:
    answer = client.get(f"/v1/transcriptions/{job}/export", params=params)
    assert says in assert_problem(answer, 422, code)["detail"]


@pytest.mark.parametrize("format", list(FORMATS))
def test_a_recording_without_speech_can_be_exported(
    client: TestClient, rows: Rows, format: str
) -> None:
    content = export(client, rows.prepared(0), format).content
    match format:
        case "srt" | "vtt":
            assert len(pysubs2.SSAFile.from_string(content.decode(), format_=format)) == 0
        case "docx":
            assert "No speech" in " ".join(p.text for p in word_document(content).paragraphs)
        case "nvivo":
            assert len(word_document(content).tables[0].rows) == 1
        case "qdpx":
            project(content)
        case "txt":
            assert content.startswith(b"(no speech)")


@pytest.mark.parametrize("format", list(FORMATS))
def test_strange_characters_break_no_file(client: TestClient, rows: Rows, format: str) -> None:
    strange = 'a\x0bb \x1f"c" {d} \\e <f>&g; ﷺ 𝔘 \u2028h --> i'
    job = rows.prepared(1, name=f"{strange}.wav".replace("/", ""))
    rows.recognise_all("Heard.")
    with rows.context.database.write() as session:
        session.execute(update(SegmentRow).values(text=strange, speaker=strange, flags=["odd"]))
    content = export(client, job, format).content
    match format:
        case "docx" | "nvivo":
            word_document(content)
        case "qdpx":
            project(content)
        case "maxqda" | "atlasti":
            text = squeezed(rich_text(content.decode()))
            assert '"c" {d} \\e <f>&g; ﷺ 𝔘 h --> i' in text
        case "csv":
            [row] = csv.DictReader(io.StringIO(content.decode(), newline=""))
            assert row["text"] == strange
        case "tsv":
            assert len(content.decode().rstrip("\n").split("\n")) == 2
        case "srt":
            said = " ".join(each.content for each in srt.parse(content.decode()))
            assert squeezed(said) == squeezed(strange)
        case "vtt":
            assert len(webvtt.from_string(content.decode())) == 3

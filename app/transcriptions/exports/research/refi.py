"""REFI-QDA projects (`.qdpx`), which NVivo, ATLAS.ti, MAXQDA, QDA Miner and others exchange.

A zip with `project.qde` (XML by the schema of 18 March 2019, https://www.qdasoftware.org) and a
folder `Sources`. Positions count Unicode characters from 0, times are milliseconds. Doubts are
codes on passages, so that they can be filtered, retrieved and, once checked, deleted.
"""

from __future__ import annotations

import io
import uuid
import zipfile
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from functools import partial

from lxml import etree

from app.transcriptions.exports.doubts import explained
from app.transcriptions.exports.made import note
from app.transcriptions.exports.options import Options
from app.transcriptions.exports.research.passages import UNSURE, Passage, laid_out
from app.transcriptions.exports.times import milliseconds
from app.transcriptions.exports.written import for_xml
from app.transcriptions.schemas import SegmentOut, TranscriptionOut

NAMESPACE = "urn:QDA-XML:project:1.0"
ORIGIN = "Lectern"
_COLOUR = "#8A4B00"


def to_qdpx(
    job: TranscriptionOut, segments: Iterable[SegmentOut], options: Options
) -> Iterator[bytes]:
    """The project. The same transcript gives the same identifiers, so that it can be told again."""
    text, passages = laid_out(segments, options)
    name = _named(job.id, "source") + ".txt"
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        _put(archive, "project.qde", _project(job, options, passages, name))
        _put(archive, f"Sources/{name}", text.encode())
    yield file.getvalue()


def _put(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
    entry.compress_type = zipfile.ZIP_DEFLATED
    archive.writestr(entry, content)


def _named(*of: str) -> str:
    """A GUID that depends on nothing but what it names."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, "lectern:" + ":".join(of)))


def _project(
    job: TranscriptionOut, options: Options, passages: list[Passage], text_name: str
) -> bytes:
    guid = partial(_named, job.id)
    user, when = guid("user"), _moment(job.finished_at or job.created_at)
    told = for_xml("\n".join(note(job, options)))
    root = etree.Element(f"{{{NAMESPACE}}}Project", nsmap={None: NAMESPACE})
    root.attrib.update({"name": for_xml(job.name), "origin": ORIGIN})
    root.attrib.update({"creatingUserGUID": user, "creationDateTime": when})
    users = _add(root, "Users")
    _add(users, "User", guid=user, name="Lectern (speech recognition, a machine)")
    flags = _codes(root, passages, guid)
    sources = _add(root, "Sources")
    made = {"creatingUser": user, "creationDateTime": when}
    if options.recording == "on":
        # Relative: the recording lies beside the project, under the name it was uploaded with
        audio = _add(sources, "AudioSource", guid=guid("audio"), name=for_xml(job.name), **made)
        audio.set("path", f"relative:///{for_xml(job.name)}")
        _add(audio, "Description").text = told
        _transcript(audio, passages, text_name, flags, guid, made)
    else:
        source = _add(sources, "TextSource", guid=guid("text"), name=for_xml(job.name), **made)
        source.set("plainTextPath", f"internal://{text_name}")
        _add(source, "Description").text = told
        _selections(source, passages, flags, guid, made)
    _add(root, "Description").text = told
    return bytes(etree.tostring(root, xml_declaration=True, encoding="utf-8"))


def _codes(root: etree._Element, passages: list[Passage], guid: partial[str]) -> dict[str, str]:
    """Flag -> GUID of its code, for the flags that occur."""
    found = {kind for passage in passages for *_, kinds in passage.doubtful() for kind in kinds}
    flags = {flag: guid("code", flag) for flag in found}
    if flags:
        codes = _add(_add(root, "CodeBook"), "Codes")
        for flag in sorted(flags):
            label = f"To check: {flag.replace('_', ' ')}"
            code = _add(codes, "Code", guid=flags[flag], name=label, isCodable="true")
            code.set("color", _COLOUR)
            meaning = "words the model was unsure of" if flag == UNSURE else explained(flag)
            _add(code, "Description").text = f"Set by machine: {meaning}."
    return flags


def _selections(
    source: etree._Element,
    passages: list[Passage],
    flags: dict[str, str],
    guid: partial[str],
    made: dict[str, str],
) -> None:
    """A selection for each flagged passage, and one for each unsure word."""
    for passage in passages:
        for number, (start, end, kinds) in enumerate(passage.doubtful()):
            key = (passage.segment.id, str(number))
            selection = _add(source, "PlainTextSelection", guid=guid("selection", *key), **made)
            selection.set("startPosition", str(start))
            selection.set("endPosition", str(end))
            _coded(selection, kinds, key, flags, guid, made)


def _transcript(
    audio: etree._Element,
    passages: list[Passage],
    text_name: str,
    flags: dict[str, str],
    guid: partial[str],
    made: dict[str, str],
) -> None:
    """The text with a point of synchronisation where each passage begins and ends."""
    found = _add(audio, "Transcript", guid=guid("transcript"), name="Transcript", **made)
    found.set("plainTextPath", f"internal://{text_name}")
    for passage in passages:
        segment = passage.segment
        for edge, seconds, position in (
            ("from", segment.start, passage.start),
            ("to", segment.end, passage.end),
        ):
            point = _add(found, "SyncPoint", guid=guid(edge, segment.id))
            point.set("timeStamp", str(milliseconds(seconds)))
            point.set("position", str(position))
    for passage in passages:
        kinds = list(dict.fromkeys(kind for *_, kinds in passage.doubtful() for kind in kinds))
        if not kinds:
            continue
        key = (passage.segment.id,)
        selection = _add(found, "TranscriptSelection", guid=guid("selection", *key), **made)
        selection.set("fromSyncPoint", guid("from", *key))
        selection.set("toSyncPoint", guid("to", *key))
        _coded(selection, kinds, key, flags, guid, made)


def _coded(
    selection: etree._Element,
    kinds: Iterable[str],
    key: tuple[str, ...],
    flags: dict[str, str],
    guid: partial[str],
    made: dict[str, str],
) -> None:
    for kind in kinds:
        coding = _add(selection, "Coding", guid=guid("coding", *key, kind), **made)
        _add(coding, "CodeRef", targetGUID=flags[kind])


def _add(parent: etree._Element, tag: str, **attributes: str) -> etree._Element:
    return etree.SubElement(parent, f"{{{NAMESPACE}}}{tag}", attributes)


def _moment(when: datetime) -> str:
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

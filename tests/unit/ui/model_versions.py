"""Versions of a field for the page, as the API tells them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.support.versions import judged
from tests.unit.ui.fake_client import MADE, FakeClient, job
from ui import wire_models

GENERAL = {
    "name": "guard_wer",
    "status": "met",
    "measured": "+0.30 points (-0.20 to +0.80 at 95%)",
    "limit": "at most 0.005",
    "note": "",
}
HEADLINE = {
    "corpus": "ruby-test",
    "metric": "terms_missed",
    "parent": {"value": 0.31, "low": 0.29, "high": 0.33},
    "adapter": {"value": 0.12, "low": 0.1, "high": 0.14},
    "all": {"value": 0.08, "low": 0.06, "high": 0.1},
    "general": GENERAL,
}


def version(number: int, state: str = "candidate", **changed: Any) -> wire_models.Version:
    """One of ruby's."""
    made = judged(f"ruby {number}", passed=state != "refused")
    facts: dict[str, Any] = {
        "domain": "ruby",
        "number": number,
        "state": state,
        "serves": state == "champion",
        "deleted_data": False,
        "name": f"whisper-base+{made.adapter.sha256[:12]}",
        "gate_passed": state != "refused",
        "parent": "whisper-base",
        "parent_sha256": "d" * 64,
        "adapter_sha256": made.adapter.sha256,
        "created_at": MADE,
        "transcripts": 0,
        "headline": HEADLINE,
        "record": made.model_dump(mode="json"),
    }
    return wire_models.Version.model_validate(facts | changed)


def made(transcription_id: str, again: str | None = None, **changed: Any) -> wire_models.Made:
    """A transcript of a version."""
    told = job(transcription_id, **changed).model_dump()
    return wire_models.Made.model_validate(told | {"again": again})


def event(kind: str, number: int, **changed: Any) -> wire_models.Event:
    facts = {"kind": kind, "version": number, "by": "acc_local", "reason": "", "at": MADE}
    return wire_models.Event.model_validate(facts | changed)


def give(fake: FakeClient, *found: wire_models.Version, events: tuple[Any, ...] = ()) -> None:
    """Put the versions of ruby behind the page; the newest first."""
    champion = next((each for each in found if each.serves), None)
    challenger = next((each for each in found if each.state == "candidate"), None)
    fake.field_versions["ruby"] = list(found)
    fake.fields = [
        wire_models.Serving(
            domain="ruby",
            title="Ruby conferences",
            parent="whisper-base",
            champion=champion,
            since=MADE if champion else None,
            challenger=challenger,
            newest=found[0] if found else None,
            versions=len(found),
        )
    ]
    fake.decided = list(events) or [
        event("promoted", each.number, at=MADE + timedelta(minutes=each.number))
        for each in found
        if each.state in ("champion", "retired")
    ]


def origin(transcription_id: str, **changed: Any) -> wire_models.Provenance:
    """Of a transcript that ruby's second version wrote."""
    facts: dict[str, Any] = {
        "id": transcription_id,
        "audio": {
            "upload_sha256": "1" * 64,
            "stored_sha256": "1" * 64,
            "samples_sha256": "2" * 64,
        },
        "model": "whisper-base+333333333333",
        "model_version": "4" * 64,
        "adapter": adapter_used(),
        "glossary": {"domain": "ruby", "version": 7, "sha256": "5" * 64},
        "options": {"language": "en", "keywords": ["Rails", "Sidekiq"]},
        "code_version": "abcdef123456",
        "rungs": {"whisper-base+333333333333": 3, "tiny.en": 1},
        "conditions": {
            "code_version": ["abcdef123456"],
            "machine": ["a processor, 2 cores, Linux"],
            "compute_type": ["int8"],
            "device": ["cpu"],
            "streams": [2],
            "packages": [{"ctranslate2": "4.6.0"}],
        },
        "features": {"reused": 3, "seconds_saved": 1.25},
    }
    return wire_models.Provenance.model_validate(facts | changed)


def adapter_used(**changed: Any) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "domain": "ruby",
        "version": 2,
        "adapter_sha256": "3" * 64,
        "parent": "whisper-base",
        "parent_sha256": "d" * 64,
        "state": "champion",
        "serves": True,
        "trained_on_deleted_data": False,
    }
    return facts | changed


def learned(*numbers: int, last: bool = True) -> wire_models.Trained:
    """What a recording taught."""
    items = [
        wire_models.VersionRef(
            domain="ruby", number=n, state="champion", serves=True, deleted_data=False
        )
        for n in numbers
    ]
    return wire_models.Trained(items=items, marked_with_it=last)

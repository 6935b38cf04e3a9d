"""A client that answers from memory, in the place of the one that speaks HTTP."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from app.transcriptions.exports.routes import list_formats
from ui import wire, wire_domains, wire_exports, wire_models, wire_review, wire_sharing
from ui.client import ApiError

MADE = datetime(2026, 11, 3, 13, 5, tzinfo=UTC)
SCRIPT = "<script>alert(1)</script>"
ERROR = {"code": "model_crashed", "message": "The model stopped. Retry.", "retryable": True}


def job(transcription_id: str, status: str = "succeeded", **changed: Any) -> wire.Transcription:
    """One job in `status`, ten minutes long, half done while it runs."""
    over = status in ("succeeded", "failed", "cancelled")
    facts: dict[str, Any] = {
        "id": transcription_id,
        "name": f"{transcription_id}.wav",
        "status": status,
        "stage": "recognising" if status == "running" else "queued",
        "progress": {"succeeded": 1.0, "running": 0.5}.get(status, 0.0),
        "done_s": 300.0 if status == "running" else 0.0,
        "duration": 600.0,
        "eta_seconds": None if over else 240.0,
        "queue_position": 2 if status == "queued" else None,
        "model": {"name": "whisper-base", "version": "d01c3014881c9c6f"},
        "language": "en" if status == "succeeded" else None,
        "error": ERROR if status == "failed" else None,
        "created_at": MADE,
        "started_at": MADE,
        "finished_at": MADE if over else None,
        "revision": 3,
        "recording_id": "rec_1",
        "text": "Thank you for coming.",
        "segments": [segment()],
        "skipped": [],
        "fallbacks": [],
        "warnings": [],
    }
    return wire.Transcription.model_validate(facts | changed)


def segment(*flags: str, text: str = "Thank you for coming.") -> dict[str, Any]:
    return {"id": "s", "start": 0.4, "end": 2.0, "text": text, "speaker": None, "flags": flags}


def recording(recording_id: str, **changed: Any) -> wire.Recording:
    facts: dict[str, Any] = {
        "id": recording_id,
        "name": f"{recording_id}.m4a",
        "container": "mp4",
        "size_bytes": 10_000,
        "duration_s": 3000.0,
        "estimate": {
            "model": "whisper-base",
            "audio_minutes": 50.0,
            "queue_minutes": 0.0,
            "finish_in_s": 20.0,
            "realtime_factor": 150.0,
            "measured": True,
            "location": "this computer",
        },
    }
    return wire.Recording.model_validate(facts | changed)


def domain(name: str, *terms: str, **changed: Any) -> wire_domains.Domain:
    """A domain of these terms, or of two."""
    given = [{"term": term, "sounds_like": ""} for term in terms or ("RSpec", "Sidekiq")]
    facts: dict[str, Any] = {
        "name": name,
        "title": name.capitalize(),
        "about": f"Talks about {name}.",
        "parent": "whisper-base",
        "terms": len(given),
        "glossary_version": 1,
        "glossary": {"number": 1, "terms": given, "created_at": MADE},
    }
    return wire_domains.Domain.model_validate(facts | changed)


class FakeClient:
    """The calls of `ui.client.Client` that the pages make; `calls` says what was changed."""

    def __init__(self) -> None:
        self.jobs: list[wire.Transcription] = []
        self.recordings: dict[str, wire.Recording] = {}
        self.active_faults: set[str] = set()
        self.own_domains: dict[str, wire_domains.Domain] = {"ruby": domain("ruby", shipped=True)}
        self.texts: dict[str, wire_domains.DomainText] = {}
        self.proposed: wire_domains.Proposals | None = None
        self.estimated_for: str | None = None
        self.refused: dict[str, ApiError] = {}
        self.calls: list[tuple[Any, ...]] = []
        self.annotations: list[wire.Annotation] = []
        self.down = False
        self.said: list[wire.Hit] = []
        self.kept = wire_exports.Report(cues=12, kept=12, counts={})
        self.following: str | None = None
        self.measured = wire.Runs(runs=[])
        self.whole_runs: dict[str, wire.EvaluationRun] = {}
        self.heard: dict[str, list[wire.Utterance]] = {}
        self.compared: dict[tuple[str, str], wire.Comparison] = {}
        self.fields: list[wire_models.Serving] = []
        self.field_versions: dict[str, list[wire_models.Version]] = {}
        self.decided: list[wire_models.Event] = []
        self.made: list[wire_models.Made] = []
        self.links: list[wire_sharing.ShareMade] = []
        self.reach = "this computer"
        self.link_events: list[wire_sharing.ShareEvent] = []
        self.laid: wire_review.Beside | None = None
        self.plans: dict[tuple[str, str], wire_review.CarryPlan] = {}
        self.origins: dict[str, wire_models.Provenance] = {}
        self.learned: dict[str, wire_models.Trained] = {}

    def transcriptions(
        self, *, limit: int = 50, cursor: str | None = None, status: Sequence[str] = ()
    ) -> wire.Page:
        self._up()
        items = [item for item in self.jobs if not status or item.status in status]
        return wire.Page(items=list(items[:limit]), next=self.following)

    def search(
        self,
        q: str,
        *,
        transcription: str | None = None,
        limit: int = 20,
        cursor: str | None = None,
    ) -> wire.Hits:
        self._up()
        if "search" in self.refused:
            raise self.refused["search"]
        self.calls.append(("search", q, cursor))
        return wire.Hits(items=self.said, next=self.following)

    def transcription(self, transcription_id: str) -> wire.Transcription:
        self._up()
        for item in self.jobs:
            if item.id == transcription_id:
                return item
        raise ApiError("not_found", "There is no such transcription.", 404)

    def recording(
        self, recording_id: str, model: str | None = None, domain: str | None = None
    ) -> wire.Recording:
        self._up()
        self.estimated_for = domain
        if recording_id not in self.recordings:
            raise ApiError("not_found", "There is no such recording.", 404)
        return self.recordings[recording_id]

    def transcribe(self, recording_id: str, **options: Any) -> wire.Summary:
        if recording_id in self.refused:
            raise self.refused[recording_id]
        self.calls.append(("transcribe", recording_id, options))
        self.jobs.insert(0, job(f"tr_{recording_id}", "queued"))
        return self.jobs[0]

    def again(self, transcription_id: str, **asked: Any) -> wire.Summary:
        if "again" in self.refused:
            raise self.refused["again"]
        self.calls.append(("again", transcription_id, asked))
        self.jobs.insert(0, job("tr_again", "queued"))
        return self.jobs[0]

    def transcripts_of(self, recording_id: str) -> list[wire.Summary]:
        return [each for each in self.jobs if each.recording_id == recording_id]

    def beside(self, transcription_id: str, other_id: str) -> wire_review.Beside:
        if "beside" in self.refused:
            raise self.refused["beside"]
        assert self.laid is not None
        return self.laid.model_copy(update={"id": transcription_id, "other": other_id})

    def carry_plan(self, to_id: str, from_id: str) -> wire_review.CarryPlan:
        return self.plans[to_id, from_id]

    def carry_over(
        self, to_id: str, from_id: str, etag: str, take: Sequence[str] = ()
    ) -> wire_review.Carried:
        if "carry_over" in self.refused:
            raise self.refused["carry_over"]
        self.calls.append(("carry_over", to_id, from_id, etag, list(take)))
        plan = self.plans[to_id, from_id]
        taken = [each for each in plan.left if each.source in take]
        applied = [
            *plan.applied,
            *(
                wire_review.Applied(
                    source=each.source, segment="s", start=each.start, text=each.text
                )
                for each in taken
            ),
        ]
        left = [each for each in plan.left if each.source not in take]
        self.plans[to_id, from_id] = plan.model_copy(update={"applied": [], "left": left})
        return wire_review.Carried(applied=applied, left=left, etag='"tr.2"', revision=1)

    def delete_recording(self, recording_id: str) -> None:
        self.calls.append(("delete_recording", recording_id))

    def shares(self, transcription_id: str) -> wire_sharing.Shares:
        found = [wire_sharing.Share(**each.model_dump()) for each in self.links]
        return wire_sharing.Shares(
            items=found, reach=self.reach, share_days=14.0, max_share_days=90.0
        )

    def make_share(
        self, transcription_id: str, *, role: str, label: str, expires_at: datetime
    ) -> wire_sharing.ShareMade:
        if "make_share" in self.refused:
            raise self.refused["make_share"]
        self.calls.append(("make_share", transcription_id, role, label))
        made = wire_sharing.ShareMade(
            id=f"shr_{len(self.links) + 1}",
            role=role,
            label=label,
            created_at=datetime.now(UTC),
            expires_at=expires_at,
            state="open",
            link=f"http://127.0.0.1:8501/shared/shr_{len(self.links) + 1}#the-secret",
            reach=self.reach,
        )
        self.links.insert(0, made)
        return made

    def end_share(self, transcription_id: str, share_id: str) -> None:
        self.calls.append(("end_share", transcription_id, share_id))
        ended = {"state": "revoked", "revoked_at": datetime.now(UTC)}
        self.links = [
            each.model_copy(update=ended) if each.id == share_id else each for each in self.links
        ]

    def share_events(self, transcription_id: str, share_id: str) -> wire_sharing.ShareEvents:
        return wire_sharing.ShareEvents(items=self.link_events)

    def formats(self) -> wire_exports.Formats:
        self._up()
        return wire_exports.Formats.model_validate(list_formats().model_dump())

    def export_report(self, transcription_id: str, params: dict[str, str]) -> wire_exports.Report:
        self.calls.append(("export_report", transcription_id, params))
        return self.kept

    def cancel(self, transcription_id: str) -> None:
        self.calls.append(("cancel", transcription_id))

    def retry(self, transcription_id: str) -> None:
        self.calls.append(("retry", transcription_id))

    def delete(self, transcription_id: str) -> None:
        self.calls.append(("delete", transcription_id))
        self.jobs = [item for item in self.jobs if item.id != transcription_id]

    def models(self) -> list[str]:
        return ["whisper-base", "tiny.en"]

    def faults(self) -> list[wire.Fault]:
        self._up()
        on = "slow_model" in self.active_faults
        return [
            wire.Fault(
                name="slow_model",
                chapter=12,
                title="Slow model",
                what_it_does="Every window takes longer.",
                expected="The finish time grows.",
                active=on,
                expires_at=datetime.now(UTC) + timedelta(minutes=5) if on else None,
                parameters={"seconds": 3.0},
            )
        ]

    def switch_on(self, name: str, minutes: float, parameters: dict[str, float]) -> None:
        self.active_faults.add(name)
        self.calls.append(("switch_on", name, minutes, parameters))

    def switch_off(self, name: str) -> None:
        self.active_faults.discard(name)

    def sample(self) -> wire.Sample:
        return wire.Sample(
            name="interview.opus",
            title="Interview about measuring poverty",
            synthetic=True,
            duration=56.0,
            turns=[],
            glossary=["EU-SILC"],
            generic=wire.Version(text="Mostly from you silk.", model="whisper-base"),
            adapted=wire.Version(text="Mostly from EU-SILC.", model="whisper-base"),
        )

    def domains(self) -> list[wire_domains.Domain]:
        self._up()
        return [self.own_domains[name] for name in sorted(self.own_domains)]

    def domain(self, name: str) -> wire_domains.Domain:
        if name not in self.own_domains:
            raise ApiError("domain_not_found", f"There is no domain {name!r}.", 404)
        return self.own_domains[name]

    def make_domain(self, name: str, **given: Any) -> wire_domains.Domain:
        if name in self.own_domains:
            raise ApiError("domain_exists", f"There is a domain {name!r} already.", 409)
        self.calls.append(("make_domain", name, given))
        terms = [term.term for term in given["terms"]]
        self.own_domains[name] = domain(name, *terms, title=given["title"])
        return self.own_domains[name]

    def change_glossary(self, name: str, terms: Sequence[wire_domains.Term]) -> None:
        self.calls.append(("change_glossary", name, list(terms)))

    def remove_domain(self, name: str) -> None:
        self.calls.append(("remove_domain", name))
        del self.own_domains[name]

    def keep_domain_text(self, name: str, text: str) -> wire_domains.DomainText:
        if "text" in self.refused:
            raise self.refused["text"]
        self.texts[name] = wire_domains.DomainText(text=text, sentences=3, words=40)
        return self.texts[name]

    def domain_text(self, name: str) -> wire_domains.DomainText | None:
        return self.texts.get(name)

    def propose_from_text(self, text: str) -> wire_domains.Proposals:
        self.calls.append(("propose", text))
        if self.proposed is None:
            raise ApiError("too_little_text", "This text has 3 words. Give more text.", 422)
        return self.proposed

    def previews(self, name: str) -> wire_domains.Previews:
        return wire_domains.Previews(items=[], first_s=300.0)

    def adaptations(self, name: str) -> wire_domains.Adaptations:
        offer = wire_domains.AdaptationOffer(training=False, command="make setup-training")
        return wire_domains.Adaptations(items=[], offer=offer)

    def speech(self, term: str, sounds_like: str = "") -> bytes:
        self.calls.append(("speech", term, sounds_like))
        raise ApiError("training_not_set_up", "Run `make setup-training` once.", 409)

    def chapters(self) -> list[wire.Chapter]:
        return [self._chapter(1, "Introduction"), self._chapter(12, "Scaling the System")]

    def chapter(self, number: int) -> wire.ChapterPage:
        chapters = {chapter.number: chapter for chapter in self.chapters()}
        if number not in chapters:
            raise ApiError("not_found", "The book has no such chapter.", 404)
        return wire.ChapterPage(
            **chapters[number].model_dump(),
            page="# Title\n\nOur page.\n",
            annotations=self.annotations,
        )

    @staticmethod
    def _chapter(number: int, title: str) -> wire.Chapter:
        return wire.Chapter(
            number=number,
            title=title,
            part="I. Setting the Stage",
            concern="What the chapter is about.",
            address="https://mlip-cmu.github.io/book/",
            annotation_count=2,
            checks=["tests/test_a.py::test_b"],
        )

    def runs(self) -> wire.Runs:
        self._up()
        return self.measured

    def run(self, name: str) -> wire.EvaluationRun:
        return self.whole_runs[name]

    def utterances(self, run: str, **asked: Any) -> wire.UtterancePage:
        self.calls.append(("utterances", run, asked))
        items = self.heard.get(run, [])
        shown = items[: asked["limit"]]
        return wire.UtterancePage(
            items=shown, total=len(items), next="more" if len(shown) < len(items) else None
        )

    def comparison(self, a: str, b: str) -> wire.Comparison:
        if (a, b) not in self.compared:
            raise ApiError("comparison_not_found", "These were not compared yet.", 404)
        return self.compared[a, b]

    def serving(self) -> list[wire_models.Serving]:
        self._up()
        return self.fields

    def versions(self, domain: str) -> wire_models.Versions:
        found = self.field_versions[domain]
        champion = next((each.number for each in found if each.serves), None)
        challenger = next((each.number for each in found if each.state == "candidate"), None)
        return wire_models.Versions(
            items=list(found),
            champion=champion,
            since=MADE,
            challenger=challenger,
            events=self.decided,
        )

    def version(self, domain: str, number: int) -> wire_models.Version:
        return next(each for each in self.field_versions[domain] if each.number == number)

    def made_by(self, domain: str, number: int) -> list[wire_models.Made]:
        return self.made

    def card(self, domain: str, number: int) -> str:
        return f"---\nlicense: other\n---\n\n# {domain}, version {number}\n\nA card.\n"

    def promote(self, domain: str, number: int, reason: str = "") -> None:
        self.calls.append(("promote", domain, number, reason))

    def roll_back(self, domain: str, **asked: Any) -> None:
        self.calls.append(("roll_back", domain, asked))

    def transcribe_again(
        self, domain: str, number: int, only: Sequence[str] | None = None
    ) -> wire_models.Again:
        self.calls.append(("transcribe_again", domain, number, only))
        return wire_models.Again(items=[], left=2)

    def provenance(self, transcription_id: str) -> wire_models.Provenance:
        if transcription_id not in self.origins:
            raise ApiError("transcription_not_found", "There is no such transcription.", 404)
        return self.origins[transcription_id]

    def trained_on(self, recording_id: str) -> wire_models.Trained:
        return self.learned.get(recording_id, wire_models.Trained(items=[]))

    def _up(self) -> None:
        if self.down:
            raise ApiError("api_unreachable", "The transcription service does not answer.", 503)

"""The product's API as Python calls; the one place where the front ends speak HTTP."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import IO, Any, TypeVar
from urllib.parse import quote

import httpx
from pydantic import BaseModel, TypeAdapter

from ui import (
    wire,
    wire_domains,
    wire_exports,
    wire_models,
    wire_projects,
    wire_review,
    wire_sharing,
    wire_webhooks,
)
from ui.settings import Settings

_TIMEOUT = httpx.Timeout(30.0, connect=5.0, write=None)
"""No limit on writing: a long recording over a slow disk takes what it takes."""
_SLOW = httpx.Timeout(200.0, connect=5.0, write=None)
"""For a document that is read, or a synthesiser that is loaded, on a computer that is busy."""
_UNREACHABLE = (
    "The transcription service does not answer. Your recordings and transcripts are safe on disk."
    " It may still be starting: wait a few seconds; if it stays so, stop the product and start it"
    " again."
)


T = TypeVar("T", bound=BaseModel)


class ApiError(Exception):
    """An answer that is not a result.

    `detail` is for people: what happened, what is safe, what to do. `code` is for programs;
    `status` is HTTP's, 503 when there was no answer at all.
    """

    def __init__(self, code: str, detail: str, status: int, request_id: str | None = None) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.status = status
        self.request_id = request_id


class Client:
    """Calls raise `ApiError` and nothing else. Safe to share between threads."""

    def __init__(self, settings: Settings, transport: httpx.BaseTransport | None = None) -> None:
        self._settings = settings
        self._http = httpx.Client(
            base_url=settings.api_url, timeout=_TIMEOUT, transport=transport, trust_env=False
        )

    # Recordings

    def upload(self, name: str, content: IO[bytes] | bytes) -> wire.Recording:
        """Send a recording without starting anything."""
        answer = self._send("POST", "/v1/recordings", files={"file": (name, content)})
        return wire.Recording.model_validate(answer.json())

    def recording(
        self, recording_id: str, model: str | None = None, domain: str | None = None
    ) -> wire.Recording:
        """A recording and how long its transcription would take now, by this model and domain."""
        params = {k: v for k, v in (("model", model), ("domain", domain)) if v}
        return self._get(wire.Recording, f"/v1/recordings/{_part(recording_id)}", params)

    def delete_recording(self, recording_id: str) -> None:
        self._send("DELETE", f"/v1/recordings/{_part(recording_id)}")

    # Transcriptions

    def transcribe(
        self,
        recording_id: str,
        *,
        language: str | None = None,
        model: str | None = None,
        domain: str | None = None,
        keywords: Sequence[str] = (),
    ) -> wire.Summary:
        """Start transcribing a recording that was uploaded before."""
        fields = [("recording", recording_id)]
        asked = (("language", language), ("model", model), ("domain", domain))
        fields += [(k, v) for k, v in asked if v]
        fields += [("keywords[]", keyword) for keyword in keywords]
        # Without a name each part is an ordinary field of a multipart form
        form = [(name, (None, value.encode())) for name, value in fields]
        return wire.Summary.model_validate(
            self._send("POST", "/v1/transcriptions", files=form).json()
        )

    def transcriptions(
        self, *, limit: int = 50, cursor: str | None = None, status: Sequence[wire.Status] = ()
    ) -> wire.Page:
        """Newest first; give `next` as `cursor` for the following page."""
        params: dict[str, Any] = {"limit": limit, "status": list(status)}
        if cursor:
            params["cursor"] = cursor
        return self._get(wire.Page, "/v1/transcriptions", params)

    def search(
        self,
        q: str,
        *,
        transcription: str | None = None,
        limit: int = 20,
        cursor: str | None = None,
    ) -> wire.Hits:
        """Where it was said: newest transcription first; give `next` as `cursor` to go on."""
        told = (("transcription", transcription), ("cursor", cursor))
        params: dict[str, Any] = {"q": q, "limit": limit} | {k: v for k, v in told if v}
        return self._get(wire.Hits, "/v1/search", params)

    def transcription(self, transcription_id: str) -> wire.Transcription:
        return self._get(wire.Transcription, f"/v1/transcriptions/{_part(transcription_id)}")

    def cancel(self, transcription_id: str) -> wire.Summary:
        return self._act(transcription_id, "cancel")

    def retry(self, transcription_id: str) -> wire.Summary:
        return self._act(transcription_id, "retry")

    def delete(self, transcription_id: str) -> None:
        """Remove text and audio."""
        self._send("DELETE", f"/v1/transcriptions/{_part(transcription_id)}")

    def formats(self) -> wire_exports.Formats:
        """What a transcript can be exported as."""
        return self._get(wire_exports.Formats, "/v1/exports")

    def export_report(
        self, transcription_id: str, params: Mapping[str, str]
    ) -> wire_exports.Report:
        """Which rules of subtitles an export with these options cannot keep."""
        path = f"/v1/transcriptions/{_part(transcription_id)}/export/report"
        return self._get(wire_exports.Report, path, dict(params))

    # Links

    def shares(self, transcription_id: str) -> wire_sharing.Shares:
        """All links to a transcript and what was done with them; the newest first."""
        return self._get(wire_sharing.Shares, _shares(transcription_id))

    def make_share(
        self, transcription_id: str, *, role: str, label: str, expires_at: datetime
    ) -> wire_sharing.ShareMade:
        """A link; only this answer has its secret."""
        body = {"role": role, "label": label, "expires_at": expires_at.isoformat()}
        answer = self._send("POST", _shares(transcription_id), json=body)
        return wire_sharing.ShareMade.model_validate(answer.json())

    def end_share(self, transcription_id: str, share_id: str) -> None:
        self._send("DELETE", f"{_shares(transcription_id)}/{_part(share_id)}")

    def share_events(self, transcription_id: str, share_id: str) -> wire_sharing.ShareEvents:
        """What was done with a link, the newest first."""
        path = f"{_shares(transcription_id)}/{_part(share_id)}/events"
        return self._get(wire_sharing.ShareEvents, path)

    # Hearing again and comparing

    def again(self, transcription_id: str, **asked: Any) -> wire.Summary:
        """The recording once more; what is not given is as it was, but the model is today's."""
        path = f"/v1/transcriptions/{_part(transcription_id)}/again"
        return wire.Summary.model_validate(self._send("POST", path, json=asked).json())

    def transcripts_of(self, recording_id: str) -> list[wire.Summary]:
        """Of one recording, the newest first."""
        params = {"recording": recording_id, "limit": 200}
        return self._get(wire.Page, "/v1/transcriptions", params).items

    def beside(self, transcription_id: str, other_id: str) -> wire_review.Beside:
        """Two transcripts of one recording."""
        path = f"/v1/transcriptions/{_part(transcription_id)}/compare"
        return self._get(wire_review.Beside, path, {"with": other_id})

    def carry_plan(self, to_id: str, from_id: str) -> wire_review.CarryPlan:
        """What carrying corrections over would do now."""
        return self._get(wire_review.CarryPlan, _edits_from(to_id, from_id))

    def carry_over(
        self, to_id: str, from_id: str, etag: str, take: Sequence[str] = ()
    ) -> wire_review.Carried:
        """Do it; refused when the transcript is not as `etag` says any more."""
        answer = self._send(
            "POST",
            _edits_from(to_id, from_id),
            json={"take": list(take)},
            headers={"If-Match": etag},
        )
        return wire_review.Carried.model_validate(answer.json())

    # The rest

    def models(self) -> list[str]:
        """Names of plain models; the first is the default. An adapter comes with its domain."""
        found = self._send("GET", "/v1/models").json()["data"]
        return [model["id"] for model in found if not model.get("domain")]

    def sample(self) -> wire.Sample:
        return self._get(wire.Sample, "/v1/sample")

    def sample_audio(self) -> tuple[str, bytes]:
        """Name and content of the sample recording."""
        return self.sample().name, self._send("GET", "/v1/sample/audio").content

    def chapters(self) -> list[wire.Chapter]:
        answer = self._send("GET", "/v1/chapters").json()
        return TypeAdapter(list[wire.Chapter]).validate_python(answer)

    def chapter(self, number: int) -> wire.ChapterPage:
        return self._get(wire.ChapterPage, f"/v1/chapters/{number}")

    def faults(self) -> list[wire.Fault]:
        answer = self._send("GET", "/v1/faults").json()
        return TypeAdapter(list[wire.Fault]).validate_python(answer)

    def switch_on(
        self, name: str, minutes: float = 5, parameters: Mapping[str, float] | None = None
    ) -> wire.Fault:
        body = {"minutes": minutes, "parameters": dict(parameters or {})}
        answer = self._send("PUT", f"/v1/faults/{_part(name)}", json=body)
        return wire.Fault.model_validate(answer.json())

    def switch_off(self, name: str) -> None:
        self._send("DELETE", f"/v1/faults/{_part(name)}")

    # Models

    def serving(self) -> list[wire_models.Serving]:
        """What serves each domain, since when, and what could."""
        return self._get(wire_models.Serves, "/v1/versions").items

    def versions(self, domain: str) -> wire_models.Versions:
        """The newest first, and what was decided about them."""
        return self._get(wire_models.Versions, _versions(domain))

    def version(self, domain: str, number: int) -> wire_models.Version:
        return self._get(wire_models.Version, f"{_versions(domain)}/{number}")

    def card(self, domain: str, number: int) -> str:
        """The model card, Markdown."""
        return self._send("GET", f"{_versions(domain)}/{number}/card").text

    def made_by(self, domain: str, number: int) -> list[wire_models.Made]:
        """The transcripts of a version, the newest first."""
        path = f"{_versions(domain)}/{number}/transcriptions"
        return self._get(wire_models.MadeList, path).items

    def promote(self, domain: str, number: int, reason: str = "") -> wire_models.VersionLine:
        path = f"{_versions(domain)}/{number}/promote"
        answer = self._send("POST", path, json={"reason": reason})
        return wire_models.VersionLine.model_validate(answer.json())

    def roll_back(
        self,
        domain: str,
        *,
        version: int | None = None,
        to_parent: bool = False,
        reason: str = "",
    ) -> wire_models.RolledBack:
        """Withdraw what serves; refused when that is not `version` any more."""
        body = {"version": version, "to_parent": to_parent, "reason": reason}
        answer = self._send("POST", f"/v1/domains/{_part(domain)}/roll-back", json=body)
        return wire_models.RolledBack.model_validate(answer.json())

    def transcribe_again(
        self, domain: str, number: int, only: Sequence[str] | None = None
    ) -> wire_models.Again:
        """Queue what a version made once more; `only` names some of it by id."""
        path = f"{_versions(domain)}/{number}/transcribe-again"
        body = {"transcriptions": None if only is None else list(only)}
        return wire_models.Again.model_validate(self._send("POST", path, json=body).json())

    def provenance(self, transcription_id: str) -> wire_models.Provenance:
        """Where a text comes from; not window by window."""
        path = f"/v1/transcriptions/{_part(transcription_id)}/provenance"
        return self._get(wire_models.Provenance, path, {"windows": False})

    def trained_on(self, recording_id: str) -> wire_models.Trained:
        """The versions that learned from a recording."""
        return self._get(wire_models.Trained, f"/v1/recordings/{_part(recording_id)}/models")

    # Webhooks

    def webhooks(self) -> wire_webhooks.Webhooks:
        """Who is told of what happens, and what there is to be told."""
        return self._get(wire_webhooks.Webhooks, "/v1/webhooks")

    def add_webhook(
        self, url: str, description: str = "", events: Sequence[str] = ()
    ) -> wire_webhooks.WithSecret:
        body = {"url": url, "description": description, "events": list(events)}
        answer = self._send("POST", "/v1/webhooks", json=body)
        return wire_webhooks.WithSecret.model_validate(answer.json())

    def set_webhook_state(self, webhook_id: str, state: str) -> wire_webhooks.Webhook:
        """`paused` or `enabled`."""
        answer = self._send("PATCH", f"/v1/webhooks/{_part(webhook_id)}", json={"state": state})
        return wire_webhooks.Webhook.model_validate(answer.json())

    def remove_webhook(self, webhook_id: str) -> None:
        self._send("DELETE", f"/v1/webhooks/{_part(webhook_id)}")

    def rotate_webhook(self, webhook_id: str) -> wire_webhooks.WithSecret:
        """A new secret; the old one is good for another day."""
        answer = self._send("POST", f"/v1/webhooks/{_part(webhook_id)}/rotate")
        return wire_webhooks.WithSecret.model_validate(answer.json())

    def test_webhook(self, webhook_id: str) -> wire_webhooks.Delivery:
        answer = self._send("POST", f"/v1/webhooks/{_part(webhook_id)}/test")
        return wire_webhooks.Delivery.model_validate(answer.json())

    def deliveries(
        self, webhook_id: str, *, limit: int = 20, cursor: str | None = None
    ) -> wire_webhooks.Deliveries:
        """The newest first; give `next` as `cursor` to go on."""
        params: dict[str, Any] = {"limit": limit} | ({"cursor": cursor} if cursor else {})
        path = f"/v1/webhooks/{_part(webhook_id)}/deliveries"
        return self._get(wire_webhooks.Deliveries, path, params)

    def delivery(self, webhook_id: str, delivery_id: str) -> wire_webhooks.Delivery:
        path = f"/v1/webhooks/{_part(webhook_id)}/deliveries/{_part(delivery_id)}"
        return self._get(wire_webhooks.Delivery, path)

    def redeliver(self, webhook_id: str, delivery_id: str) -> wire_webhooks.Delivery:
        """Send it once more, at once."""
        path = f"/v1/webhooks/{_part(webhook_id)}/deliveries/{_part(delivery_id)}/redeliver"
        return wire_webhooks.Delivery.model_validate(self._send("POST", path).json())

    # Quality

    def runs(self) -> wire.Runs:
        """What the evaluation suite measured."""
        return self._get(wire.Runs, "/v1/quality/runs")

    def run(self, name: str) -> wire.EvaluationRun:
        return self._get(wire.EvaluationRun, f"/v1/quality/runs/{_part(name)}")

    def utterances(
        self,
        run: str,
        *,
        sort: str = "worst",
        group: tuple[str, str] | None = None,
        search: str = "",
        limit: int = 20,
    ) -> wire.UtterancePage:
        """What was said beside what was heard; `group` is a field and its value."""
        params: dict[str, Any] = {"sort": sort, "search": search[:200], "limit": limit}
        if group:
            params |= {"by": group[0], "value": group[1]}
        return self._get(wire.UtterancePage, f"/v1/quality/runs/{_part(run)}/utterances", params)

    def comparison(self, a: str, b: str) -> wire.Comparison:
        return self._get(wire.Comparison, "/v1/quality/comparisons", {"a": a, "b": b})

    # Domains

    def domains(self) -> list[wire_domains.DomainSummary]:
        """Those that come with the product, and your own, by name."""
        return self._get(wire_domains.Domains, "/v1/domains").items

    def domain(self, name: str) -> wire_domains.Domain:
        return self._get(wire_domains.Domain, f"/v1/domains/{_part(name)}")

    def make_domain(
        self,
        name: str,
        *,
        title: str = "",
        about: str = "",
        terms: Sequence[wire_domains.Term] = (),
    ) -> wire_domains.Domain:
        """A domain of one's own; its glossary works at once."""
        body = {"name": name, "title": title, "about": about, "terms": _terms(terms)}
        answer = self._send("POST", "/v1/domains", json=body)
        return wire_domains.Domain.model_validate(answer.json())

    def change_glossary(
        self, name: str, terms: Sequence[wire_domains.Term]
    ) -> wire_domains.Glossary:
        """The next version of the terms."""
        path = f"/v1/domains/{_part(name)}/glossary"
        answer = self._send("PUT", path, json={"terms": _terms(terms)})
        return wire_domains.Glossary.model_validate(answer.json())

    def remove_domain(self, name: str) -> None:
        self._send("DELETE", f"/v1/domains/{_part(name)}")

    def keep_domain_text(self, name: str, text: str) -> wire_domains.DomainText:
        """A page of text of the field, which an adapter may be trained with."""
        path = f"/v1/domains/{_part(name)}/text"
        answer = self._send("PUT", path, json={"text": text})
        return wire_domains.DomainText.model_validate(answer.json())

    def domain_text(self, name: str) -> wire_domains.DomainText | None:
        """How much text there is; None: none was given."""
        try:
            return self._get(wire_domains.DomainText, f"/v1/domains/{_part(name)}/text")
        except ApiError as error:
            if error.code == "text_not_found":
                return None
            raise

    def propose(self, name: str, content: IO[bytes] | bytes) -> wire_domains.Proposals:
        """Terms of a document; nothing is kept."""
        return self._proposed({"file": (name, content)})

    def propose_from_text(self, text: str) -> wire_domains.Proposals:
        return self._proposed({"text": (None, text.encode())})

    def speech(self, term: str, sounds_like: str = "") -> bytes:
        """The term read aloud, as Ogg Opus."""
        body = {"text": term, "sounds_like": sounds_like}
        return self._send("POST", "/v1/domains/speech", json=body, timeout=_SLOW).content

    def previews(self, domain: str) -> wire_domains.Previews:
        """What a domain changes on the beginning of recordings, the newest first."""
        return self._get(wire_domains.Previews, f"/v1/domains/{_part(domain)}/previews")

    def preview(self, domain: str, preview_id: str) -> wire_domains.Preview:
        path = f"/v1/domains/{_part(domain)}/previews/{_part(preview_id)}"
        return self._get(wire_domains.Preview, path)

    def ask_preview(self, domain: str, recording_id: str) -> wire_domains.PreviewSummary:
        """Begin one; the same again is the one that is there."""
        path = f"/v1/domains/{_part(domain)}/previews"
        answer = self._send("POST", path, json={"recording": recording_id})
        return wire_domains.PreviewSummary.model_validate(answer.json())

    def delete_preview(self, domain: str, preview_id: str) -> None:
        self._send("DELETE", f"/v1/domains/{_part(domain)}/previews/{_part(preview_id)}")

    def adaptations(self, domain: str) -> wire_domains.Adaptations:
        """Adapters that were asked for, the newest first, and what another would cost."""
        return self._get(wire_domains.Adaptations, _adaptations(domain))

    def adaptation(self, domain: str, adaptation_id: str) -> wire_domains.Adaptation:
        path = f"{_adaptations(domain)}/{_part(adaptation_id)}"
        return self._get(wire_domains.Adaptation, path)

    def ask_adaptation(self, domain: str) -> wire_domains.Adaptation:
        """Have an adapter made; the same terms and text are the same one."""
        answer = self._send("POST", _adaptations(domain))
        return wire_domains.Adaptation.model_validate(answer.json())

    def cancel_adaptation(self, domain: str, adaptation_id: str) -> wire_domains.Adaptation:
        return self._adapt(domain, adaptation_id, "cancel")

    def retry_adaptation(self, domain: str, adaptation_id: str) -> wire_domains.Adaptation:
        return self._adapt(domain, adaptation_id, "retry")

    def _adapt(self, domain: str, adaptation_id: str, action: str) -> wire_domains.Adaptation:
        answer = self._send("POST", f"{_adaptations(domain)}/{_part(adaptation_id)}/{action}")
        return wire_domains.Adaptation.model_validate(answer.json())

    def _proposed(self, form: Any) -> wire_domains.Proposals:
        answer = self._send("POST", "/v1/domains/proposals", files=form, timeout=_SLOW)
        return wire_domains.Proposals.model_validate(answer.json())

    # Projects

    def projects(self, cursor: str | None = None) -> wire_projects.Projects:
        """The newest first; give `next` as `cursor` for the following page."""
        params = {"cursor": cursor} if cursor else None
        return self._get(wire_projects.Projects, "/v1/projects", params)

    def project(self, project_id: str) -> wire_projects.Project:
        return self._get(wire_projects.Project, _project(project_id))

    def make_project(self, name: str, **settings: Any) -> wire_projects.Project:
        answer = self._send("POST", "/v1/projects", json={"name": name, **settings})
        return wire_projects.Project.model_validate(answer.json())

    def change_project(
        self, project_id: str, etag: str | None = None, **settings: Any
    ) -> wire_projects.Project:
        """Change settings; refused when they were changed since `etag`."""
        headers = {"If-Match": etag} if etag else {}
        answer = self._send("PATCH", _project(project_id), json=settings, headers=headers)
        return wire_projects.Project.model_validate(answer.json())

    def delete_project(self, project_id: str, transcripts: str | None = None) -> None:
        """`transcripts` is `keep` or `delete`; it must be said where there are any."""
        params = {"transcripts": transcripts} if transcripts else None
        self._send("DELETE", _project(project_id), params=params, timeout=_SLOW)

    def project_transcripts(
        self, project_id: str, *, limit: int = 50, cursor: str | None = None
    ) -> wire.Page:
        """The newest first."""
        params: dict[str, Any] = {"project": project_id, "limit": limit}
        return self._get(
            wire.Page, "/v1/transcriptions", params | ({"cursor": cursor} if cursor else {})
        )

    def add_to_project(
        self, project_id: str, name: str, content: IO[bytes] | bytes
    ) -> wire_projects.Intake:
        """Send a recording or a ZIP of recordings; taking a ZIP apart takes what it takes."""
        timeout = httpx.Timeout(None, connect=5.0)
        answer = self._send(
            "POST", f"{_project(project_id)}/files", files={"file": (name, content)},
            timeout=timeout,
        )  # fmt: skip
        return wire_projects.Intake.model_validate(answer.json())

    def wait_in_project(self, project_id: str, recording_id: str) -> None:
        """Add an upload that is here."""
        self._send("PUT", f"{_project(project_id)}/recordings/{_part(recording_id)}")

    def take_out_of_project(self, project_id: str, recording_id: str) -> None:
        """An upload that shall not be started; it is deleted."""
        self._send("DELETE", f"{_project(project_id)}/recordings/{_part(recording_id)}")

    def batch(
        self, project_id: str, *, exclude: Sequence[str] = (), duplicates: str = "ask"
    ) -> wire_projects.Batch:
        """What starting all that wait would mean; nothing is started."""
        body = {"exclude": list(exclude), "duplicates": duplicates}
        answer = self._send("POST", f"{_project(project_id)}/estimate", json=body)
        return wire_projects.Batch.model_validate(answer.json())

    def start_batch(
        self, project_id: str, *, exclude: Sequence[str] = (), duplicates: str = "ask"
    ) -> wire_projects.Start:
        body = {"exclude": list(exclude), "duplicates": duplicates}
        answer = self._send("POST", f"{_project(project_id)}/start", json=body, timeout=_SLOW)
        return wire_projects.Start.model_validate(answer.json())

    def move_into_project(self, project_id: str, transcription_id: str) -> None:
        self._send("PUT", f"{_project(project_id)}/transcriptions/{_part(transcription_id)}")

    def move_out_of_project(self, project_id: str, transcription_id: str) -> None:
        self._send("DELETE", f"{_project(project_id)}/transcriptions/{_part(transcription_id)}")

    # How it is said

    def _act(self, transcription_id: str, verb: str) -> wire.Summary:
        answer = self._send("POST", f"/v1/transcriptions/{_part(transcription_id)}/{verb}")
        return wire.Summary.model_validate(answer.json())

    def _get(self, kind: type[T], path: str, params: Any = None) -> T:
        return kind.model_validate(self._send("GET", path, params=params).json())

    def _send(self, method: str, path: str, **arguments: Any) -> httpx.Response:
        token = self._settings.token()
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        headers |= arguments.pop("headers", {})
        try:
            answer = self._http.request(method, path, headers=headers, **arguments)
        except httpx.HTTPError as error:
            raise ApiError("api_unreachable", _UNREACHABLE, 503) from error
        if answer.is_success:
            return answer
        raise problem_of(answer)


def _versions(domain: str) -> str:
    return f"/v1/domains/{_part(domain)}/versions"


def _project(project_id: str) -> str:
    return f"/v1/projects/{_part(project_id)}"


def _shares(transcription_id: str) -> str:
    return f"/v1/transcriptions/{_part(transcription_id)}/shares"


def _edits_from(to_id: str, from_id: str) -> str:
    return f"/v1/transcriptions/{_part(to_id)}/edits-from/{_part(from_id)}"


def _terms(terms: Sequence[wire_domains.Term]) -> list[dict[str, str]]:
    return [{"term": each.term, "sounds_like": each.sounds_like} for each in terms]


def _part(value: str) -> str:
    """One segment of a path, whatever is in it: an id in a link is anyone's input."""
    return quote(value, safe="") or "-"


def _adaptations(domain: str) -> str:
    return f"/v1/domains/{_part(domain)}/adaptations"


def problem_of(answer: httpx.Response) -> ApiError:
    """What an answer says that is no result."""
    try:
        problem = answer.json()
        return ApiError(
            str(problem["code"]),
            str(problem["detail"]),
            answer.status_code,
            problem.get("request_id"),
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        return ApiError(
            "unexpected_answer",
            f"The transcription service gave an answer we do not understand"
            f" (HTTP {answer.status_code}). Your recordings and transcripts are safe. Try again.",
            answer.status_code,
        )

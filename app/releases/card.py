"""The model card of a version (Mitchell et al. 2019), made from its record and nothing else."""

# Ch 10 · Deploying a Model: what a model is for, on whom it was measured, and where it is worse

from __future__ import annotations

from typing import Any, Final

from huggingface_hub import EvalResult, ModelCard, ModelCardData

from app.domains.tables import Domain
from app.models.names import adapted
from app.releases.tables import ModelVersion
from data.domains.record import Metric, VersionRecord

_NAMES: Final = {
    "parent": "parent",
    "glossary": "glossary as a prompt",
    "repair": "repair by sound",
    "adapter": "adapter",
    "all": "adapter and glossary",
}


def card(domain: Domain, version: ModelVersion) -> str:
    """Markdown, with the metadata that model hubs read at its top."""
    record = VersionRecord.model_validate(version.record)
    head = ModelCardData(
        language=domain.language,
        license="other",
        license_name=record.licence or None,
        library_name="ctranslate2",
        tags=["automatic-speech-recognition", "lora", "lectern"],
        base_model=record.parent.name,
        model_name=adapted(version.parent, version.adapter_sha256),
        eval_results=_results(record.metrics) or None,
    )
    parts = [
        f"---\n{head.to_yaml()}\n---\n\n# {domain.title}, version {version.number}",
        domain.about,
        _state(version, record),
        "## What it is\n\n"
        f"A LoRA of rank {record.adapter.rank} ({record.adapter.bytes / 1e6:.1f} MB) for the"
        f" decoder of {record.parent.name} (`{record.parent.sha256}`), used with strength"
        f" {record.adapter.strength:g}. Adapter: `{record.adapter.sha256}`.",
        _purpose(domain),
        _figures(record.metrics),
        _groups(record.metrics),
        _worse(record.metrics),
        _gate(record),
        _origin(record),
    ]
    return str(ModelCard("\n\n".join(part for part in parts if part) + "\n"))


def _state(version: ModelVersion, record: VersionRecord) -> str:
    told = f"State: {version.state}. Gate {'passed' if record.passed else 'not passed'}."
    if version.deleted_data:
        told += " **A recording it was trained on has been deleted since.**"
    return told


def _purpose(domain: Domain) -> str:
    return (
        f"## What it is for\n\nRecordings in the language {domain.language!r} with the words of"
        f" {domain.title}, together with the domain's glossary. Not for other languages (there the"
        " parent is used), and not for text that anybody relies on unread: a machine wrote it."
    )


def _results(metrics: list[Metric]) -> list[EvalResult]:
    """Word error rates in the form of model hubs, percent."""
    return [
        EvalResult(
            task_type="automatic-speech-recognition",
            dataset_type=each.corpus,
            dataset_name=each.corpus,
            metric_type="wer",
            metric_value=round(100 * each.value, 2),
        )
        for each in metrics
        if (each.system, each.metric, each.group) == ("adapter", "wer", None)
        and each.value is not None
    ]


def _worse(metrics: list[Metric]) -> str:
    """Everything measured in which the adapter's figure is above its parent's."""
    known = {_what(each): each for each in metrics if each.system == "parent"}
    lines = [
        f"| {each.corpus} | {each.metric} | {_who(each)} | {_shown(parent)} | {_shown(each)} |"
        for each in metrics
        if each.system == "adapter" and (parent := known.get(_what(each))) is not None
        if each.value is not None and parent.value is not None and each.value > parent.value
    ]
    if not metrics:
        return ""
    head = "| corpus | measure | group | parent | adapter |\n|---|---|---|---|---|"
    told = "\n".join([head, *lines]) if lines else "In nothing that was measured."
    return f"## Where it is worse than its parent\n\n{told}"


def _what(metric: Metric) -> tuple[str, str, str]:
    return metric.corpus, metric.metric, _who(metric)


def _who(metric: Metric) -> str:
    return ", ".join(f"{field} {value}" for field, value in (metric.group or {}).items())


def _figures(metrics: list[Metric]) -> str:
    rows = [each for each in metrics if each.group is None]
    lines = [
        f"| {each.corpus} | {each.metric} | {_NAMES.get(each.system, each.system)} |"
        f" {_shown(each)} |"
        for each in rows
    ]
    head = "| corpus | measure | system | value (95 %) |\n|---|---|---|---|"
    return "## What was measured\n\n" + "\n".join([head, *lines]) if lines else ""


def _groups(metrics: list[Metric]) -> str:
    lines = []
    for each in metrics:
        if each.group:
            lines.append(
                f"| {each.corpus} | {each.metric} | {_NAMES.get(each.system, each.system)}"
                f" | {_who(each)} | {_shown(each)} |"
            )
    head = "| corpus | measure | system | group | value (95 %) |\n|---|---|---|---|---|"
    return "## For whom\n\n" + "\n".join([head, *lines]) if lines else ""


def _gate(record: VersionRecord) -> str:
    if record.gate is None:
        return "## Gate\n\nIt was never judged."
    lines = [
        f"| {each.name} | {each.status} | {each.measured} | {each.limit} |"
        for each in record.gate.verdicts
    ]
    head = "| limit | verdict | measured | wanted |\n|---|---|---|---|"
    return "## Gate\n\n" + "\n".join([head, *lines])


def _origin(record: VersionRecord) -> str:
    told: dict[str, Any] = {
        "made": f"{record.made_at:%Y-%m-%d} on {record.machine}",
        "code": record.code.commit,
        "seed": record.seed,
        "packages": ", ".join(f"{name} {number}" for name, number in record.packages.items()),
        "recordings of customers": len(record.trained_on),
        "seconds": ", ".join(f"{name} {s:.0f}" for name, s in record.seconds.items()),
        **{f"`{name}`": f"`{sha256[:16]}…`" for name, sha256 in sorted(record.data.items())},
    }
    lines = [f"| {name} | {value} |" for name, value in told.items()]
    return "## Where it comes from\n\n" + "\n".join(["| what | |\n|---|---|", *lines])


def _shown(metric: Metric) -> str:
    if metric.value is None:
        return "insufficient data"
    unit, factor = ("", 1.0) if metric.metric in ("words_a_minute", "word_times_s", "ece") else (
        " %", 100.0,
    )  # fmt: skip
    text = f"{factor * metric.value:.2f}{unit}"
    if metric.low is not None and metric.high is not None:
        text += f" ({factor * metric.low:.2f} to {factor * metric.high:.2f})"
    return text

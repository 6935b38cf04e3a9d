"""What came out, with everything that went in: the adapter and its `version.json`.

The place of an adapter is the sum of its bytes. A domain's own folder, from which the product
serves it, changes only when it is asked for and the gate was passed, in two moves: the record
goes first, so that an adapter never stands beside a record that praises it wrongly.
"""

# Ch 24 · Versioning, Provenance, and Reproducibility: no adapter without its origin, no origin lost

from __future__ import annotations

import hashlib
import json
import os
import platform
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Final

from app.telemetry.service import machine_class
from data.acquisition.description import describe
from data.domains.folder import ADAPTER, RECORD, DomainFolder
from data.domains.record import Adapter, Code, Gate, Parent, VersionRecord
from worker.adaptation import clips, judge
from worker.adaptation.choose import PARETO
from worker.adaptation.collect import CORRECTIONS
from worker.adaptation.pipeline import STAGE, Result
from worker.models import adapter as adapters
from worker.version import code_version

PACKAGES: Final = ("av", "ctranslate2", "faster-whisper", "numpy", "tokenizers", "torch")
CURVES: Final = "curves.json"


@dataclass(frozen=True, slots=True)
class Registered:
    record: VersionRecord
    folder: Path
    committed: bool


def register(
    domain: DomainFolder,
    results: Mapping[str, Result],
    made: Path,
    *,
    seed: int,
    recipe: Mapping[str, Any],
    commit: bool,
) -> Registered:
    """Write adapter and record below `made`; with `commit`, and the gate passed, to the domain."""
    chosen = results["choose"].folder
    content = (chosen / ADAPTER).read_bytes()
    sha256 = hashlib.sha256(content).hexdigest()
    folder = made / domain.name / sha256
    record = _kept(folder, results) or _record(domain, results, content, seed, recipe)
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder / ADAPTER, content)
    _write(folder / RECORD, record.text().encode())
    committed = commit and record.passed
    if committed:
        _write(domain.record, record.text().encode())
        _write(domain.adapter, content)
    return Registered(record, folder, committed)


def _kept(folder: Path, results: Mapping[str, Result]) -> VersionRecord | None:
    """The record of an earlier run that says the same: a second run changes nothing."""
    try:
        known = VersionRecord.read(folder / RECORD)
    except (OSError, ValueError):
        return None
    same = known.gate == _gate(results) and known.data == _data(results)
    return known if same else None


def _record(
    domain: DomainFolder,
    results: Mapping[str, Result],
    content: bytes,
    seed: int,
    recipe: Mapping[str, Any],
) -> VersionRecord:
    adapter = adapters.parse(content)
    pareto = json.loads((results["choose"].folder / PARETO).read_bytes())["tried"]
    curves = json.loads((results["train"].folder / CURVES).read_bytes())
    judgement = judge.read(results["evaluate"].folder / judge.JUDGEMENT)
    learned = clips.load(results["collect"].folder / CORRECTIONS)
    return VersionRecord(
        domain=domain.name,
        parent=Parent(name=adapter.parent, sha256=adapter.parent_sha256),
        adapter=Adapter(
            sha256=hashlib.sha256(content).hexdigest(),
            bytes=len(content),
            rank=adapter.rank,
            alpha=adapter.alpha,
            strength=adapter.strength,
            tensors=2 * len(adapter.updates),
        ),
        data=_data(results),
        trained_on=sorted({clip.sha256 for clip in learned if clip.sha256}),
        code=Code(commit=code_version(), version=_version("lectern-speech")),
        seed=seed,
        packages={"python": platform.python_version()} | {p: _version(p) for p in PACKAGES},
        machine=machine_class(),
        made_at=datetime.now(UTC).replace(microsecond=0),
        licence=_licence(domain, recipe),
        recipe=dict(recipe),
        curves=curves,
        pareto=pareto,
        seconds={name: result.seconds for name, result in results.items()},
        metrics=judgement.get("metrics", []),
        gate=_gate(results),
    )


def _licence(domain: DomainFolder, recipe: Mapping[str, Any]) -> str:
    """The domain's own, and that of every corpus of people that was replayed."""
    people = recipe.get("augmentation", {}).get("people", ())
    theirs = [f"rehearsed on {name} ({describe(name).licence.name})" for name in people]
    return "; ".join(filter(None, [domain.licence, *theirs]))


def _gate(results: Mapping[str, Result]) -> Gate:
    judgement = judge.read(results["evaluate"].folder / judge.JUDGEMENT)
    return Gate.model_validate(judgement["gate"])


def _data(results: Mapping[str, Result]) -> dict[str, str]:
    """Sums of all that came from outside, and of what each stage made of it."""
    found: dict[str, str] = {}
    for name, result in results.items():
        for what, sum_ in result.inputs["files"].items():
            if len(sum_) == 64:
                found[what] = sum_
        stage = json.loads((result.folder / STAGE).read_bytes())
        outputs = json.dumps(stage["outputs"], sort_keys=True).encode()
        if name not in {"evaluate", "check"}:
            found[f"stage {name}"] = hashlib.sha256(outputs).hexdigest()
    return found


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


def _write(path: Path, content: bytes) -> None:
    """In one step; nothing is touched when it is that already."""
    if path.is_file() and path.read_bytes() == content:
        return
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with part.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)

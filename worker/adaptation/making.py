"""The pipeline of a domain: which stage takes what from which, as one list."""

# Ch 11 · Automating the Pipeline: from a folder of text to a judged adapter, one command, no hands

from __future__ import annotations

import dataclasses
import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from app.settings import REPOSITORY, Settings
from data.acquisition.places import MANIFEST
from data.domains import checks
from data.domains.folder import ADAPTER, SPLITS, DomainFolder
from worker.adaptation import own, pipeline, register
from worker.adaptation.augment import Augmentation, augment
from worker.adaptation.choose import STRENGTHS, choose, strengths_up_to
from worker.adaptation.collect import audio_inputs, collect
from worker.adaptation.errors import Unit
from worker.adaptation.pipeline import Event, Report, Stage, StageFailed, Work
from worker.adaptation.speech import (
    Recorded,
    Speaking,
    corpus_folder,
    corrected,
    recorded,
    synthesised,
)
from worker.models.weights import ModelError, Weights, find

HERE: Final = Path(__file__).parent
REPLAY: Final = REPOSITORY / "data" / "material" / "replay"
SYNTHESIS: Final = REPOSITORY / "data" / "synthesis"
FINDINGS: Final = "findings.json"
_SHOWN: Final = 10


@dataclass(frozen=True, slots=True)
class Making:
    """What is asked for, beside the domain."""

    settings: Settings
    parent: str = ""
    """Empty: what the domain says."""
    seed: int = 0
    corrections: Path | None = None
    commit: bool = False
    guard: str = "both"
    """Which general speech it is judged on: synthetic, real, both."""
    quick: bool = False
    training: Mapping[str, Any] = field(default_factory=dict)
    """Hyperparameters, over those of the domain."""
    cores: int = field(default_factory=lambda: os.cpu_count() or 1)
    replay: Path | None = REPLAY
    training_seed: int | None = None
    """Of the training alone, so that retrainings share their windows; None: `seed`."""
    tidy: bool = False
    """Remove the features afterwards: some hundred MB, made again in minutes."""

    @property
    def folder(self) -> Path:
        return self.settings.home / "adaptation"


def make(
    domain: DomainFolder, how: Making, report: Report = pipeline.silent
) -> register.Registered:
    """Run what has not been run, and register what came out.

    Raises:
        StageFailed: with the stage and what to do. What is in use is untouched.
    """
    # Text that will be refused is not read aloud first
    if own.is_own(domain) and not checks.errors(checks.check(domain)):
        report = _judged_by(domain, how, report)
    stages = stages_of(domain, how)
    results = pipeline.run(stages, how.folder, report)
    made = register.register(
        domain,
        results,
        how.folder / "made",
        seed=how.seed,
        recipe=settings_of(domain, how),
        commit=how.commit,
    )
    if how.tidy:
        shutil.rmtree(results["encode"].folder, ignore_errors=True)
    return made


def _judged_by(domain: DomainFolder, how: Making, report: Report) -> Report:
    """Have the test of a customer's domain spoken; gives a report that counts this stage, too."""
    needed()
    more = len(stages_of(domain, how))

    def counted(event: Event) -> None:
        first = event.stage == own.TEST
        report(dataclasses.replace(event, number=1 if first else event.number + 1, of=more + 1))

    made = pipeline.run([own.stage(domain, how.seed)], how.folder, counted)
    own.install(made[own.TEST].folder, domain)
    return counted


def stages_of(domain: DomainFolder, how: Making) -> list[Stage]:
    """Everything, in order. Raises `StageFailed` for settings that cannot be."""
    needed()
    from worker.adaptation.encode import Encoding, encode
    from worker.adaptation.training import Recipe

    told = settings_of(domain, how)
    parent = _parent(told["parent"], how.settings)
    recipe = recipe_of(told["recipe"], Recipe)
    base = {"parent": parent.name, "parent_sha256": parent.version}
    augmentation = Augmentation(**_tuples(told["augmentation"]))
    replay = _replay(augmentation, how)
    strengths = strengths_up_to(told["choice"]["strongest"])
    unit: Unit = "letters" if domain.source == "an4" else "words"
    return [
        _collect(domain, how),
        _check(domain),
        _speech(domain, told),
        Stage(
            "augment",
            lambda work: augment(augmentation, list(replay.values()), work),
            files={n: path if n == "replay" else path / MANIFEST for n, path in replay.items()},
            parameters=told["augmentation"],
            code=(*_own("augment", "clips"), REPOSITORY / "data" / "nonspeech"),
            after=("speech",),
        ),
        Stage(
            "encode",
            lambda work: encode(Encoding(recipe.mixture, how.seed), parent, how.cores, work),
            parameters=base
            | {"mixture": dataclasses.asdict(recipe.mixture), "seed": how.seed}
            | _versions("ctranslate2", "tokenizers", "numpy"),
            code=(
                *_own("encode", "examples", "clips"),
                REPOSITORY / "worker" / "features" / "encoder.py",
                REPOSITORY / "worker" / "pipeline" / "features.py",
            ),
            after=("collect", "augment"),
        ),
        Stage(
            "train",
            lambda work: _train(parent, recipe, domain.name, work),
            parameters=base
            | {"recipe": dataclasses.asdict(recipe), "domain": domain.name}
            | _versions("torch"),
            code=_own("training", "network", "lora", "checkpoints"),
            after=("encode",),
        ),
        Stage(
            "choose",
            lambda work: choose(unit, strengths, how.cores, work),
            parameters=base | {"strengths": strengths, "unit": unit} | _versions("ctranslate2"),
            code=(
                *_own("choose", "errors", "clips"),
                REPOSITORY / "worker" / "models" / "merge.py",
                REPOSITORY / "worker" / "pipeline",
            ),
            after=("augment", "train"),
        ),
        _evaluate(domain, how),
    ]


def _replay(augmentation: Augmentation, how: Making) -> dict[str, Path]:
    """Folders of general speech, by name: what comes with the source, then people's."""
    if how.replay is None or not augmentation.replay:
        return {}
    return {"replay": how.replay} | {name: corpus_folder(name) for name in augmentation.people}


def settings_of(domain: DomainFolder, how: Making) -> dict[str, Any]:
    """All that decides the adapter, with what the domain and the caller changed.

    Raises `StageFailed` for a setting nobody knows.
    """
    given = {**domain.training, **how.training}
    choice = {"strongest": given.pop("strongest", STRENGTHS[-1])}
    augmentation = dataclasses.asdict(Augmentation(seed=how.seed))
    speech = dataclasses.asdict(Recorded() if domain.source == "an4" else Speaking(seed=how.seed))
    for name in list(given):
        if name in augmentation:
            augmentation[name] = given.pop(name)
    if unknown := sorted(set(domain.speech) - set(speech)):
        raise StageFailed(
            f"domain.toml: [speech] has no setting {', '.join(unknown)}; "
            f"there are source, {', '.join(speech)}."
        )
    return {
        "parent": how.parent or domain.parent,
        "speech": speech | dict(domain.speech),
        "augmentation": augmentation,
        "choice": choice,
        "recipe": {"seed": how.seed if how.training_seed is None else how.training_seed} | given,
    }


def recipe_of(given: Mapping[str, Any], kind: type[Any]) -> Any:
    """A `Recipe` with its mixture, of one flat table. Raises `StageFailed`."""
    plain = kind()
    mixture = {n: v for n, v in given.items() if hasattr(plain.mixture, n)}
    rest = {n: v for n, v in given.items() if n not in mixture}
    try:
        return kind(**rest, mixture=dataclasses.replace(plain.mixture, **mixture))
    except TypeError as error:
        known = [f.name for part in (plain, plain.mixture) for f in dataclasses.fields(part)]
        raise StageFailed(
            f"[training] has a setting nobody knows ({error}); there are {', '.join(known)}."
        ) from error


def needed() -> None:
    """Raises `StageFailed` where training was not set up."""
    missing = [name for name in ("torch", "rapidfuzz", "filelock") if find_spec(name) is None]
    if missing:
        raise StageFailed(
            f"Training is not set up here: {', '.join(missing)} is missing. "
            "Run `make setup-training`. Glossaries work without."
        )


def check_stage(domain: DomainFolder, work: Work) -> None:
    """Raises `StageFailed` with the first errors."""
    found = checks.check(domain)
    told = [dataclasses.asdict(finding) for finding in found]
    (work.out / FINDINGS).write_text(json.dumps(told, indent=1, ensure_ascii=False), "utf-8")
    wrong = checks.errors(found)
    if wrong:
        more = f"\n  and {len(wrong) - _SHOWN} more" if len(wrong) > _SHOWN else ""
        lines = "\n".join(f"  {finding}" for finding in wrong[:_SHOWN])
        raise StageFailed(f"{domain.name} cannot be trained on:\n{lines}{more}")


def _collect(domain: DomainFolder, how: Making) -> Stage:
    return Stage(
        "collect",
        lambda work: collect(domain, how.corrections, work),
        files=_text_files(domain) | audio_inputs(how.corrections),
        code=(*_own("collect", "clips"), REPOSITORY / "data" / "domains" / "folder.py"),
    )


def _check(domain: DomainFolder) -> Stage:
    voices = {"voices.toml": SYNTHESIS / "voices.toml"}
    tested = {"test/manifest.jsonl": domain.path / "test" / MANIFEST}
    return Stage(
        "check",
        lambda work: check_stage(domain, work),
        files={"domain.toml": domain.path / "domain.toml"} | _text_files(domain) | voices | tested,
        code=(REPOSITORY / "data" / "domains" / "checks.py",),
    )


def _speech(domain: DomainFolder, told: Mapping[str, Any]) -> Stage:
    code = _own("speech", "clips")
    if domain.source == "an4":
        recording = Recorded(**told["speech"])
        return Stage(
            "speech",
            lambda work: recorded(recording, work),
            files={"an4/manifest.jsonl": corpus_folder() / MANIFEST},
            parameters={"source": "an4"} | told["speech"],
            code=(*code, HERE / "dictation_text.py"),
            after=("collect",),
        )
    if domain.source == "corrections":
        return Stage("speech", corrected, code=code, after=("collect",))
    speaking = Speaking(**told["speech"])
    return Stage(
        "speech",
        lambda work: synthesised(speaking, work),
        files={"synthesis/requirements.txt": SYNTHESIS / "requirements.txt"},
        parameters={"source": "synthesis"} | told["speech"],
        code=(*code, SYNTHESIS),
        after=("collect",),
    )


def _evaluate(domain: DomainFolder, how: Making) -> Stage:
    from worker.adaptation.judge import judge

    return Stage(
        "evaluate",
        lambda work: judge(domain.path, how.guard, how.quick, work),
        files=_text_files(domain) | {"test": domain.path / "test"},
        parameters={"guard": how.guard, "quick": how.quick},
        code=(
            REPOSITORY / "evaluation",
            REPOSITORY / "worker" / "pipeline",
            REPOSITORY / "worker" / "models",
        ),
        after=("choose",),
    )


def _train(parent: Weights, recipe: Any, domain: str, work: Work) -> None:
    from worker.adaptation.encode import examples
    from worker.adaptation.training import TrainingFailed, train

    folder = work.before["encode"]
    try:
        trained = train(
            examples(folder, "train"),
            examples(folder, "dev"),
            parent,
            recipe,
            work.scratch,
            domain=domain,
            progress=lambda done, total, loss: work.progress(
                done / max(total, 1), f"step {done} of {total}, loss {loss:.3f}"
            ),
        )
    except TrainingFailed as error:
        raise StageFailed(str(error)) from error
    curves = json.dumps([dataclasses.asdict(point) for point in trained.curves], indent=1)
    (work.out / register.CURVES).write_text(curves + "\n")
    (work.out / ADAPTER).write_bytes(trained.adapter)


def _parent(name: str, settings: Settings) -> Weights:
    try:
        return find(name, settings.models_dir)
    except ModelError as error:
        raise StageFailed(str(error)) from error


def _text_files(domain: DomainFolder) -> dict[str, Path]:
    sentences = {f"sentences/{s}.txt": domain.sentences_file(s) for s in SPLITS}
    return {"glossary.csv": domain.glossary} | sentences


def _own(*names: str) -> tuple[Path, ...]:
    return tuple(HERE / f"{name}.py" for name in names)


def _versions(*packages: str) -> dict[str, str]:
    return {package: version(package) for package in packages}


def _tuples(given: Mapping[str, Any]) -> dict[str, Any]:
    return {n: tuple(v) if isinstance(v, list) else v for n, v in given.items()}

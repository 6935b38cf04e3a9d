"""Results files as an evaluation would write them: real sentences with seeded errors of a speaker.

Nothing is transcribed. Speakers differ from each other, groups may, and a number of recordings may
have failed; the same arguments make the same run. Runs of two rates with one `seed` have the same
speakers with the same gifts, as two models on one corpus have.
"""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from evaluation.metrics.counts import counts
from evaluation.metrics.texts import recorded
from evaluation.runs.format import CLEAN, HeardWord, Recording, Run, Utterance, run_name

CHAPTERS = Path(__file__).parents[2] / "docs" / "chapters.yaml"
GROUPS = {"gender": ("female", "male"), "age_group": ("adult", "teen", "child")}


@lru_cache
def sentences() -> tuple[str, ...]:
    """Sentences people wrote: what the book's chapters are about."""
    concerns = [row["concern"] for row in yaml.safe_load(CHAPTERS.read_text())]
    parts = [part for text in concerns for part in re.split(r"(?<=[:;.])\s+", text)]
    return tuple(part for part in parts if len(part.split()) > 3)


@lru_cache(maxsize=20_000)
def _counts(reference: str, hypothesis: str) -> dict[str, Any]:
    return counts(reference, hypothesis)


def made_run(
    corpus: str = "readers",
    model: str = "whisper-base",
    mode: str = "served",
    condition: str = CLEAN,
    *,
    rate: float = 0.1,
    speakers: int = 24,
    each: int = 8,
    seed: int = 1,
    noise_seed: int = 0,
    worse: dict[str, float] | None = None,
    failed: int = 0,
    rtfx: float = 30.0,
    memory_mb: float = 620.0,
    nonspeech: int = 0,
) -> Run:
    """`worse` multiplies the rate of a group: {"child": 2.0}; `failed` recordings fail."""
    texts, random = sentences(), np.random.default_rng((seed, noise_seed))
    gifts = np.random.default_rng(seed).lognormal(0, 0.35, speakers)
    recordings, utterances = [], []
    for number in range(speakers * each):
        who = number // each
        fields = {name: values[who % len(values)] for name, values in GROUPS.items()}
        share = rate * gifts[who]
        for value, factor in (worse or {}).items():
            share *= factor if value in fields.values() else 1.0
        reference = texts[(number * 7 + seed) % len(texts)]
        broken = number < failed
        heard = "" if broken else _misheard(reference, min(share, 0.9), random)
        duration = 0.4 * len(reference.split())
        key = f"clip-{number:04d}"
        recordings.append(
            Recording(
                id=key,
                audio=f"audio/{key}.flac",
                audio_sha256=hashlib.sha256(key.encode()).hexdigest(),
                duration_s=duration,
                fields=fields,
                snr_db=float(np.round(18 + 4 * random.standard_normal(), 1)),
                processing_s=None if broken else duration / rtfx,
                first_words_s=None if broken else 0.3,
                rungs={model: 1},
                error="The decoder found no audio in it." if broken else None,
            )
        )
        utterances.append(
            Utterance(
                id=key,
                recording=key,
                reference=reference,
                hypothesis=heard,
                speaker=f"speaker-{who:02d}",
                end_s=duration,
                fields=fields,
                counts={} if broken else _counts(reference, heard),
                words=_words(heard, reference, random),
            )
        )
    for number in range(nonspeech):
        key = f"noise-{number:02d}"
        heard = "Thank you." if number % 5 == 4 else ""
        kind = ("music", "babble", "tones")[number % 3]
        recordings.append(
            Recording(key, f"audio/{key}.flac", "0" * 64, 30.0, {"kind": kind}, None, 1.0)
        )
        utterances.append(
            Utterance(key, key, "", heard, None, 0, 30.0, {"kind": kind}, _counts("", heard))
        )
    audio_s = sum(recording.duration_s for recording in recordings)
    return Run(
        name=run_name(corpus, model, mode, condition),
        corpus=corpus,
        model=model,
        mode=mode,
        condition=condition,
        made_at="2026-11-24T02:00:00Z",
        command=f"python -m evaluation run --model {model} --corpus {corpus}",
        machine="made for a test, 2 processors",
        model_sha256="1a" * 32,
        corpus_sha256="2b" * 32,
        options={"beam_size": 1},
        versions={"code": "test", **recorded()},
        speed={
            "audio_s": audio_s,
            "wall_s": audio_s / rtfx,
            "cpu_s": 2 * audio_s / rtfx,
            "peak_rss_mb": memory_mb,
            "transcribed": len(recordings),
            "cached": 0,
        },
        recordings=tuple(recordings),
        utterances=tuple(utterances),
    )


def _misheard(text: str, rate: float, random: np.random.Generator) -> str:
    """Six in ten errors are other words, two are left out, two are added."""
    vocabulary = sorted({word for sentence in sentences() for word in sentence.split()})
    heard: list[str] = []
    for word in text.split():
        if random.random() >= rate:
            heard.append(word)
            continue
        kind = random.random()
        if kind < 0.6:
            heard.append(str(random.choice(vocabulary)))
        elif kind >= 0.8:
            heard += [word, str(random.choice(vocabulary))]
    return " ".join(heard)


def _words(heard: str, reference: str, random: np.random.Generator) -> tuple[HeardWord, ...]:
    """Doubt is higher where the reference has no such word, with exceptions both ways."""
    known = set(reference.split())
    return tuple(
        HeardWord(
            word,
            round(0.4 * place, 2),
            round(0.4 * place + 0.35, 2),
            float(np.round(random.beta(9, 1.2) if word in known else random.beta(3, 2.5), 4)),
        )
        for place, word in enumerate(heard.split())
    )

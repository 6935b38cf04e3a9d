"""Clips to examples: packed into windows, heard once by the encoder that serves, put into tokens.

The encoder is frozen, so what it gives is computed once and every epoch reads it. It is kept in
pieces of some windows: a stop loses one piece.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from faster_whisper.tokenizer import Tokenizer
from tokenizers import Tokenizer as Vocabulary

from worker.adaptation.clips import Clip, chosen, load
from worker.adaptation.collect import TEXT
from worker.adaptation.examples import (
    Example,
    Kind,
    Mixture,
    Stretch,
    Utterance,
    example,
    packed,
    shown_terms,
    single,
    stretches,
)
from worker.adaptation.pipeline import Work
from worker.features.encoder import Encoder, Features
from worker.models.weights import Weights
from worker.pipeline.recognise import DecodingOptions, Recogniser
from worker.pipeline.types import Piece, Window

PIECE: Final = 24
"""Windows kept at once."""
_DEV_ALONE: Final = 40


@dataclass(frozen=True, slots=True)
class Encoding:
    mixture: Mixture
    seed: int = 0


def encode(how: Encoding, parent: Weights, cores: int, work: Work) -> None:
    """Write the examples of train and dev."""
    clips = load(work.before["augment"])
    terms = [t for t, _ in json.loads((work.before["collect"] / TEXT).read_bytes())["terms"]]
    sets = {"train": train_windows(clips, how), "dev": dev_windows(clips, how)}
    total = sum(map(len, sets.values()))
    encoder = Encoder.load(parent.folder, streams=cores)
    writer = _Writer(parent, terms, how, cores)
    done = 0
    for name, windows in sets.items():
        rows = []
        for start in range(0, len(windows), PIECE):
            piece = windows[start : start + PIECE]
            kept = f"{name}-{start // PIECE:04}.npy"
            parts = _features(encoder, piece, work.scratch / kept, cores)
            at = 0
            for number, (window, features) in enumerate(zip(piece, parts, strict=True), start):
                row = writer.row(window, features, f"{name}-{number}", evenly=name == "dev")
                rows.append({**row, "piece": kept, "start": at, "end": at + len(features)})
                at += len(features)
            done += len(piece)
            work.progress(done / total, f"{done} of {total} windows")
        lines = "".join(json.dumps(row) + "\n" for row in rows)
        (work.out / f"{name}.jsonl").write_text(lines, encoding="utf-8")
    for kept_piece in sorted(work.scratch.glob("*-????.npy")):
        kept_piece.rename(work.out / kept_piece.name)


def examples(folder: Path, name: str) -> list[Example]:
    """What `encode` wrote; features stay on the disk until they are used."""
    pieces: dict[str, Features] = {}
    found = []
    for line in (folder / f"{name}.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if row["piece"] not in pieces:
            pieces[row["piece"]] = np.load(folder / row["piece"], mmap_mode="r")
        features = pieces[row["piece"]][row["start"] : row["end"]]
        found.append(Example(features, tuple(row["prompt"]), tuple(row["tokens"]), row["eot"]))
    return found


def train_windows(clips: Sequence[Clip], how: Encoding) -> list[Stretch]:
    used = [_utterance(clip) for clip in chosen(clips, "train")]
    return stretches(used, how.mixture, how.seed)


def dev_windows(clips: Sequence[Clip], how: Encoding) -> list[Stretch]:
    """Once packed and some of them alone, as they will be served; always in the same order."""
    used = [_utterance(clip) for clip in chosen(clips, "dev")]
    return [*packed(used, how.mixture.window_s), *map(single, used[:_DEV_ALONE])]


def _utterance(clip: Clip) -> Utterance:
    return Utterance(clip.samples, clip.text, Kind(clip.kind), clip.id)


class _Writer:
    """Windows to the tokens that are to be said for them."""

    def __init__(self, parent: Weights, terms: Sequence[str], how: Encoding, cores: int) -> None:
        self._parent, self._terms, self._how, self._cores = parent, terms, how, cores
        self._recogniser: Recogniser | None = None
        vocabulary = Vocabulary.from_file(str(parent.folder / "tokenizer.json"))
        multilingual = not parent.name.endswith(".en")
        self._tokenizer = Tokenizer(vocabulary, multilingual, task="transcribe", language="en")

    def row(
        self, window: Stretch, features: Features, name: str, *, evenly: bool
    ) -> dict[str, Any]:
        """`evenly`: in the served form, without anything drawn."""
        mixture = self._how.mixture
        dice = random.Random(f"{self._how.seed}-{name}")
        timestamps = dice.random() < mixture.timestamps and not evenly
        prompted = dice.random() < mixture.prompted and not evenly
        text = " ".join(part for _, _, part in window.parts)
        terms = shown_terms(text, self._terms, mixture.shown, dice) if prompted else []
        heard = self._heard(window) if window.kind is Kind.REPLAY else None
        made = example(
            window, features, self._tokenizer, timestamps=timestamps, terms=terms, heard=heard
        )
        return {"prompt": made.prompt, "tokens": made.tokens, "eot": made.end}

    def _heard(self, window: Stretch) -> list[int]:
        """What the parent hears in general speech: that it is to hear for ever."""
        if self._recogniser is None:
            self._recogniser = Recogniser(
                self._parent.folder, name=self._parent.name, streams=self._cores
            )
        piece = Piece(0.0, window.duration_s, 0.0)
        (found,) = self._recogniser.recognise(
            [Window(0, window.samples, (piece,), ())], DecodingOptions(language="en")
        )
        return list(self._tokenizer.encode(f" {found.text}")) if found.text else []


def _features(
    encoder: Encoder, windows: Sequence[Stretch], kept: Path, cores: int
) -> list[Features]:
    """Of these windows; taken from `kept` and its lengths where they are there already."""
    lengths = kept.with_suffix(".json")
    if kept.is_file() and lengths.is_file():
        whole = np.load(kept)
        return list(_cut(whole, json.loads(lengths.read_text())))
    with ThreadPoolExecutor(cores) as pool:
        parts = list(pool.map(lambda one: encoder.features_of([one.samples])[0], windows))
    np.save(part := kept.with_suffix(".part.npy"), np.concatenate(parts))
    part.replace(kept)
    lengths.write_text(json.dumps([len(part) for part in parts]))
    return parts


def _cut(whole: Features, lengths: Sequence[int]) -> Iterator[Features]:
    at = 0
    for length in lengths:
        yield whole[at : at + length]
        at += length

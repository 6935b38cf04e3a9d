"""Training an adapter: the decoder's low-rank updates, on features the encoder gave once.

The encoder is frozen, so its outputs are computed once, by the very int8 encoder that serves. All
that is random is drawn from the seed: the same examples, recipe and machine give the same bytes,
stopped and resumed or not.
"""

# Ch 11 · Automating the Pipeline: training is a function of examples, recipe and seed, and can be stopped

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from worker.adaptation import checkpoints
from worker.adaptation.checkpoints import Point
from worker.adaptation.examples import Example, Mixture
from worker.adaptation.lora import attach, load_tensors, tensors
from worker.adaptation.network import Decoder
from worker.models import format as weights_format
from worker.models.adapter import Adapter, Matrix, dump
from worker.models.weights import Weights

THREADS = 2
"""Of torch; part of what decides the bytes."""


class TrainingFailed(Exception):
    """Training could not go on; the message says why."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """Everything, beside the examples, that decides the adapter; why: `docs/decisions/0019`."""

    rank: int = 16
    alpha: float = 32.0
    learning_rate: float = 5e-4
    warm_up: int = 20
    """Steps in which the learning rate rises to its full value."""
    floor: float = 0.05
    """Share of the learning rate at the end of its cosine."""
    weight_decay: float = 0.01
    clip: float = 1.0
    batch: int = 8
    epochs: int = 3
    patience: int = 1
    """Epochs without a lower dev loss after which it ends."""
    seed: int = 0
    bfloat16: bool = False
    """Matrix products in bfloat16; the updates themselves stay in float32. Twice as fast where the
    processor has instructions for it (AVX512-BF16, AMX), fifty times slower where it has not."""
    save_every: int = 25
    """Steps between two checkpoints."""
    mixture: Mixture = field(default_factory=Mixture)

    def told(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Trained:
    adapter: bytes
    """The file, of full strength."""
    curves: tuple[Point, ...]
    best_epoch: int


Progress = Callable[[int, int, float], None]
"""Called after each step: steps done, steps in all, loss."""
Pause = Callable[[], None]
"""Called before each step; returns when training may go on."""


def train(
    examples: Sequence[Example],
    dev: Sequence[Example],
    parent: Weights,
    recipe: Recipe,
    folder: Path,
    *,
    domain: str = "",
    progress: Progress | None = None,
    pause: Pause | None = None,
) -> Trained:
    """Train, or go on where `folder`'s checkpoint stands.

    Raises:
        TrainingFailed: nothing to learn from, or the loss became no number.
        OSError: a checkpoint could not be written; the one before is whole.
    """
    if not examples or not dev:
        raise TrainingFailed("There is nothing to train on, or nothing to watch it by.")
    torch.set_num_threads(THREADS)
    torch.use_deterministic_algorithms(True)
    decoder = Decoder(weights_format.read(parent.folder / "model.bin"))
    run = _Run(decoder, examples, dev, recipe, folder)
    run.resume()
    while not run.ended:
        run.epoch(progress or _silent, pause or _at_once)
    load_tensors(decoder, run.state.best)
    adapter = Adapter(
        parent.name, parent.version, recipe.rank, recipe.alpha, 1.0, domain, _updates(decoder)
    )
    return Trained(dump(adapter), tuple(run.state.curves), run.state.best_epoch)


class _Run:
    def __init__(
        self,
        decoder: Decoder,
        examples: Sequence[Example],
        dev: Sequence[Example],
        recipe: Recipe,
        folder: Path,
    ) -> None:
        self._decoder, self._examples, self._dev = decoder, examples, dev
        self._recipe, self._folder = recipe, folder
        self._parameters = attach(decoder, recipe.rank, recipe.alpha, recipe.seed)
        self._optimiser = torch.optim.AdamW(
            self._parameters, lr=recipe.learning_rate, weight_decay=recipe.weight_decay
        )
        self._per_epoch = len(_batches(examples, recipe.batch, random.Random(0)))
        self.state = checkpoints.State(best=tensors(decoder))

    def resume(self) -> None:
        saved = checkpoints.load(self._folder)
        if saved is not None:
            self.state = saved
            load_tensors(self._decoder, saved.current)
            self._optimiser.load_state_dict(saved.optimiser)

    @property
    def ended(self) -> bool:
        state, recipe = self.state, self._recipe
        done = state.step // self._per_epoch
        waited = done - state.best_epoch > recipe.patience and bool(state.curves)
        return done >= recipe.epochs or waited

    def epoch(self, progress: Progress, pause: Pause) -> None:
        """The rest of the epoch that has begun."""
        number = self.state.step // self._per_epoch
        dice = random.Random(f"{self._recipe.seed}-{number}")
        batches = _batches(self._examples, self._recipe.batch, dice)
        for batch in batches[self.state.step % self._per_epoch :]:
            pause()
            loss = self._step(batch)
            self.state.step += 1
            self.state.losses.append(loss)
            progress(self.state.step, self._per_epoch * self._recipe.epochs, loss)
            if self.state.step % self._recipe.save_every == 0:
                self._save()
        self._look(number)
        self._save()

    def _step(self, batch: Sequence[int]) -> float:
        for group in self._optimiser.param_groups:
            group["lr"] = self._rate()
        loss = self._loss([self._examples[i] for i in batch])
        value = float(loss.detach())
        if not math.isfinite(value):
            raise TrainingFailed(
                f"The loss became {value} at step {self.state.step}: the learning rate is too high,"
                " or an example is broken."
            )
        self._optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self._parameters, self._recipe.clip)
        self._optimiser.step()
        return value

    def _rate(self) -> float:
        """Up in a line, then down along a cosine (Loshchilov and Hutter 2017)."""
        recipe, step = self._recipe, self.state.step
        total = self._per_epoch * recipe.epochs
        risen = min(1.0, (step + 1) / max(recipe.warm_up, 1))
        fallen = 0.5 * (1 + math.cos(math.pi * min(step / total, 1.0)))
        return recipe.learning_rate * risen * (recipe.floor + (1 - recipe.floor) * fallen)

    def _loss(self, examples: Sequence[Example]) -> Tensor:
        """Mean of the negative log-likelihood of every token to be said."""
        given = together(examples, self._decoder.shape.context)
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=self._recipe.bfloat16):
            logits = self._decoder(given.tokens, given.features, given.lengths, at=given.places)
        return functional.cross_entropy(logits.float(), given.wanted)

    def _look(self, number: int) -> None:
        """The dev loss at the end of an epoch; the best updates so far are kept."""
        with torch.no_grad():
            size = 2 * self._recipe.batch
            parts = [self._dev[i : i + size] for i in range(0, len(self._dev), size)]
            losses = [(float(self._loss(part)), _said(part)) for part in parts]
        state = self.state
        point = Point(
            step=state.step,
            epoch=number + 1,
            train_loss=float(np.mean(state.losses)),
            dev_loss=sum(loss * n for loss, n in losses) / sum(n for _, n in losses),
        )
        if not state.curves or point.dev_loss < min(p.dev_loss for p in state.curves):
            state.best, state.best_epoch = tensors(self._decoder), number + 1
        state.curves.append(point)
        state.losses = []

    def _save(self) -> None:
        self.state.current = tensors(self._decoder)
        self.state.optimiser = self._optimiser.state_dict()
        checkpoints.save(self.state, self._folder)


@dataclass(frozen=True, slots=True)
class Together:
    """A batch: examples padded to one length."""

    tokens: Tensor
    """(batch, length)"""
    features: Tensor
    """(batch, positions, width)"""
    lengths: Tensor | None
    """(batch,) real positions; None when all are."""
    places: Tensor
    """(batch, length): where the next token is one to be learned."""
    wanted: Tensor
    """(places,)"""


def together(examples: Sequence[Example], context: int) -> Together:
    """Raises `TrainingFailed` for an example that the decoder's context cannot hold."""
    whole = [(*e.prompt, *e.tokens, e.end) for e in examples]
    length = max(len(tokens) for tokens in whole) - 1
    if length > context:
        raise TrainingFailed(f"A window has {length} tokens; the model can read {context}.")
    positions = max(len(e.features) for e in examples)
    tokens = np.zeros((len(examples), length), dtype=np.int64)
    places = np.zeros(tokens.shape, dtype=bool)
    features = np.zeros((len(examples), positions, examples[0].features.shape[1]), dtype=np.float32)
    wanted: list[int] = []
    for row, (e, all_of_it) in enumerate(zip(examples, whole, strict=True)):
        tokens[row, : len(all_of_it) - 1] = all_of_it[:-1]
        places[row, len(e.prompt) - 1 : len(all_of_it) - 1] = True
        features[row, : len(e.features)] = e.features
        wanted += all_of_it[len(e.prompt) :]
    lengths = torch.tensor([len(e.features) for e in examples])
    return Together(
        torch.from_numpy(tokens),
        torch.from_numpy(features),
        None if bool((lengths == positions).all()) else lengths,
        torch.from_numpy(places),
        torch.tensor(wanted),
    )


def _batches(examples: Sequence[Example], size: int, dice: random.Random) -> list[list[int]]:
    """Examples of like length together, so that little is padding; in random order."""
    order = sorted(
        range(len(examples)),
        key=lambda i: (len(examples[i].features), len(examples[i].tokens) + 20 * dice.random()),
    )
    batches = [order[i : i + size] for i in range(0, len(order), size)]
    dice.shuffle(batches)
    return batches


def _said(examples: Sequence[Example]) -> int:
    return sum(len(e.tokens) + 1 for e in examples)


def _updates(decoder: Decoder) -> dict[str, tuple[Matrix, Matrix]]:
    found = tensors(decoder)
    layers = sorted({name.rsplit(".", 1)[0] for name in found})
    return {
        layer: (
            found[f"{layer}.lora_a"].numpy().astype(np.float16),
            found[f"{layer}.lora_b"].numpy().astype(np.float16),
        )
        for layer in layers
    }


def _silent(done: int, total: int, loss: float) -> None:
    """Nobody watches."""


def _at_once() -> None:
    """Nothing to wait for."""

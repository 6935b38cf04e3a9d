"""The state of a training run on disk, so that a kill costs some steps and never the run."""

from __future__ import annotations

import os
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

import torch
from torch import Tensor

FILE: Final = "checkpoint.pt"


@dataclass(frozen=True, slots=True)
class Point:
    """Of the loss curves: means over an epoch, and over the dev examples at its end."""

    step: int
    epoch: int
    train_loss: float
    dev_loss: float


@dataclass(slots=True)
class State:
    """Where a run stands."""

    best: dict[str, Tensor]
    """The updates with the lowest dev loss so far."""
    current: dict[str, Tensor] = field(default_factory=dict)
    optimiser: dict[str, Any] = field(default_factory=dict)
    step: int = 0
    best_epoch: int = 0
    losses: list[float] = field(default_factory=list)
    """Of the steps of the present epoch."""
    curves: list[Point] = field(default_factory=list)


def save(state: State, folder: Path) -> None:
    """Beside its place, then moved there in one step.

    Raises `OSError` when the disk is full; the checkpoint before is whole.
    """
    folder.mkdir(parents=True, exist_ok=True)
    part = folder / f"{FILE}.part"
    told = {name: getattr(state, name) for name in State.__slots__}
    told["curves"] = [asdict(point) for point in state.curves]
    try:
        with part.open("wb") as file:
            torch.save(told, file)
            file.flush()
            os.fsync(file.fileno())
        part.replace(folder / FILE)
    except RuntimeError as error:  # torch's own word for a write that failed
        raise OSError(f"The checkpoint could not be written: {error}") from error
    finally:
        part.unlink(missing_ok=True)


def load(folder: Path) -> State | None:
    """The last checkpoint; None when there is none. It is data, never code."""
    try:
        told = torch.load(folder / FILE, weights_only=True)
    except FileNotFoundError:
        return None
    told["curves"] = [Point(**point) for point in told["curves"]]
    return State(**told)

"""Low-rank updates (LoRA, Hu et al. 2021) of a decoder's linear layers.

A layer's weight W becomes W + alpha / rank · B A, with A (rank, in) drawn at random and B
(out, rank) zero at the start: before the first step the adapted model is its parent.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from worker.adaptation.network import Decoder, Linear, linears


class Update(nn.Module):
    """What is trained of one linear layer."""

    def __init__(self, layer: Linear, rank: int, alpha: float, seed: torch.Generator) -> None:
        super().__init__()
        outputs, inputs = layer.weight.shape  # type: ignore[misc]
        self.scale = alpha / rank
        spread = inputs**-0.5
        self.a = nn.Parameter(torch.empty(rank, inputs).uniform_(-spread, spread, generator=seed))
        self.b = nn.Parameter(torch.zeros(outputs, rank))

    def forward(self, x: Tensor) -> Tensor:
        return functional.linear(functional.linear(x, self.a), self.b) * self.scale


def attach(decoder: Decoder, rank: int, alpha: float, seed: int) -> list[nn.Parameter]:
    """Give every linear layer an update; the parameters to be trained, in a fixed order."""
    generator = torch.Generator().manual_seed(seed)
    parameters: list[nn.Parameter] = []
    for layer in linears(decoder).values():
        layer.update = Update(layer, rank, alpha, generator)
        parameters += [layer.update.a, layer.update.b]
    return parameters


def tensors(decoder: Decoder) -> dict[str, Tensor]:
    """The updates by the names an adapter file has, float32."""
    found: dict[str, Tensor] = {}
    for name, layer in linears(decoder).items():
        assert isinstance(layer.update, Update)
        found[f"{name}.lora_a"] = layer.update.a.detach().clone()
        found[f"{name}.lora_b"] = layer.update.b.detach().clone()
    return found


def load_tensors(decoder: Decoder, saved: dict[str, Tensor]) -> None:
    """Put updates back that `tensors` gave."""
    with torch.no_grad():
        for name, layer in linears(decoder).items():
            assert isinstance(layer.update, Update)
            layer.update.a.copy_(saved[f"{name}.lora_a"])
            layer.update.b.copy_(saved[f"{name}.lora_b"])

"""Whisper in torch, made of the same named arrays that CTranslate2 serves.

The arrays' names are CTranslate2's (`worker.models.format`); the architecture is Whisper's (Radford
et al. 2022): pre-norm transformer blocks, GELU, tied embeddings, fused projections.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from worker.models.format import ModelFile

_EPSILON = 1e-5


@dataclass(frozen=True, slots=True)
class Shape:
    """What the arrays say about the network."""

    width: int
    heads: int
    encoder_layers: int
    decoder_layers: int
    vocabulary: int
    n_mels: int
    context: int
    """Tokens the decoder can look back on."""


def shape_of(model: ModelFile) -> Shape:
    """Raises `KeyError` for arrays that are not Whisper's."""
    arrays = model.variables
    vocabulary, width = arrays["decoder/embeddings/weight"].shape
    return Shape(
        width=int(width),
        heads=int(arrays["decoder/num_heads"]),
        encoder_layers=_layers(arrays, "encoder"),
        decoder_layers=_layers(arrays, "decoder"),
        vocabulary=int(vocabulary),
        n_mels=int(arrays["encoder/conv1/weight"].shape[1]),
        context=int(arrays["decoder/position_encodings/encodings"].shape[0]),
    )


def _layers(arrays: Mapping[str, Any], part: str) -> int:
    return len(
        {name.split("/")[1] for name in arrays if name.startswith(f"{part}/layer_")}
        - {"layer_norm"}
    )


class Linear(nn.Module):
    """`x W' + b` with frozen weights; `lora` may put a trainable low-rank update beside them."""

    def __init__(self, weight: Tensor, bias: Tensor | None) -> None:
        super().__init__()
        self.register_buffer("weight", weight)
        self.register_buffer("bias", bias)
        self.update: nn.Module | None = None

    def forward(self, x: Tensor) -> Tensor:
        """(…, in) -> (…, out)"""
        y = functional.linear(x, self.weight, self.bias)  # type: ignore[arg-type]
        return y if self.update is None else y + self.update(x)


class Norm(nn.Module):
    """Layer normalisation with frozen gain and offset."""

    def __init__(self, arrays: _Arrays, name: str) -> None:
        super().__init__()
        self.register_buffer("gamma", arrays[f"{name}/gamma"])
        self.register_buffer("beta", arrays[f"{name}/beta"])

    def forward(self, x: Tensor) -> Tensor:
        width = x.shape[-1:]
        return functional.layer_norm(x, width, self.gamma, self.beta, _EPSILON)  # type: ignore[arg-type]


class _Arrays:
    """The model's arrays as float32 tensors."""

    def __init__(self, model: ModelFile) -> None:
        self._variables = model.variables

    def __getitem__(self, name: str) -> Tensor:
        return torch.from_numpy(np.asarray(self._variables[name], dtype=np.float32).copy())

    def linear(self, name: str) -> Linear:
        bias = f"{name}/bias"
        return Linear(self[f"{name}/weight"], self[bias] if bias in self._variables else None)


class SelfAttention(nn.Module):
    def __init__(self, arrays: _Arrays, name: str, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.layer_norm = Norm(arrays, f"{name}/layer_norm")
        self.linear_0 = arrays.linear(f"{name}/linear_0")
        self.linear_1 = arrays.linear(f"{name}/linear_1")

    def forward(self, x: Tensor, causal: bool) -> Tensor:
        """(batch, length, width) -> the same"""
        q, k, v = (
            _split(part, self.heads) for part in self.linear_0(self.layer_norm(x)).chunk(3, -1)
        )
        mixed = functional.scaled_dot_product_attention(q, k, v, is_causal=causal)
        added: Tensor = self.linear_1(_joined(mixed))
        return x + added


class CrossAttention(nn.Module):
    def __init__(self, arrays: _Arrays, name: str, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.layer_norm = Norm(arrays, f"{name}/layer_norm")
        self.linear_0 = arrays.linear(f"{name}/linear_0")
        self.linear_1 = arrays.linear(f"{name}/linear_1")
        self.linear_2 = arrays.linear(f"{name}/linear_2")

    def heard(self, features: Tensor) -> tuple[Tensor, Tensor]:
        """Keys and values of encoder features; nothing in them is trained."""
        with torch.no_grad():
            k, v = self.linear_1(features).chunk(2, -1)
            return _split(k, self.heads), _split(v, self.heads)

    def forward(self, x: Tensor, heard: tuple[Tensor, Tensor], mask: Tensor | None) -> Tensor:
        q = _split(self.linear_0(self.layer_norm(x)), self.heads)
        mixed = functional.scaled_dot_product_attention(q, *heard, attn_mask=mask)
        added: Tensor = self.linear_2(_joined(mixed))
        return x + added


class FeedForward(nn.Module):
    def __init__(self, arrays: _Arrays, name: str) -> None:
        super().__init__()
        self.layer_norm = Norm(arrays, f"{name}/layer_norm")
        self.linear_0 = arrays.linear(f"{name}/linear_0")
        self.linear_1 = arrays.linear(f"{name}/linear_1")

    def forward(self, x: Tensor) -> Tensor:
        added: Tensor = self.linear_1(functional.gelu(self.linear_0(self.layer_norm(x))))
        return x + added


class EncoderBlock(nn.Module):
    def __init__(self, arrays: _Arrays, name: str, heads: int) -> None:
        super().__init__()
        self.own = SelfAttention(arrays, f"{name}/self_attention", heads)
        self.ffn = FeedForward(arrays, f"{name}/ffn")


class DecoderBlock(nn.Module):
    def __init__(self, arrays: _Arrays, name: str, heads: int) -> None:
        super().__init__()
        self.own = SelfAttention(arrays, f"{name}/self_attention", heads)
        self.cross = CrossAttention(arrays, f"{name}/attention", heads)
        self.ffn = FeedForward(arrays, f"{name}/ffn")


class Encoder(nn.Module):
    """Log-mel features to what the decoder listens to."""

    def __init__(self, model: ModelFile) -> None:
        super().__init__()
        arrays, shape = _Arrays(model), shape_of(model)
        for name in ("conv1", "conv2"):
            self.register_buffer(f"{name}_weight", arrays[f"encoder/{name}/weight"])
            self.register_buffer(f"{name}_bias", arrays[f"encoder/{name}/bias"])
        self.register_buffer("positions", arrays["encoder/position_encodings/encodings"])
        self.blocks = [
            EncoderBlock(arrays, f"encoder/layer_{i}", shape.heads)
            for i in range(shape.encoder_layers)
        ]
        self.layer_norm = Norm(arrays, "encoder/layer_norm")

    def forward(self, mels: Tensor) -> Tensor:
        """(batch, n_mels, frames) -> (batch, frames / 2, width); frames even, at most 3000."""
        x = functional.gelu(functional.conv1d(mels, self.conv1_weight, self.conv1_bias, padding=1))  # type: ignore[arg-type]
        x = functional.gelu(
            functional.conv1d(x, self.conv2_weight, self.conv2_bias, stride=2, padding=1)  # type: ignore[arg-type]
        ).transpose(1, 2)
        x = x + self.positions[: x.shape[1]]  # type: ignore[index]
        for block in self.blocks:
            x = block.ffn(block.own(x, causal=False))
        normed: Tensor = self.layer_norm(x)
        return normed


class Decoder(nn.Module):
    """Tokens and encoder features to logits of the next token."""

    def __init__(self, model: ModelFile) -> None:
        super().__init__()
        arrays, self.shape = _Arrays(model), shape_of(model)
        self.register_buffer("embeddings", arrays["decoder/embeddings/weight"])
        self.register_buffer("positions", arrays["decoder/position_encodings/encodings"])
        self.blocks = [
            DecoderBlock(arrays, f"decoder/layer_{i}", self.shape.heads)
            for i in range(self.shape.decoder_layers)
        ]
        self.layer_norm = Norm(arrays, "decoder/layer_norm")

    def forward(
        self,
        tokens: Tensor,
        features: Tensor,
        lengths: Tensor | None = None,
        *,
        at: Tensor | None = None,
    ) -> Tensor:
        """Logits, teacher-forced.

        Args:
            tokens: (batch, length) of token ids, padded at the end with anything.
            features: (batch, positions, width), float32 or float16; padded at the end.
            lengths: (batch,) positions of each that are real; None: all.
            at: (batch, length) booleans: only these places' logits, as (places, vocabulary);
                None: all of them, as (batch, length, vocabulary).
        """
        features = features.to(torch.float32)
        mask = None
        if lengths is not None:
            places = torch.arange(features.shape[1])
            mask = (places[None, :] < lengths[:, None])[:, None, None, :]
        x = functional.embedding(tokens, self.embeddings)  # type: ignore[arg-type]
        x = x + self.positions[: tokens.shape[1]]  # type: ignore[index]
        for block in self.blocks:
            x = block.own(x, causal=True)
            x = block.ffn(block.cross(x, block.cross.heard(features), mask))
        x = self.layer_norm(x)
        chosen = x if at is None else x[at]
        return functional.linear(chosen, self.embeddings)  # type: ignore[arg-type]


def linears(decoder: Decoder) -> dict[str, Linear]:
    """The decoder's linear layers by their CTranslate2 names, those that hear features left out."""
    found: dict[str, Linear] = {}
    for i, block in enumerate(decoder.blocks):
        name = f"decoder/layer_{i}"
        found[f"{name}/self_attention/linear_0"] = block.own.linear_0
        found[f"{name}/self_attention/linear_1"] = block.own.linear_1
        found[f"{name}/attention/linear_0"] = block.cross.linear_0
        found[f"{name}/attention/linear_2"] = block.cross.linear_2
        found[f"{name}/ffn/linear_0"] = block.ffn.linear_0
        found[f"{name}/ffn/linear_1"] = block.ffn.linear_1
    return found


def _split(x: Tensor, heads: int) -> Tensor:
    """(batch, length, width) -> (batch, heads, length, width / heads)"""
    batch, length, width = x.shape
    return x.view(batch, length, heads, width // heads).transpose(1, 2)


def _joined(x: Tensor) -> Tensor:
    batch, heads, length, width = x.shape
    return x.transpose(1, 2).reshape(batch, length, heads * width)

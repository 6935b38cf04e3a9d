"""The network in torch computes what CTranslate2 computes, and what is served."""

from __future__ import annotations

import ctranslate2
import numpy as np
import pytest
import torch
from tokenizers import Tokenizer as Vocabulary

from app.settings import get_settings
from tests.support.adapters import random_adapter
from worker.adaptation.lora import attach, load_tensors, tensors
from worker.adaptation.network import Decoder, Encoder, linears, shape_of
from worker.models.adapter import dump
from worker.models.format import read
from worker.models.store import find_model, put_adapter
from worker.models.weights import Weights, find
from worker.pipeline.features import log_mel
from worker.pipeline.types import SAMPLE_RATE

pytestmark = pytest.mark.chapter(10)

PROMPTS = {"tiny.en": [50257, 50362], "whisper-base": [50258, 50259, 50359, 50363]}


@pytest.fixture(scope="module", params=sorted(PROMPTS))
def weights(request: pytest.FixtureRequest) -> Weights:
    return find(request.param, get_settings().models_dir)


@pytest.fixture(scope="module")
def mels() -> np.ndarray:
    noise = np.random.default_rng(0).normal(0, 0.05, 10 * SAMPLE_RATE).astype(np.float32)
    return np.stack([log_mel(noise, 2100)])


def exact(weights: Weights, compute_type: str = "float32") -> ctranslate2.models.Whisper:
    return ctranslate2.models.Whisper(str(weights.folder), device="cpu", compute_type=compute_type)


def sentence(weights: Weights) -> list[int]:
    text = " The quick brown fox jumps over the lazy dog, and nobody minds at all."
    vocabulary = Vocabulary.from_file(str(weights.folder / "tokenizer.json"))
    return list(vocabulary.encode(text, add_special_tokens=False).ids)


def served_probabilities(
    model: ctranslate2.models.Whisper, features: np.ndarray, weights: Weights
) -> np.ndarray:
    """What CTranslate2 gives to each token of the sentence, all tokens before it being given."""
    view = ctranslate2.StorageView.from_array(features)
    start = PROMPTS[weights.name][:-1]
    [aligned] = model.align(view, start, [sentence(weights)], 2 * features.shape[1])
    return np.array(aligned.text_token_probs)


def our_probabilities(decoder: Decoder, features: np.ndarray, weights: Weights) -> np.ndarray:
    prompt, tokens = PROMPTS[weights.name], sentence(weights)
    end = prompt[0] - 1  # `align` knows text tokens only, those before the end token
    with torch.no_grad():
        logits = decoder(torch.tensor([prompt + tokens]), torch.from_numpy(features))[0]
    found = logits[len(prompt) - 1 : -1, :end].softmax(-1).numpy()
    return np.array([row[token] for row, token in zip(found, tokens, strict=True)])


def test_encoder_outputs_agree(weights: Weights, mels: np.ndarray) -> None:
    served = np.array(exact(weights).encode(ctranslate2.StorageView.from_array(mels)))
    with torch.no_grad():
        ours = Encoder(read(weights.folder / "model.bin"))(torch.from_numpy(mels)).numpy()
    assert ours.shape == served.shape
    assert np.abs(ours - served).max() < 2e-4 * np.abs(served).max()


def test_teacher_forced_probabilities_agree(weights: Weights, mels: np.ndarray) -> None:
    model = exact(weights)
    features = np.array(model.encode(ctranslate2.StorageView.from_array(mels)))
    theirs = served_probabilities(model, features, weights)
    ours = our_probabilities(Decoder(read(weights.folder / "model.bin")), features, weights)
    assert len(ours) == len(theirs) > 10
    assert np.abs(np.log(ours) - np.log(theirs)).max() < 5e-3


def test_the_served_model_says_nearly_what_the_trained_one_says(
    weights: Weights, mels: np.ndarray
) -> None:
    """int8, merged and rounded to float16, against float32 with the updates beside the weights.

    How near depends on the processor: half of the tokens within 0.1 where it has instructions for
    int8 (VNNI), within 0.2 where intermediate sums saturate (AVX2), and there a token in twenty is
    far off.
    """
    models_dir = get_settings().models_dir
    adapter = random_adapter(weights, size=0.2, rank=4)
    served = exact(find_model(str(put_adapter(dump(adapter), models_dir)), models_dir), "int8")
    decoder = Decoder(read(weights.folder / "model.bin"))
    attach(decoder, rank=4, alpha=4.0, seed=0)
    load_tensors(
        decoder,
        {
            f"{layer}.lora_{half}": torch.from_numpy(matrix.astype(np.float32))
            for layer, pair in adapter.updates.items()
            for half, matrix in zip("ab", pair, strict=True)
        },
    )
    features = np.array(served.encode(ctranslate2.StorageView.from_array(mels)))
    theirs = served_probabilities(served, features, weights)
    ours = our_probabilities(decoder, features, weights)
    parent = our_probabilities(Decoder(read(weights.folder / "model.bin")), features, weights)
    apart = np.abs(np.log(ours) - np.log(theirs))
    assert np.median(apart) < 0.25
    # The bound means something: the parent is much further away from the adapted model
    assert np.median(np.abs(np.log(parent) - np.log(theirs))) > 4 * np.median(apart)
    # Word by word, the update changes in serving what it changes in training
    changes = np.corrcoef(np.log(ours) - np.log(parent), np.log(theirs) - np.log(parent))
    assert changes[0, 1] > 0.9


def test_padding_changes_nothing(weights: Weights, mels: np.ndarray) -> None:
    features = np.array(exact(weights).encode(ctranslate2.StorageView.from_array(mels)))
    decoder = Decoder(read(weights.folder / "model.bin"))
    tokens = torch.tensor([PROMPTS[weights.name] + sentence(weights)])
    short = torch.from_numpy(features[:, :500])
    padded = torch.cat([short, torch.full((1, 200, features.shape[2]), 7.0)], dim=1)
    with torch.no_grad():
        alone = decoder(tokens, short)
        together = decoder(tokens, padded, torch.tensor([500]))
    assert torch.allclose(alone, together, atol=1e-3)


def test_without_training_the_adapted_model_is_its_parent(
    weights: Weights, mels: np.ndarray
) -> None:
    decoder = Decoder(read(weights.folder / "model.bin"))
    features = torch.zeros(1, 50, decoder.shape.width)
    tokens = torch.tensor([PROMPTS[weights.name]])
    with torch.no_grad():
        before = decoder(tokens, features)
        parameters = attach(decoder, rank=2, alpha=2.0, seed=1)
        after = decoder(tokens, features)
    assert torch.equal(before, after)
    assert len(parameters) == 2 * len(linears(decoder)) == 2 * 6 * decoder.shape.decoder_layers
    assert not any("attention/linear_1" in name for name in tensors(decoder) if "self" not in name)


def test_the_shape_is_read_from_the_arrays(weights: Weights) -> None:
    shape = shape_of(read(weights.folder / "model.bin"))
    wanted = {"tiny.en": (384, 6, 4, 51864), "whisper-base": (512, 8, 6, 51865)}[weights.name]
    assert (shape.width, shape.heads, shape.decoder_layers, shape.vocabulary) == wanted
    assert (shape.n_mels, shape.context) == (80, 448)

"""Windows of speech to words: CTranslate2 Whisper, several windows at a time.

Decoding is deterministic: beam search, no sampling, no timestamp tokens, no text of earlier
windows as a condition. Word times come from the cross-attention of the words already found.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import ctranslate2
import numpy as np
import numpy.typing as npt
import tokenizers
from faster_whisper.tokenizer import Tokenizer

from worker.features.encoder import Encoder
from worker.features.store import FeatureStore
from worker.pipeline.alignment import words_of
from worker.pipeline.features import frames_of, padded_frames
from worker.pipeline.types import Recognition, Window

MAX_PROMPT_TOKENS = 224
"""Whisper's decoder reads at most half its context of 448 as a prompt."""
_TOKENS_PER_S = 12
"""Nobody says more: the fastest speech in our corpora stays below 9 tokens a second."""


@dataclass(frozen=True, slots=True)
class DecodingOptions:
    """Everything, beside the weights, that decides what text comes out."""

    language: str | None = None
    """ISO 639-1, or None: detected from the audio."""
    languages: tuple[str, ...] = ()
    """Those that are expected: what is detected is one of them. Empty: any."""
    task: str = "transcribe"
    """Or `translate`: English is written, whatever is spoken."""
    prompt: str = ""
    """Text that might have come before, for its words and spelling; every window is given it."""
    keywords: tuple[str, ...] = ()
    """Terms the recording is expected to contain; they are put before the text as a prompt."""
    repair: tuple[tuple[str, str], ...] = ()
    """Terms, each with how it is said, that take the place of words that sound like them."""
    beam_size: int = 5
    no_repeat_ngram_size: int = 0
    """Above 0 forbids repeating that many tokens: the way out of a loop, never the default."""


class Recogniser:
    """One set of weights, used by as many single-threaded streams as there are cores."""

    def __init__(
        self,
        folder: Path,
        *,
        name: str,
        device: str = "cpu",
        compute_type: str = "int8",
        streams: int = 2,
        features: FeatureStore | None = None,
    ) -> None:
        self.name = name
        self.model = ctranslate2.models.Whisper(
            str(folder),
            device=device,
            compute_type=compute_type,
            inter_threads=streams,
            intra_threads=1,
        )
        self.encoder = Encoder(
            self.model, folder, device=device, compute_type=compute_type, store=features
        )
        self._tokenizer = tokenizers.Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokens = lru_cache(maxsize=32)(self._make_tokenizer)
        self.ordinary = lru_cache(maxsize=50_000)(self._is_ordinary)

    @property
    def multilingual(self) -> bool:
        return bool(self.model.is_multilingual)

    def _is_ordinary(self, word: str) -> bool:
        """Whether a word or a name is so common that the vocabulary has it in one piece."""
        written = (f" {word.lower()}", f" {word.capitalize()}")
        return any(len(self._tokenizer.encode(w, add_special_tokens=False)) == 1 for w in written)

    def _make_tokenizer(self, language: str, task: str) -> Tokenizer:
        return Tokenizer(self._tokenizer, self.multilingual, task=task, language=language)

    def recognise(
        self, windows: Sequence[Window], options: DecodingOptions | None = None
    ) -> list[Recognition]:
        """What was said in each window, in order. Safe to call from several threads at once.

        Windows are padded to one of two lengths, which each window chooses by its own, and only
        windows of one length are decoded together: none depends on its company.
        Raises `ValueError` for a language the weights do not know.
        """
        lengths = [padded_frames(window.duration_s) for window in windows]
        found: dict[int, Recognition] = {}
        for frames in sorted(set(lengths)):
            chosen = [i for i, length in enumerate(lengths) if length == frames]
            batch = [windows[i] for i in chosen]
            heard = self._recognise(batch, frames, options or DecodingOptions())
            found.update(zip(chosen, heard, strict=True))
        return [found[i] for i in range(len(windows))]

    def _recognise(
        self, windows: Sequence[Window], frames: int, options: DecodingOptions
    ) -> list[Recognition]:
        found = self.encoder.encode(
            [w.samples for w in windows], frames, [w.origin for w in windows]
        )
        features = np.stack([each.features for each in found]).astype(np.float32)
        encoded = ctranslate2.StorageView.from_array(features)
        languages = self._languages(encoded, len(windows), options)
        tokenizers_ = [self._tokens(language, options.task) for language, _ in languages]
        prompts = [prompt_of(t, options.keywords, options.prompt) for t in tokenizers_]
        results = self.model.generate(
            encoded,
            prompts,
            beam_size=options.beam_size,
            max_length=_max_length(len(prompts[0]), frames),
            no_repeat_ngram_size=options.no_repeat_ngram_size,
            return_scores=True,
            return_no_speech_prob=True,
        )
        tokens = [
            [t for t in result.sequences_ids[0] if t < tokenizer.eot]
            for result, tokenizer in zip(results, tokenizers_, strict=True)
        ]
        words = self._align(features, windows, tokens, tokenizers_)
        return [
            _recognition(
                tokenizers_[i].decode(tokens[i]),
                words[i],
                languages[i],
                result.scores[0],
                result.no_speech_prob,
                self.name,
                found[i].saved_s,
            )
            for i, result in enumerate(results)
        ]

    def _languages(
        self, encoded: ctranslate2.StorageView, count: int, options: DecodingOptions
    ) -> list[tuple[str, float]]:
        if not self.multilingual:
            if options.task != "transcribe":
                raise ValueError(f"{self.name} knows English only and cannot translate")
            if options.language not in (None, "en"):
                raise ValueError(f"{self.name} knows English only, not {options.language!r}")
            return [("en", 1.0)] * count
        if options.language is not None:
            return [(options.language, 1.0)] * count
        found = self.model.detect_language(encoded)
        return [_likeliest(probabilities, options.languages) for probabilities in found]

    def _align(
        self,
        features: npt.NDArray[np.float32],
        windows: Sequence[Window],
        tokens: list[list[int]],
        tokenizers_: Sequence[Tokenizer],
    ) -> list[tuple]:  # type: ignore[type-arg]
        """Words with their times, each window on its own.

        Of windows aligned together, CTranslate2 pads the shorter texts and lets the padding take
        part where attention is normalised over the text: times would depend on the company.
        """
        aligned = [
            self.model.align(
                ctranslate2.StorageView.from_array(features[i : i + 1]),
                list(tokenizer.sot_sequence),
                [tokens[i]],
                [frames_of(windows[i].duration_s)],
            )[0]
            for i, tokenizer in enumerate(tokenizers_)
        ]
        return [
            words_of(tokenizer, tokens[i], aligned[i], windows[i].pieces)
            for i, tokenizer in enumerate(tokenizers_)
        ]


def prompt_of(tokenizer: Tokenizer, keywords: tuple[str, ...], before: str = "") -> list[int]:
    """The tokens a window's text begins after: terms to expect, text that might have come before,
    language, task, no timestamps.

    The terms come first and are cut at their end. Of `before`, the end stays, as in
    openai/whisper: what came last matters most for what comes now.
    """
    prompt: list[int] = []
    if keywords:
        glossary = tokenizer.encode(" Glossary: " + ", ".join(keywords) + ".")
        prompt = glossary[: MAX_PROMPT_TOKENS - 1]
    left = MAX_PROMPT_TOKENS - 1 - len(prompt)
    if before.strip() and left:
        prompt += tokenizer.encode(" " + before.strip())[-left:]
    if prompt:
        prompt = [tokenizer.sot_prev, *prompt]
    return [*prompt, *tokenizer.sot_sequence, tokenizer.no_timestamps]


def _likeliest(
    probabilities: Sequence[tuple[str, float]], expected: tuple[str, ...]
) -> tuple[str, float]:
    """The likeliest language and its probability, among those `expected` if any are.

    `probabilities` are CTranslate2's: tokens such as `<|de|>`, the likeliest first.
    """
    found = [(token[2:-2], float(probability)) for token, probability in probabilities]
    among = [each for each in found if each[0] in expected]
    if not among:  # any language, or those expected are unknown to these weights
        return found[0]
    language, probability = among[0]
    return language, probability / (sum(each[1] for each in among) or 1.0)


def _max_length(prompt: int, frames: int) -> int:
    return min(448, prompt + frames * _TOKENS_PER_S // 100)


def _recognition(
    text: str,
    words: tuple,  # type: ignore[type-arg]
    language: tuple[str, float],
    avg_logprob: float,
    no_speech_prob: float,
    rung: str,
    features_saved_s: float | None,
) -> Recognition:
    text = text.strip()
    return Recognition(
        text=text,
        words=words,
        language=language[0],
        language_probability=round(language[1], 4),
        avg_logprob=round(float(avg_logprob), 4),
        no_speech_prob=round(float(no_speech_prob), 4),
        compression_ratio=round(compression_ratio(text), 3),
        rung=rung,
        features_saved_s=features_saved_s,
    )


def compression_ratio(text: str) -> float:
    """Bytes of the text by bytes of it compressed (openai/whisper): loops are > 2.4."""
    raw = text.encode()
    return len(raw) / len(zlib.compress(raw)) if raw else 0.0

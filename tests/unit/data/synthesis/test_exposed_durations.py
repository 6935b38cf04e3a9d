"""What is appended to the model to learn its durations is read as part of the model."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnxruntime

from data.synthesis.kokoro import _field, _second_output


def number(field: int, value: int) -> bytes:
    """A whole number below 128 in protobuf's wire format."""
    return bytes([field << 3, value])


def tensor(name: bytes) -> bytes:
    """ValueInfoProto of a list of float32 of any length."""
    shape = _field(1, _field(2, b"n"))
    return _field(1, name) + _field(2, _field(1, number(1, 1) + _field(2, shape)))


def model() -> bytes:
    """y = -(|x|): two steps, of which only the last is an output."""
    inner = _field(1, b"x") + _field(2, b"inside") + _field(4, b"Abs")
    outer = _field(1, b"inside") + _field(2, b"y") + _field(4, b"Neg")
    graph = _field(1, inner) + _field(1, outer) + _field(2, b"g")
    graph += _field(11, tensor(b"x")) + _field(12, tensor(b"y"))
    return number(1, 8) + _field(7, graph) + _field(8, number(2, 17))


def test_a_tensor_inside_becomes_an_output(tmp_path: Path) -> None:
    path = tmp_path / "model.onnx"
    x = np.array([-2.0, 3.0], dtype=np.float32)
    path.write_bytes(model())
    before = onnxruntime.InferenceSession(str(path)).run(None, {"x": x})
    path.write_bytes(model() + _second_output("inside", "seen"))
    session = onnxruntime.InferenceSession(str(path))
    assert [output.name for output in session.get_outputs()] == ["y", "seen"]
    y, seen = session.run(None, {"x": x})
    assert np.array_equal(y, before[0])
    assert np.array_equal(seen, [2.0, 3.0])

"""Where somebody speaks: Silero voice activity, run over a stream in constant memory."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import faster_whisper
import numpy as np
import numpy.typing as npt
import onnxruntime

from worker.pipeline.types import SAMPLE_RATE, Samples

FRAME = 512
"""Samples a probability stands for (32 ms)."""
FRAME_S = FRAME / SAMPLE_RATE
_CONTEXT = 64

Probabilities = npt.NDArray[np.float32]


@lru_cache(maxsize=1)
def _session() -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.inter_op_num_threads = options.intra_op_num_threads = 1
    options.enable_cpu_mem_arena = False
    options.log_severity_level = 4
    path = Path(faster_whisper.__file__).parent / "assets" / "silero_vad_v6.onnx"
    return onnxruntime.InferenceSession(
        str(path), providers=["CPUExecutionProvider"], sess_options=options
    )


class VoiceActivity:
    """Speech probability of every 32 ms of a stream that arrives in blocks of any size.

    The recurrent state and the 64 samples of context are carried from block to block, so the
    result does not depend on where the blocks are cut.
    """

    def __init__(self) -> None:
        self._h = np.zeros((1, 1, 128), dtype=np.float32)
        self._c = np.zeros((1, 1, 128), dtype=np.float32)
        self._context = np.zeros(_CONTEXT, dtype=np.float32)
        self._rest = np.zeros(0, dtype=np.float32)

    def push(self, block: Samples) -> Probabilities:
        """Return one probability for each frame that `block` completes, shape `(frames,)`."""
        samples = np.concatenate([self._rest, block])
        frames = len(samples) // FRAME
        self._rest = samples[frames * FRAME :]
        return self._run(samples[: frames * FRAME])

    def flush(self) -> Probabilities:
        """The probability of the last, incomplete frame (padded with silence), if there is one."""
        if not len(self._rest):
            return np.zeros(0, dtype=np.float32)
        last = np.pad(self._rest, (0, FRAME - len(self._rest)))
        self._rest = np.zeros(0, dtype=np.float32)
        return self._run(last)

    def _run(self, samples: Samples) -> Probabilities:
        if not len(samples):
            return np.zeros(0, dtype=np.float32)
        frames = samples.reshape(-1, FRAME)
        tails = frames[:, -_CONTEXT:]
        contexts = np.concatenate([self._context[None], tails[:-1]])
        self._context = tails[-1].copy()
        output, self._h, self._c = _session().run(
            None, {"input": np.hstack([contexts, frames]), "h": self._h, "c": self._c}
        )
        return np.asarray(output, dtype=np.float32).reshape(-1)

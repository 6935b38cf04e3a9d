"""Hard conditions for any clip: noise, rooms, telephones, codecs, loss, speed, silence.

`condition(name).prepare(samples, clip_id)` gives a FLAC file, the same one for the same clip.
"""

from evaluation.conditions.registry import CONDITIONS, FAMILIES, SEVERITY_GRID, condition
from evaluation.conditions.types import (
    Condition,
    ConditionError,
    EncoderMissing,
    MaterialMissing,
    Prepared,
    Times,
    UnknownCondition,
)

__all__ = [
    "CONDITIONS",
    "FAMILIES",
    "SEVERITY_GRID",
    "Condition",
    "ConditionError",
    "EncoderMissing",
    "MaterialMissing",
    "Prepared",
    "Times",
    "UnknownCondition",
    "condition",
]

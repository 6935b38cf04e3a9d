"""The faults of the decoder. It has no database: who asks it to decode tells it to fail."""

from __future__ import annotations

from typing import Final, Literal

from app.faults.service import FaultSwitches
from app.media.protocol import PlantedFault

_KINDS: Final[dict[str, Literal["crash", "hang"]]] = {
    "crashing_decoder": "crash",
    "hanging_decoder": "hang",
}


def planted(switches: FaultSwitches) -> PlantedFault | None:
    """The fault to send along with the next file, if one is on and this file is of its share."""
    for name, kind in _KINDS.items():
        fault = switches.parameters(name)
        if fault is not None and switches.chance(name, fault["share"]):
            return PlantedFault(kind, fault["seconds"])
    return None

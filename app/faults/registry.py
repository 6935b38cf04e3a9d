"""The faults that can be switched on, what each does and what the product is expected to do."""

# Ch 18 · System Quality: faults are named, seeded, limited in time, and each has an expectation

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Fault:
    name: str
    chapter: int
    title: str
    what_it_does: str
    expected: str
    blast_radius: str
    parameters: dict[str, float] = field(default_factory=dict)
    """Names and defaults of what can be tuned."""


_ALL = (
    Fault(
        name="slow_model",
        chapter=13,
        title="Slow model",
        what_it_does="Every batch of windows takes `seconds` longer to recognise.",
        expected="Finish times move away by themselves; nothing fails, other requests stay fast.",
        blast_radius="All transcriptions that run while it is on.",
        parameters={"seconds": 3.0},
    ),
    Fault(
        name="crashing_model",
        chapter=7,
        title="Crashing model",
        what_it_does="The default model raises an error for a `share` of the windows; with `kill`"
        " above 0 the whole model host dies instead.",
        expected="The window is tried again, then recognised by the smallest model and marked so;"
        " a dead host is restarted and its windows are taken back.",
        blast_radius="Windows recognised while it is on.",
        parameters={"share": 1.0, "kill": 0.0},
    ),
    Fault(
        name="lost_broker",
        chapter=12,
        title="Lost broker",
        what_it_does="Every message handed to the broker is lost.",
        expected="Nothing starts while it is on; afterwards the dispatcher finds the waiting rows"
        " in the database and wakes the workers again. No job is lost.",
        blast_radius="Wake-ups of all jobs.",
    ),
)

REGISTRY = {fault.name: fault for fault in _ALL}

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
        name="hanging_model",
        chapter=7,
        title="Hanging model",
        what_it_does="The default model does not answer for `seconds`, for a `share` of the"
        " batches.",
        expected="After `LECTERN_WINDOW_TIMEOUT_S` the model host is ended; its windows are heard"
        " again, one by one, and given to the smallest model if they hang again.",
        blast_radius="Windows recognised while it is on.",
        parameters={"share": 1.0, "seconds": 3600.0},
    ),
    Fault(
        name="dying_workers",
        chapter=13,
        title="Dying workers",
        what_it_does="Media workers, model host and dispatcher kill themselves (SIGKILL), each"
        " about every `every_s` seconds of work.",
        expected="They are started again, their work is taken back and done again; every job ends"
        " once, with the same text.",
        blast_radius="All jobs that run while it is on take longer.",
        parameters={"every_s": 10.0},
    ),
    Fault(
        name="jumping_clock",
        chapter=18,
        title="Jumping clock",
        what_it_does="The clocks of the dispatcher and the workers are `seconds` ahead.",
        expected="No lease ends early or late: silence is measured, not computed from times of"
        " day. Times shown for what happened meanwhile are wrong, texts are not.",
        blast_radius="Times of day in rows written while it is on.",
        parameters={"seconds": 3600.0},
    ),
    Fault(
        name="duplicate_messages",
        chapter=12,
        title="Duplicate messages",
        what_it_does="Every message to the workers is sent `copies` times.",
        expected="The first one that arrives finds work, the others find nothing to do.",
        blast_radius="The broker's traffic.",
        parameters={"copies": 3.0},
    ),
    Fault(
        name="late_messages",
        chapter=12,
        title="Late messages",
        what_it_does="Every message to the workers arrives `seconds` late.",
        expected="Jobs start late; a message that arrives when its job is over changes nothing.",
        blast_radius="The start of jobs.",
        parameters={"seconds": 5.0},
    ),
    Fault(
        name="stalled_database",
        chapter=12,
        title="Stalled database",
        what_it_does="Every ten seconds somebody keeps all others from writing for `seconds`.",
        expected="Writers wait for their turn; requests and jobs take longer, none fails.",
        blast_radius="Everything that writes.",
        parameters={"seconds": 3.0},
    ),
    Fault(
        name="dropped_connections",
        chapter=12,
        title="Dropped connections",
        what_it_does="A `share` of the connections to the database is cut just before a commit.",
        expected="Workers do the transaction again; a request is answered 503 with Retry-After.",
        blast_radius="Transactions of all processes.",
        parameters={"share": 0.3},
    ),
    Fault(
        name="lost_network",
        chapter=13,
        title="Lost network",
        what_it_does="Connections that bring a part of a large file are cut after `megabytes`.",
        expected="What had arrived is kept; page and command go on from there by themselves, and"
        " the recording is the same to the last bit.",
        blast_radius="Uploads in parts, while it is on. Files sent at once are not touched.",
        parameters={"megabytes": 1.0},
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
    Fault(
        name="crowd",
        chapter=12,
        title="Crowd",
        what_it_does="Whoever sends a recording is treated as if `hours` hours of audio of other"
        " people were waiting before it.",
        expected="What would be ready too late is refused at once, before it is sent, with the time"
        " after which to try again. What was accepted before is done; afterwards all are let in.",
        blast_radius="New recordings and jobs; those that are in are not touched.",
        parameters={"hours": 1000.0},
    ),
    Fault(
        name="full_disk",
        chapter=13,
        title="Full disk",
        what_it_does="The storage, folder or bucket, refuses every write as if it were full.",
        expected="Uploads are refused with 507 and words and leave nothing; jobs that cannot store"
        " their windows wait or fail honestly, their recordings are kept; it ends by itself.",
        blast_radius="Uploads and preparations while it is on; reading and deleting go on.",
    ),
    Fault(
        name="crashing_decoder",
        chapter=28,
        title="Crashing decoder",
        what_it_does="The process that decodes a file dies after `seconds` of its sound, as if the"
        " file had taken it over, for a `share` of the files. With 0 seconds it dies before the"
        " first sound, and already when an upload is looked into.",
        expected="The job is tried again, and fails with `decoder_crashed` when it always ends so;"
        " an upload is refused. The decoder server lives, other recordings notice nothing.",
        blast_radius="Files decoded while it is on.",
        parameters={"seconds": 1.0, "share": 1.0},
    ),
    Fault(
        name="hanging_decoder",
        chapter=28,
        title="Hanging decoder",
        what_it_does="The process that decodes a file stops answering after `seconds` of its sound,"
        " for a `share` of the files.",
        expected="After a minute of silence the process is ended and the job tried again; if it"
        " always hangs, the job fails with `decoder_timeout`. Uploads and other recordings go on.",
        blast_radius="Files decoded while it is on.",
        parameters={"seconds": 1.0, "share": 1.0},
    ),
)

REGISTRY = {fault.name: fault for fault in _ALL}

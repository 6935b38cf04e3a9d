"""`lectern models promote`, `roll-back`, `transcribe-again`: what serves a domain, decided."""

# Ch 13 · Planning for Operations: taking a model back is one command, and it lists what that model wrote

from __future__ import annotations

from ui import wire, wire_models
from ui.cli.asking import changed, say, tell
from ui.cli.exits import Exit

SHOWN = 20
"""Transcripts that are told one by one."""


def promote(domain: str, number: int, reason: str, *, as_json: bool) -> Exit:
    """Raises `Stop`: no product runs, there is no such version, or it did not pass its gate."""
    done = changed(lambda client: client.promote(domain, number, reason))
    if as_json:
        tell(done.model_dump(mode="json"))
    else:
        say(f"Version {done.number} serves {done.domain} from the next recording on.")
    return Exit.FINE


def roll_back(domain: str, reason: str, *, to_parent: bool, again: bool, as_json: bool) -> Exit:
    """Raises `Stop`: no product runs, or no adapter serves the domain."""
    done = changed(lambda client: client.roll_back(domain, to_parent=to_parent, reason=reason))
    number = done.withdrawn.number
    queued = _again(domain, number) if again and done.transcripts else None
    if as_json:
        told = done.model_dump(mode="json")
        tell(told | {"again": queued.model_dump(mode="json") if queued else None})
        return Exit.FINE
    now = f"version {done.serves.number}" if done.serves else done.withdrawn.parent
    say(f"Version {number} of {domain} was rolled back; {now} serves.")
    if not done.transcripts:
        say("It had made no transcript.")
        return Exit.FINE
    say(f"It made {len(done.transcripts)} transcripts, which stay as they are:")
    _list(done.transcripts)
    if queued is None:
        say(f"To make them again: lectern models transcribe-again {domain} {number}")
    else:
        _told(queued)
    return Exit.FINE


def transcribe_again(domain: str, number: int, *, as_json: bool) -> Exit:
    """Raises `Stop`: no product runs, or the version serves."""
    queued = _again(domain, number)
    if as_json:
        tell(queued.model_dump(mode="json"))
        return Exit.FINE
    _told(queued)
    _list(queued.items)
    return Exit.FINE


def _again(domain: str, number: int) -> wire_models.Again:
    return changed(lambda client: client.transcribe_again(domain, number))


def _told(queued: wire_models.Again) -> None:
    if not queued.items:
        say("Nothing is left to be made again.")
        return
    left = f" {queued.left} more did not fit the queue: ask once more later." if queued.left else ""
    say(f"{len(queued.items)} are queued with what serves now.{left}")


def _list(jobs: list[wire.Summary]) -> None:
    for job in jobs[:SHOWN]:
        say(f"  {job.id}  {job.name}")
    if len(jobs) > SHOWN:
        say(f"  … and {len(jobs) - SHOWN} more; --json tells all.")

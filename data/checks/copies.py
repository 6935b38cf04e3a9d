"""The same thing twice: files, sounds, sentences; worst of all across a split."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator
from itertools import combinations

from data.checks.corpus import Clip
from data.checks.files import audible
from data.checks.rules import Evidence, Hit, Severity, rule

_SILENCE_DBFS = -90.0


def _groups(keyed: Iterable[tuple[Hashable, Clip]]) -> list[list[Clip]]:
    found: defaultdict[Hashable, list[Clip]] = defaultdict(list)
    for key, clip in keyed:
        found[key].append(clip)
    return [clips for clips in found.values() if len(clips) > 1]


def _hit(clips: list[Clip], what: str, grave: bool = True) -> Hit:
    """An error where training and test share it: what was learned by heart is then asked for."""
    training = [clip for clip in clips if clip.split == "train"]
    leaks = grave and 0 < len(training) < len(clips)
    names = [clip.name for clip in clips]
    if leaks:
        return names, f"{what}, in training and outside it", Severity.ERROR
    return names, what


@rule(
    "same-file",
    Severity.WARNING,
    finds="clips with the same bytes (an error across training and test)",
    why="One recording counts twice, or is known from training.",
    hears=True,
)
def same_file(evidence: Evidence) -> Iterator[Hit]:
    for clips in _same_files(evidence):
        yield _hit(clips, f"{len(clips)} clips have the same file")


def _same_files(evidence: Evidence) -> list[list[Clip]]:
    return _groups((sounding.sha256, clip) for clip, sounding in audible(evidence))


@rule(
    "same-sound",
    Severity.WARNING,
    finds="different files with the same samples (an error across training and test)",
    why="A copy in another packing: one recording counts twice, or is known from training.",
    hears=True,
)
def same_sound(evidence: Evidence) -> Iterator[Hit]:
    known = _pairs(_same_files(evidence))
    for clips in _same_sounds(evidence):
        if not _pairs([clips]) <= known:
            yield _hit(clips, f"{len(clips)} clips have the same samples")


def _same_sounds(evidence: Evidence) -> list[list[Clip]]:
    return _groups(
        (sounding.samples_sha256, clip)
        for clip, sounding in audible(evidence)
        if max(channel.level_dbfs for channel in sounding.channels) > _SILENCE_DBFS
    )


@rule(
    "near-copy",
    Severity.WARNING,
    finds="the same recording shorter, louder, noisier or re-encoded (an error across splits)",
    why="One recording counts twice, or is known from training, and no sum tells.",
    hears=True,
)
def near_copy(evidence: Evidence) -> Iterator[Hit]:
    for a, b, likeness in _near_copies(evidence):
        yield _hit([a, b], f"the same sound (their loudness correlates by {likeness:.2f})")


def _near_copies(evidence: Evidence) -> list[tuple[Clip, Clip, float]]:
    clips = {clip.line: clip for clip in evidence.corpus.clips}
    known = _pairs(_same_sounds(evidence)) | _pairs(_same_files(evidence))
    return [
        (clips[a], clips[b], likeness)
        for a, b, likeness in evidence.alike
        if frozenset((a, b)) not in known
    ]


@rule(
    "same-reading",
    Severity.NOTE,
    finds="different recordings of one text by one speaker in one split",
    why="Not wrong, but less is in the corpus than the number of clips says.",
)
def same_reading(evidence: Evidence) -> Iterator[Hit]:
    copies = _pairs(_same_files(evidence)) | _pairs(_same_sounds(evidence))
    copies |= _pairs([a, b] for a, b, _ in _near_copies(evidence))
    for clips in _groups(((c.speaker, _plain(c), c.split), c) for c in _texts(evidence)):
        others = [c for c in clips[1:] if frozenset((clips[0].line, c.line)) not in copies]
        if clips[0].speaker and others:
            names = [clip.name for clip in (clips[0], *others)]
            yield names, f"speaker {clips[0].speaker} says {clips[0].text[:50]!r} again"


@rule(
    "text-in-both",
    Severity.NOTE,
    finds="sentences that are in training and in another split",
    why="A model may know them by heart; expected where everybody reads the same prompts.",
)
def text_in_both(evidence: Evidence) -> Iterator[Hit]:
    shared = []
    for clips in _groups((_plain(c), c) for c in _texts(evidence) if len(c.text.split()) > 1):
        if any(c.split == "train" for c in clips):
            shared += [clip for clip in clips if clip.split not in ("", "train")]
    if shared:
        tested = sum(clip.split not in ("", "train") for clip in _texts(evidence))
        yield (
            [c.name for c in shared],
            f"{len(shared)} of {tested} texts outside training are in it",
        )


def _texts(evidence: Evidence) -> list[Clip]:
    return [clip for clip in evidence.corpus.speech if clip.text.strip()]


def _plain(clip: Clip) -> str:
    return " ".join("".join(c for c in clip.text.lower() if c.isalnum() or c == " ").split())


def _pairs(groups: Iterable[list[Clip]]) -> set[frozenset[int]]:
    return {frozenset((a.line, b.line)) for clips in groups for a, b in combinations(clips, 2)}

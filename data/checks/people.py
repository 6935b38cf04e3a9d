"""Who speaks: people on both sides of a split, contradictions, groups that are too small."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from data.checks.corpus import Clip
from data.checks.rules import Evidence, Hit, Severity, rule
from data.checks.schema import allowed

_TRAINING = {"train"}
_ENOUGH_SPEAKERS, _ENOUGH_WORDS = 5, 500
"""As `python -m evaluation` demands for a figure of a group."""
GROUPS = ("gender", "age_group", "accent", "native_language", "device")
_OLDER_BY = 2


def _by_speaker(evidence: Evidence) -> dict[str, list[Clip]]:
    found: defaultdict[str, list[Clip]] = defaultdict(list)
    for clip in evidence.corpus.speech:
        if clip.speaker:
            found[clip.speaker].append(clip)
    return found


@rule(
    "speaker-in-both",
    Severity.ERROR,
    finds="speakers who are heard in training and in another split",
    why="A recogniser that knows the voice is better at it than at anybody else's.",
)
def speaker_in_both(evidence: Evidence) -> Iterator[Hit]:
    for speaker, clips in _by_speaker(evidence).items():
        splits = {clip.split for clip in clips if clip.split}
        if splits & _TRAINING and splits - _TRAINING:
            # The smaller side is what has to be moved
            sides = [[c for c in clips if (c.split in _TRAINING) == side] for side in (True, False)]
            fewer = min(sides, key=len)
            yield [clip.name for clip in fewer], f"speaker {speaker} is in {_listed(splits)}"


@rule(
    "speaker-changes",
    Severity.ERROR,
    finds="speakers with two genders, or with ages more than two years apart",
    why="Two people under one name, or a wrong field: groups and blocks of speakers are wrong.",
)
def speaker_changes(evidence: Evidence) -> Iterator[Hit]:
    for speaker, clips in _by_speaker(evidence).items():
        for field in ("gender", "native_language"):
            values = {clip.words(field) for clip in clips if allowed(clip, field)}
            if len(values) > 1:
                yield _rarest(clips, field), f"speaker {speaker} has {field} {_listed(values)}"
        ages = {str(clip.fields["age"]) for clip in clips if allowed(clip, "age")}
        years = sorted(int(age) for age in ages if age.isdecimal())
        if years and years[-1] - years[0] > _OLDER_BY:
            shown = f"{years[0]} to {years[-1]}"
            yield _rarest(clips, "age"), f"speaker {speaker} has ages {shown}"


def _rarest(clips: list[Clip], field: str) -> list[str]:
    """The clips that say what the fewest say."""
    saying: defaultdict[str, list[str]] = defaultdict(list)
    for clip in clips:
        if allowed(clip, field):
            saying[str(clip.fields[field])].append(clip.name)
    return min(saying.values(), key=len)


def _listed(values: Iterable[str]) -> str:
    return " and ".join(sorted(values))


@rule(
    "no-speaker",
    Severity.NOTE,
    finds="clips of which nobody knows who speaks",
    why="Clips of one person are alike: an interval that does not know it is too narrow.",
)
def no_speaker(evidence: Evidence) -> Iterator[Hit]:
    clips = evidence.corpus.speech
    unknown = [c.name for c in clips if not ({"speaker", "speakers"} & c.fields.keys())]
    if unknown:
        yield unknown, f"{len(unknown)} of {len(clips)} clips name no speaker"


@rule(
    "small-group",
    Severity.NOTE,
    finds="groups with fewer than 5 speakers or 500 words outside the training split",
    why="A figure of so few says more about them than about the group; none is given.",
)
def small_group(evidence: Evidence) -> Iterator[Hit]:
    judged = [clip for clip in evidence.corpus.speech if clip.split not in _TRAINING]
    for field in GROUPS:
        cells: defaultdict[str, list[Clip]] = defaultdict(list)
        for clip in judged:
            if allowed(clip, field):
                cells[clip.words(field)].append(clip)
        for value, clips in sorted(cells.items()):
            speakers = {clip.speaker for clip in clips if clip.speaker}
            words = sum(len(clip.text.split()) for clip in clips)
            if len(speakers) < _ENOUGH_SPEAKERS or words < _ENOUGH_WORDS:
                counted = f"{len(speakers)} speaker(s), {words} words"
                yield [c.name for c in clips], f"{field} {value}: {counted}"

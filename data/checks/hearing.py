"""The sound of speech: clipped, buried in noise, silent, half dead, cut off, of another kind."""

# Ch 16 · Data Quality: what a microphone or a script broke is told apart from what a recogniser cannot do

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from data.checks.corpus import Clip
from data.checks.files import audible, truncated_by_s
from data.checks.rules import Evidence, Hit, Severity, rule
from data.checks.sounds import Sounding

_CLIPPED = 0.001
_LOW_SNR_DB = 5.0
_SILENT = 0.95
_INAUDIBLE_DBFS = -60.0
_ZEROS = 0.25
_DEAD_DB = 40.0
_DC = 0.01
_EDGE_DB = 6.0
_CLEAN_DB = 10.0
"""With more noise than that no edge is quiet."""
_RECOGNISERS_RATE_HZ = 16_000


def spoken(evidence: Evidence) -> Iterator[tuple[Clip, Sounding]]:
    """Clips in which somebody should be heard. Noise and silence are what they are."""
    for clip, sounding in audible(evidence):
        if clip.is_speech and not _is_silent(sounding):
            yield clip, sounding


def _is_silent(sounding: Sounding) -> bool:
    loudest = max((each.level_dbfs for each in sounding.channels), default=_INAUDIBLE_DBFS)
    return sounding.silent_share > _SILENT or loudest <= _INAUDIBLE_DBFS


@rule(
    "silent",
    Severity.ERROR,
    finds="speech that is not to be heard: below -60 dBFS for 95 % of the time",
    why="Every word of its text counts as a deletion.",
    hears=True,
)
def silent(evidence: Evidence) -> Iterator[Hit]:
    for clip, sounding in audible(evidence):
        if clip.is_speech and _is_silent(sounding):
            share = sounding.silent_share
            yield (clip.name,), f"{share:.0%} of it is quieter than {_INAUDIBLE_DBFS:.0f} dBFS"


@rule(
    "clipping",
    Severity.WARNING,
    finds="flattened waves in more than 0.1 % of the samples of a channel",
    why="The tops are gone for good; recognisers hear a noise that follows the voice.",
    hears=True,
)
def clipping(evidence: Evidence) -> Iterator[Hit]:
    for clip, sounding in spoken(evidence):
        share = max(each.clipped_share for each in sounding.channels)
        if share > _CLIPPED:
            yield (clip.name,), f"{share:.1%} of the samples are at the limit"


@rule(
    "low-snr",
    Severity.WARNING,
    finds="speech less than 5 dB above the noise, as estimated",
    why="Whoever was recorded badly is heard badly: a gap between groups may be one of rooms.",
    hears=True,
)
def low_snr(evidence: Evidence) -> Iterator[Hit]:
    for clip, sounding in spoken(evidence):
        if sounding.snr_db is not None and sounding.snr_db < _LOW_SNR_DB:
            yield (clip.name,), f"{sounding.snr_db:.1f} dB"


@rule(
    "digital-zeros",
    Severity.WARNING,
    finds="speech a quarter of which is digital silence",
    why="No room is that quiet: lost packets, a gate, or the padding of a script.",
    hears=True,
)
def digital_zeros(evidence: Evidence) -> Iterator[Hit]:
    for clip, sounding in spoken(evidence):
        dead = _dead(sounding)
        share = max(c.zero_share for n, c in enumerate(sounding.channels, 1) if n not in dead)
        if share > _ZEROS:
            yield (clip.name,), f"{share:.0%} of it is one and the same value"


@rule(
    "dead-channel",
    Severity.WARNING,
    finds="a channel 40 dB quieter than the loudest one",
    why="Mixed to one channel the voice is half as loud; whoever had that microphone is not there.",
    hears=True,
)
def dead_channel(evidence: Evidence) -> Iterator[Hit]:
    for clip, sounding in spoken(evidence):
        for number in _dead(sounding):
            total, level = len(sounding.channels), sounding.channels[number - 1].level_dbfs
            yield (clip.name,), f"channel {number} of {total} has {level:.0f} dBFS"


def _dead(sounding: Sounding) -> list[int]:
    """Numbers of dead channels, from 1."""
    loudest = max(each.level_dbfs for each in sounding.channels)
    levels = enumerate((each.level_dbfs for each in sounding.channels), 1)
    return [number for number, level in levels if level < loudest - _DEAD_DB]


@rule(
    "dc-offset",
    Severity.WARNING,
    finds="a middle line displaced by more than 1 % of full scale",
    why="A fault of the sound card, and of speech so quiet that the offset is all one measures.",
    hears=True,
)
def displaced(evidence: Evidence) -> Iterator[Hit]:
    for clip, sounding in spoken(evidence):
        most = max((each.dc_offset for each in sounding.channels), key=abs)
        if abs(most) > _DC:
            yield (clip.name,), f"the mean is {most:+.3f} of full scale"


@rule(
    "cut-speech",
    Severity.NOTE,
    finds="clips that begin or end in the middle of a sound",
    why="Half a word is in the sound and a whole one, or none, in the text.",
    hears=True,
)
def cut_speech(evidence: Evidence) -> Iterator[Hit]:
    for clip, sounding in spoken(evidence):
        noisy = sounding.snr_db is None or sounding.snr_db < _CLEAN_DB
        if noisy or truncated_by_s(sounding):
            continue
        first, last = sounding.edges_db
        where = [name for name, db in (("begins", first), ("ends", last)) if db < _EDGE_DB]
        if where:
            yield (clip.name,), f"{' and '.join(where)} as loud as its loudest parts"


@rule(
    "narrow-band",
    Severity.WARNING,
    finds="files with fewer than 16,000 samples a second",
    why="Recognisers are trained on the band up to 8 kHz; telephone speech is another task.",
    hears=True,
)
def narrow_band(evidence: Evidence) -> Iterator[Hit]:
    low = [(c, s) for c, s in audible(evidence) if s.rate_hz < _RECOGNISERS_RATE_HZ]
    for rate_hz in sorted({sounding.rate_hz for _, sounding in low}):
        yield [c.name for c, s in low if s.rate_hz == rate_hz], f"{rate_hz} samples a second"


@rule(
    "odd-format",
    Severity.NOTE,
    finds="the few files with another rate or number of channels than nine tenths of the speech",
    why="They come from somewhere else: another device, another site, a mistake of a script.",
    hears=True,
)
def odd_format(evidence: Evidence) -> Iterator[Hit]:
    forms = {
        clip.name: (sounding.rate_hz, len(sounding.channels))
        for clip, sounding in audible(evidence)
        if clip.is_speech and sounding.rate_hz >= _RECOGNISERS_RATE_HZ and not _dead(sounding)
    }
    if not forms:
        return
    usual, count = Counter(forms.values()).most_common(1)[0]
    if count == len(forms) or count < 0.9 * len(forms):
        return
    for odd in sorted(set(forms.values()) - {usual}):
        named = [name for name, form in forms.items() if form == odd]
        yield (
            named,
            f"{odd[0]} Hz with {odd[1]} channel(s), elsewhere {usual[0]} Hz with {usual[1]}",
        )

"""All conditions by name, and those of which the heat map of a report is made."""

from __future__ import annotations

import difflib
from typing import Final

from evaluation.conditions.media import Coding
from evaluation.conditions.surroundings import Babble, Noise, Room
from evaluation.conditions.timing import Pause, Speed
from evaluation.conditions.transmission import Clean, Clipping, Coded, DeadChannel, Gain, Loss
from evaluation.conditions.types import Condition, Recipe, UnknownCondition

_BAND: Final = Coding("pcm_s16le", "wav", rate=8000)
_G711: Final = Coding("pcm_mulaw", "wav", rate=8000)
_AMR: Final = "libopencore_amrnb"
_AMR_LOOKS_AHEAD_S: Final = 0.005
_VOICE: Final = {"application": "voip"}

_ROOMS: Final = (
    ("impulse-response/impulse_response_0", "Small room"),
    ("impulse-response/rir1", "Room"),
    ("impulse-response/rir48000", "Large room"),
    ("impulse-response/stereo_impulse_response", "Hall"),
)
"""By clarity (energy of the first 50 ms to the rest): about 11, 7, 3 and -2 dB. The others of the
corpus are so dry that they are no condition."""


def _conditions() -> list[Condition]:
    made: list[Condition] = []
    severities: dict[str, int] = {}

    def add(family: str, name: str, title: str, recipe: Recipe) -> None:
        severities[family] = severities.get(family, 0) + 1
        made.append(Condition(name, family, severities[family], title, recipe))

    for snr in (20, 10, 5, 0):
        add("noise", f"noise-{snr}", f"Noise, {snr} dB below the speech", Noise(snr))
    for snr in (20, 10, 5, 0):
        add("babble", f"babble-{snr}", f"Six people talking, {snr} dB below", Babble(snr))
    for number, (response, title) in enumerate(_ROOMS, start=1):
        add("room", f"room-{number}", title, Room(response))
    add("telephone", "band-8khz", "Sampled at 8 kHz", Coded(_BAND))
    add("telephone", "g711", "Telephone, G.711 µ-law", Coded(_G711))
    for rate, name in ((12_200, "amr-12k"), (4_750, "amr-5k")):
        coding = Coding(_AMR, "amr", rate=8000, bit_rate=rate, delay_s=_AMR_LOOKS_AHEAD_S)
        add("telephone", name, f"Mobile telephone, AMR at {rate / 1000:g} kbit/s", Coded(coding))
    mp3 = Coding("libmp3lame", "mp3", bit_rate=32_000)
    add("codec", "mp3-32k", "MP3 at 32 kbit/s", Coded(mp3))
    for kilobits in (16, 8):
        coding = Coding("libopus", "ogg", bit_rate=1000 * kilobits, options=_VOICE)
        add("codec", f"opus-{kilobits}k", f"Opus at {kilobits} kbit/s", Coded(coding))
    for percent in (1, 5, 20):
        add("clip", f"clip-{percent}", f"{percent} % of it clipped", Clipping(percent / 100))
    for percent in (5, 10, 20):
        title = f"{percent} % of packets lost"
        add("loss", f"loss-{percent}", title, Loss(percent / 100))
    add("gain", "gain-20", "20 dB too soft", Gain(-20))
    add("gain", "gain+20", "20 dB too loud, clipped", Gain(20))
    add("channel", "dead-channel", "Stereo with a dead channel", DeadChannel())
    for factor in (1.25, 1.5):
        add("fast", f"speed-{factor:g}", f"{factor:g} times as fast", Speed(factor))
    add("slow", "speed-0.75", "0.75 times as fast", Speed(0.75))
    for seconds in (5, 20, 60):
        add("pause", f"pause-{seconds}s", f"{seconds} s of silence in the middle", Pause(seconds))
    return made


CLEAN: Final = Condition("clean", "clean", 0, "As recorded", Clean())
CONDITIONS: Final[dict[str, Condition]] = {each.name: each for each in [CLEAN, *_conditions()]}
FAMILIES: Final[dict[str, str]] = {
    "noise": "Noise",
    "babble": "Babble",
    "room": "Room",
    "telephone": "Telephone",
    "codec": "Codec",
    "clip": "Clipping",
    "loss": "Packet loss",
    "gain": "Gain",
    "channel": "Channel",
    "fast": "Fast speech",
    "slow": "Slow speech",
    "pause": "Silence in speech",
}
"""Families with their headings, in the order in which they are shown."""

SEVERITY_GRID: Final[dict[str, tuple[str, ...]]] = {
    family: tuple(
        each.name
        for each in CONDITIONS.values()
        if each.family == family and each.name not in ("pause-5s", "pause-60s")
    )
    for family in FAMILIES
}
"""The heat map: a row a family, from mild to severe."""


def condition(name: str) -> Condition:
    """Raises `UnknownCondition`, with the nearest names there are."""
    try:
        return CONDITIONS[name]
    except KeyError:
        near = difflib.get_close_matches(name, CONDITIONS) or list(CONDITIONS)
        raise UnknownCondition(
            f"There is no condition {name}. Did you mean: {', '.join(near)}?"
        ) from None

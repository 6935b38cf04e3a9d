"""The command: ``python -m data.synthesis.say`` reads terms aloud, one after the other.

Each line of its input is a JSON object: ``text``, ``sounds_like`` (may be empty), ``out`` (a path
that ends in .opus). Each is answered by a line: ``{"out": …}`` or ``{"error": …}``. The model is
loaded once, which takes longer than saying a term; it ends when its input does.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, Final

from data.synthesis import kokoro, styles
from data.synthesis.clips import EDGE_S
from data.synthesis.errors import SynthesisError
from data.synthesis.opus import write_opus
from data.synthesis.phonetics import joined
from data.synthesis.script import Script, Turn, parse_script
from data.synthesis.timeline import Speak, lay_out

VOICE: Final = "af_heart"
BIT_RATE: Final = 24_000
LONGEST: Final = 200


def main() -> int:
    try:
        with kokoro.kokoro([VOICE], styles.FOLDER, threads=1, fit=False) as speak:
            for line in sys.stdin:
                print(json.dumps(_answer(json.loads(line), speak)), flush=True)
    except SynthesisError as problem:
        print(json.dumps({"error": str(problem)}), flush=True)
        return 2
    return 0


def _answer(asked: dict[str, Any], speak: Speak) -> dict[str, str]:
    try:
        text, said = str(asked["text"])[:LONGEST], str(asked.get("sounds_like", ""))
        say(text, said, Path(asked["out"]), speak)
    except (SynthesisError, ValueError, OSError) as problem:
        return {"error": str(problem)}
    return {"out": str(asked["out"])}


def say(text: str, sounds_like: str, out: Path, speak: Speak) -> None:
    """Write the term as a clip, as training would read it. Raises `SynthesisError`, `OSError`."""
    turn = {"speaker": VOICE, "voice": VOICE, "text": text}
    respelled = {text: joined(text, sounds_like)} if sounds_like else {}
    (item,) = parse_script({"turns": [turn], "pronounce": respelled}, "the term").items
    assert isinstance(item, Turn)
    recording = lay_out(Script("", (item,), EDGE_S, EDGE_S, seed=0), speak)
    part = out.with_suffix(".part")
    write_opus(part, recording.samples, BIT_RATE)
    part.replace(out)


if __name__ == "__main__":
    sys.exit(main())

"""The command: ``python -m data.synthesis SCRIPT OUT.opus`` writes OUT.opus and OUT.json."""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from data.synthesis.errors import SynthesisError
from data.synthesis.kokoro import kokoro, provenance
from data.synthesis.opus import OpusFile, write_opus
from data.synthesis.script import Script, Turn, load_script
from data.synthesis.timeline import Recording, Span, Speak, Speech, lay_out

VOICES_VARIABLE = "LECTERN_VOICES"


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    try:
        synthesise(options.script, options.out, options.voices, options.threads, options.bit_rate)
    except SynthesisError as problem:
        print(f"data.synthesis: {problem}", file=sys.stderr)
        return 2
    return 0


def synthesise(path: Path, out: Path, voices: Path | None, threads: int, bit_rate: int) -> None:
    """Read the script aloud into ``out`` and describe the result in the JSON file beside it.

    Raises:
        SynthesisError: nothing was written.
    """
    if out.suffix != ".opus":
        raise SynthesisError(f"the output must be named *.opus, not {out.name!r}")
    if voices is None:
        raise SynthesisError(f"say where the voices are: --voices FOLDER or ${VOICES_VARIABLE}")
    script = load_script(path)
    with kokoro(script.voices, voices, threads) as speak:
        recording = lay_out(script, with_progress(speak, script))
    written = write_opus(out, recording.samples, bit_rate)
    description = {
        "title": script.title,
        **_describe(out, written, recording),
        "made_by": {
            "command": "python -m data.synthesis",
            "script": path.name,
            "script_sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
            **provenance(script.voices, voices),
        },
    }
    text = json.dumps(description, indent=2, ensure_ascii=False)
    out.with_suffix(".json").write_text(text + "\n", encoding="utf-8")
    print(f"{out.name}: {written.duration_s:.2f} s, {out.stat().st_size / 1000:.0f} kB")


def _describe(out: Path, written: OpusFile, recording: Recording) -> dict[str, Any]:
    return {
        "audio": out.name,
        "sha256": written.sha256,
        "duration_s": written.duration_s,
        "decoded_rate_hz": written.decoded_rate_hz,
        "channels": 1,
        "bit_rate": written.bit_rate,
        "synthetic": True,
        "turns": [
            {
                **_times(span),
                "speaker": span.item.speaker,
                "voice": span.item.voice,
                "text": span.item.text,
            }
            for span in recording.spans
            if isinstance(span.item, Turn)
        ],
        "gaps": [
            {
                **_times(span),
                "kind": "silence" if span.item.noise_dbfs is None else "noise",
                "level_dbfs": span.item.noise_dbfs,
            }
            for span in recording.spans
            if not isinstance(span.item, Turn)
        ],
    }


def _times(span: Span) -> dict[str, float]:
    return {"start_s": round(span.start_s, 4), "end_s": round(span.end_s, 4)}


def with_progress(speak: Speak, script: Script) -> Speak:
    """Say on the terminal how far it is: speech takes about as long to make as to hear."""
    turns = sum(isinstance(item, Turn) for item in script.items)
    done = 0

    def speaking(turn: Turn) -> Speech:
        nonlocal done
        done += 1
        if sys.stderr.isatty():
            end = "\n" if done == turns else ""
            print(f"\rturn {done} of {turns}", end=end, file=sys.stderr, flush=True)
        return speak(turn)

    return speaking


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m data.synthesis",
        description="Read a script aloud: OUT.opus, and OUT.json with the time of every turn.",
    )
    folder = os.environ.get(VOICES_VARIABLE)
    parser.add_argument("script", type=Path, metavar="SCRIPT", help="YAML or JSON, see README.md")
    parser.add_argument("out", type=Path, metavar="OUT.opus")
    parser.add_argument(
        "--voices",
        type=Path,
        default=Path(folder) if folder else None,
        help=f"folder of kokoro-js with the voices (*.bin); default ${VOICES_VARIABLE}",
    )
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--bit-rate", type=int, default=24_000, help="bits a second")
    return parser


if __name__ == "__main__":
    sys.exit(main())

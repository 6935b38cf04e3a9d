"""The command: ``python -m data.synthesis.corpus FOLDER`` reads every script of a corpus aloud.

FOLDER/scripts/*.yaml become FOLDER/audio/*.opus and FOLDER/manifest.jsonl. Turns that have been
made before are taken from the cache, so it can be interrupted at any time.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from data.synthesis.__main__ import VOICES_VARIABLE, with_progress
from data.synthesis.cache import cached
from data.synthesis.errors import SynthesisError
from data.synthesis.kokoro import kokoro, provenance
from data.synthesis.manifest import clip
from data.synthesis.opus import write_opus
from data.synthesis.script import load_script
from data.synthesis.timeline import lay_out


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    try:
        make(options.folder, options.voices, options.cache, options.threads, options.bit_rate)
    except SynthesisError as problem:
        print(f"data.synthesis.corpus: {problem}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\nStopped. The turns made so far are kept; run it again to go on.", file=sys.stderr)
        return 130
    return 0


def make(folder: Path, voices: Path | None, cache: Path, threads: int, bit_rate: int) -> None:
    """Write the recordings and, when all are there, the manifest.

    Raises:
        SynthesisError: a script is wrong (found before any speech is made), or a tool is missing.
    """
    if voices is None:
        raise SynthesisError(f"say where the voices are: --voices FOLDER or ${VOICES_VARIABLE}")
    paths = sorted((folder / "scripts").glob("*.yaml"))
    if not paths:
        raise SynthesisError(f"there is no script in {folder / 'scripts'}")
    scripts = {path: load_script(path) for path in paths}
    names = sorted({voice for script in scripts.values() for voice in script.voices})
    (folder / "audio").mkdir(exist_ok=True)
    rows = []
    with kokoro(names, voices, threads) as speak:
        kept = cached(speak, cache, provenance(names, voices))
        for path, script in scripts.items():
            recording = lay_out(script, with_progress(kept, script))
            written = write_opus(
                folder / "audio" / f"{path.stem}.opus", recording.samples, bit_rate
            )
            script_sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
            rows.append(clip(path.stem, script, script_sha256, recording, written))
            print(f"{path.stem}: {written.duration_s:.1f} s", flush=True)
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    part = folder / "manifest.jsonl.part"
    part.write_text(lines, encoding="utf-8")
    part.replace(folder / "manifest.jsonl")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m data.synthesis.corpus",
        description="Read all scripts of a corpus aloud and write its manifest.",
    )
    voices = os.environ.get(VOICES_VARIABLE)
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="has scripts/*.yaml")
    parser.add_argument(
        "--voices",
        type=Path,
        default=Path(voices) if voices else None,
        help=f"folder of kokoro-js with the voices (*.bin); default ${VOICES_VARIABLE}",
    )
    parser.add_argument(
        "--cache",
        type=Path,
        default=Path(os.environ.get("LECTERN_HOME", ".lectern")) / "synthesis" / "turns",
        help="folder of turns made before; may be deleted. Default %(default)s",
    )
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--bit-rate", type=int, default=24_000, help="bits a second")
    return parser


if __name__ == "__main__":
    sys.exit(main())

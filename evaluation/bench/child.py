"""One engine, one model, one corpus, in a process of its own; the result is a line of JSON."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict

from evaluation.bench.engines import ENGINES
from evaluation.corpora import load


def main() -> None:
    engine, model, corpus, limit = sys.argv[1:5]
    clips = load(corpus)[: int(limit) or None]
    run = ENGINES[engine](model, [clip.audio for clip in clips])
    print(json.dumps({"audio_s": sum(clip.duration_s for clip in clips), **asdict(run)}))


if __name__ == "__main__":
    main()

"""What people do with OpenAI's client, in whatever version of it stands in the path.

    python -I -S check.py FOLDER ADDRESS KEY RECORDING SPANISH

It knows nothing of us; what it saw is printed as one line of JSON.
"""

from __future__ import annotations

import json
import sys
import warnings

folder, address, key, recording, spanish = sys.argv[1:6]
if folder:
    sys.path.insert(0, folder)

import openai  # noqa: E402

warnings.simplefilter("ignore", DeprecationWarning)


def seen() -> dict[str, object]:
    client = openai.OpenAI(base_url=address, api_key=key, timeout=90)
    transcribe = client.audio.transcriptions.create
    with open(recording, "rb") as file:  # noqa: PTH123 (as in OpenAI's own examples)
        plain = transcribe(model="whisper-1", file=file)
    with open(recording, "rb") as file:  # noqa: PTH123
        sound = ("speech.opus", file.read())
    times = transcribe(
        model="tiny.en",
        file=sound,
        response_format="verbose_json",
        timestamp_granularities=["word", "segment"],
    )
    events = list(
        transcribe(model="tiny.en", file=sound, stream=True, extra_body={"hotwords": "train"})
    )
    with open(spanish, "rb") as file:  # noqa: PTH123
        english = client.audio.translations.create(model="whisper-1", file=file)
    try:
        transcribe(model="whisper-9", file=sound)
    except openai.NotFoundError as error:
        refused = (error.code, error.param, bool(error.request_id))
    return {
        "version": openai.__version__,
        "plain": plain.text,
        "language": times.language,
        "duration": float(times.duration),
        "segments": [(s.id, s.start, s.end, s.text, s.avg_logprob) for s in times.segments],
        "words": [(w.word, w.start, w.end) for w in times.words],
        "events": [event.type for event in events],
        "deltas": "".join(getattr(event, "delta", "") for event in events),
        "done": events[-1].text,
        "english": english.text,
        "refused": refused,
        "models": [model.id for model in client.models.list()],
        "alias": client.models.retrieve("whisper-1").id,
    }


print(json.dumps(seen()))

"""What tests of the decoder share: a good file, and decoding something to its end."""

from __future__ import annotations

import io

from app.media.client import DecoderClient, Summary
from tests.support import media

GOOD = media.speech_like_wav(2)


def total(client: DecoderClient, data: bytes, max_s: float = 600) -> Summary:
    with client.decode(io.BytesIO(data), max_s) as decoding:
        for _ in decoding:
            pass
        return decoding.summary

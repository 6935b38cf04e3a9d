"""Uploaded media: what a file is by its content, and the client of the sandboxed decoder.

Nothing in here runs FFmpeg. The bytes of strangers are only ever decoded by `worker.decoder`.
"""

from app.media.client import AudioInfo, DecoderClient, Decoding, Summary
from app.media.containers import CONTAINERS, Container
from app.media.errors import MediaError
from app.media.sniff import SNIFF_BYTES, Sniffer, describe, sniff

__all__ = [
    "CONTAINERS",
    "SNIFF_BYTES",
    "AudioInfo",
    "Container",
    "DecoderClient",
    "Decoding",
    "MediaError",
    "Sniffer",
    "Summary",
    "describe",
    "sniff",
]

"""A transcript in the formats people's other programs read.

`choosing` turns a request into a format (`registry`) and options; the format's writer turns
segments into the file, a piece at a time. Each file says by its own means that a machine wrote it
(`made`) and what to check (`doubts`).
"""

from __future__ import annotations

from app.transcriptions.exports.registry import FORMATS, Format, Preset

__all__ = ["FORMATS", "Format", "Preset"]

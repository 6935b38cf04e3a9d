"""Subtitles by the rules of the trade: words in, cues out, nothing cut and nothing lost.

`tokens` (words in order) -> `splitting` (where a cue ends) -> `timing` (when it stands) -> `lines`
(where its line breaks) -> `cues` (and what rule could not be kept) -> `formats`.
"""

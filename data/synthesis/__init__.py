"""Synthesised speech: scripts of turns read aloud by Kokoro-82M, with the exact time of every turn.

A tool of its own, run as ``python -m data.synthesis`` in its own virtual environment, because the
phonemisers it needs are GPL-3: the product commits what it makes and never imports it.
"""

"""How good the transcripts are: what the evaluation suite measured, for people who look and listen.

The suite writes results files, this package reads them; it computes no figure of its own.
"""

"""Correcting a transcript: edits that keep what the machine said, revisions, the final word."""

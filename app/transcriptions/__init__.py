"""Transcription jobs: submitted, worked on in windows, read, exported."""

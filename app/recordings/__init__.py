"""Uploaded audio: received, identified, kept, served."""

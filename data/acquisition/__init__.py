"""Corpora of recorded speech from their public homes: fetched, checked, brought into one form."""

"""Previews: what a domain changes, shown on the first minutes of a recording."""

"""The sample recording of the first page."""

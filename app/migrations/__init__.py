"""The schema's history, and the one call that brings a database up to date."""

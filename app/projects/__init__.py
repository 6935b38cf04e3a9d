"""Projects: recordings that belong together, what they share, and when they are deleted."""

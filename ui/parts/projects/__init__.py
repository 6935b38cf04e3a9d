"""The pieces of the Projects page."""

"""Runs shown to people: one page of HTML, and coloured alignments in the terminal."""

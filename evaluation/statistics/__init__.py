"""How sure we are: intervals, comparisons, groups, and what is left when recording quality is held.

Pure functions of arrays; no audio, no files, no text. Rates are fractions 0-1, never percent.
"""

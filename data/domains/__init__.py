"""Domains: the fields the recogniser is adapted to. Code to read them; a folder for each.

A folder that has a `domain.toml` is a domain: `dictation`, `medicine`, `poverty-research`, `ruby`.
"""

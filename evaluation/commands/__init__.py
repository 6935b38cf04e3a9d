"""The commands of `python -m evaluation`, a module each."""

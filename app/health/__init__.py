"""Alive, and able to take work."""

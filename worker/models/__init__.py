"""Weights: found, put together, and checked against their published sums before they are used."""

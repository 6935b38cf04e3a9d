"""Adapting a model to a domain: the only part of the product that needs torch."""

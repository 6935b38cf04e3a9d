"""Corpora, domains, model sums and the checks of them."""

"""Decoded samples in, words with times out: one small module a stage, joined by iterators.

decode -> speech -> windows -> recognise -> guard -> assemble
"""

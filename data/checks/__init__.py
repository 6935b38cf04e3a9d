"""Is a corpus fit to judge and to train by? Rules that look at its manifest, sound and text."""

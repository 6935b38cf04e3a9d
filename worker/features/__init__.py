"""Encoder features: made once, kept for a day, the same for serving and for training."""

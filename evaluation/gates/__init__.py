"""Reviewed thresholds that a run must meet before a model or a change is released."""

"""Training in the background: a process that makes the adapters customers asked for."""

"""Which models may be asked for."""

"""Local mode: who may talk to a product that runs on one person's computer."""

"""A run: one model heard one corpus, once. All of it is kept, so that it can be scored again."""

"""Sound as numbers: files decoded to arrays, and what can be measured on them without a model."""

"""Which version of a domain's model serves, since when, why, and what the others made."""

"""Where uploaded bytes live: a small interface, and a local folder behind it."""

"""Terms of a field, found in a page of text: a process of its own for each document."""

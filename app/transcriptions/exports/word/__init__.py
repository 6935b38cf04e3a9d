"""Word documents: a transcript to read and comment on, and the table NVivo imports."""

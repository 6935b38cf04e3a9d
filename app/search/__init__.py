"""Search in transcripts: words, phrases and beginnings of words, and the moments they are said."""

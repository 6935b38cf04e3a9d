"""Files for programs of qualitative research."""

"""The script of an interview of any length, in which no sentence is said twice."""

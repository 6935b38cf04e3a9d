"""Sound in which nobody speaks, made by recipe: what a recogniser must stay silent on.

Every kind is a function of a length and a random generator; numpy is all it needs. Nothing here
contains recorded or synthesised speech, so every word that is heard in it is invented.
"""

"""The Domains page in parts: the list, making one, its glossary, and what it changes."""

"""Domains: a field's glossary, and the adapter that serves it."""

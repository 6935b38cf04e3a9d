"""What a customer gave for an adapter."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Order:
    name: str
    """Of the domain."""
    title: str
    about: str
    parent: str
    terms: tuple[tuple[str, str], ...]
    """Each with how it sounds; empty: as it is written."""
    text: str

"""Identifiers: a prefix that names the kind, then a UUIDv7, so that they sort by creation."""

from __future__ import annotations

from uuid6 import uuid7


def new_id(prefix: str) -> str:
    """For example `tr_0193c2…`: 32 hexadecimal digits, unique without asking a database."""
    return f"{prefix}_{uuid7().hex}"

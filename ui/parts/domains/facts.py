"""What is said of a domain in a line."""

from __future__ import annotations

import re

from ui import wire_domains as wire
from ui.words import many, say

_OUTSIDE = re.compile(r"[^a-z0-9]+")
_LONGEST = 63


def serves(domain: wire.DomainSummary) -> str:
    """`whisper-base with adapter version 2`, or what there is without an adapter."""
    if domain.model_version is None:
        return say("glossary only")
    return say(
        "{parent} with adapter version {number}",
        parent=domain.parent,
        number=domain.model_version,
    )


def line(domain: wire.DomainSummary) -> str:
    """`161 terms · glossary only · comes with Lectern`."""
    origin = say("comes with Lectern") if domain.shipped else say("yours")
    return " · ".join((many(domain.terms, "{count} term", "{count} terms"), serves(domain), origin))


def short_name(title: str) -> str:
    """`Poverty research` -> `poverty-research`: what addresses and the command line say."""
    return _OUTSIDE.sub("-", title.casefold()).strip("-")[:_LONGEST].strip("-")

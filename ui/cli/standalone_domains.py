"""Domains without a product: those that come with Lectern, read from their folders.

Part of `ui.cli.standalone`, and like it imported only when no product runs.
"""

from __future__ import annotations

from app.clock import now
from app.domains.service import Use
from app.models.names import adapted
from app.transcriptions import options
from data.domains import folder as folders
from data.domains.folder import DomainError, DomainFolder
from data.domains.record import VersionRecord
from ui import wire_domains as wire
from ui.cli.exits import Exit, Stop


def use(name: str, asked: options.Request) -> Use:
    """What a domain that comes with Lectern stands for: its glossary, and its adapter if it passed.

    Raises `Stop`: there is none of that name without the product.
    """
    folder = _domain(name)
    model = asked.model
    parent = folder.parent if not asked.named else model
    if folder.parent == parent and folder.adapter.is_file() and folder.record.is_file():
        record = VersionRecord.read(folder.record)
        # Ch 15 · Model Quality: an adapter that did not pass its gate is not used, whoever asks
        if record.passed:
            model = adapted(parent, record.adapter.sha256)
    return Use(
        domain_id=folder.name,
        glossary_id=None,
        version_id=None,
        model=model,
        language=folder.language,
        terms=tuple(term.term for term in folder.terms),
        sounds=tuple((term.term, term.sounds_like) for term in folder.terms),
    )


def _domain(name: str) -> DomainFolder:
    try:
        return folders.read(folders.shipped()[name])
    except KeyError:
        known = ", ".join(folders.shipped())
        raise Stop(
            f"There is no domain {name!r} without the product; there are {known}. Nothing was done."
            " Your own domains are there when Lectern runs: start it with `make run`.",
            Exit.USAGE,
            "domain_not_found",
        ) from None
    except DomainError as error:
        raise Stop(str(error), Exit.UNUSABLE, "domain_unusable") from error


def shipped() -> list[wire.Domain]:
    """The domains that come with Lectern, as the product would tell of them."""
    found = [_domain(name) for name in folders.shipped()]
    return [
        wire.Domain(
            name=each.name,
            title=each.title,
            about=each.about,
            language=each.language,
            parent=each.parent,
            shipped=True,
            terms=len(each.terms),
            glossary=wire.Glossary(
                number=1,
                terms=[wire.Term(term=t.term, sounds_like=t.sounds_like) for t in each.terms],
                created_at=now(),
            ),
        )
        for each in found
    ]

"""`lectern domains`: what there is, what is in one, make one of a list or a text, remove one."""

from __future__ import annotations

import sys
from pathlib import Path

from ui import wire_domains as wire
from ui.cli import find
from ui.cli.api import CommandClient
from ui.cli.asking import answered, running, tell
from ui.cli.exits import Exit, Stop
from ui.cli.progress import Bars, messages
from ui.client import ApiError

TAKEN = 100
"""Terms taken of a text: the first ones, which are nearly all terms. A list is taken whole."""
LARGEST_BYTES = 20_000_000
_USAGE = frozenset(
    {"domain_not_found", "domain_exists", "bad_domain_name", "domain_shipped", "invalid_request"}
)


def show_all(as_json: bool) -> Exit:
    """Raises `Stop`: a product was named and cannot be asked."""
    client = _client()
    found = [*(answered(client.domains, _USAGE) if client else _shipped())]
    if as_json:
        tell([each.model_dump(mode="json", exclude={"glossary"}) for each in found])
        return Exit.FINE
    width = max((len(each.name) for each in found), default=0)
    for each in found:
        sys.stdout.write(f"{each.name:{width}}  {each.terms:4} terms  {_served(each)}\n")
    if client is None:
        messages().print("No product is running: these come with Lectern; your own are not shown.")
    return Exit.FINE


def show(name: str, as_json: bool) -> Exit:
    """Raises `Stop`: there is no such domain."""
    client = _client()
    domain = answered(lambda: client.domain(name), _USAGE) if client else _shipped_one(name)
    if as_json:
        tell(domain.model_dump(mode="json"))
        return Exit.FINE
    sys.stdout.write(f"{domain.title} ({domain.name})\n")
    if domain.about:
        sys.stdout.write(f"{domain.about}\n")
    sys.stdout.write(f"{domain.terms} terms, {_served(domain)}\n\n")
    terms = domain.glossary.terms if domain.glossary else []
    width = max((len(term.term) for term in terms), default=0)
    for term in terms:
        sys.stdout.write(f"{term.term:{width}}  {term.sounds_like}".rstrip() + "\n")
    return Exit.FINE


def make(
    name: str,
    *,
    terms: Path | None,
    text: Path | None,
    title: str,
    about: str,
    as_json: bool,
) -> Exit:
    """Raises `Stop`: no domain was made, with the reason."""
    if (terms is None) == (text is None):
        raise Stop(
            "Give either --terms FILE, a list, or --text FILE, a text in which terms are looked"
            " for. Nothing was made.",
            Exit.USAGE,
        )
    client = _product()
    file = terms or text
    assert file is not None
    content = _content(file)
    with Bars(messages()) as bars:
        bar = bars.add(file.name)
        bar.says("looking for terms")
        try:
            found = answered(lambda: client.propose(file.name, content), _USAGE)
        finally:
            bar.end()
    if terms is not None and found.prose:
        raise Stop(
            f"{file} is a text and not a list of terms. Nothing was made. Give it with --text, or a"
            " file with one term a line, or a CSV file with the columns term and sounds_like.",
            Exit.USAGE,
            "not_a_list",
        )
    chosen = found.terms[:TAKEN] if found.prose else found.terms
    made = answered(
        lambda: client.make_domain(name, title=title or name, about=about, terms=chosen), _USAGE
    )
    kept = _text_kept(client, name, found)
    if as_json:
        tell(made.model_dump(mode="json") | {"text_kept": kept == ""})
        return Exit.FINE
    sys.stdout.write(f"{made.name}: {made.terms} terms. `lectern domains show {made.name}`\n")
    for note in [*found.notes, *([kept] if kept and found.prose else [])]:
        messages().print(f"Note: {note}")
    return Exit.FINE


def remove(name: str, as_json: bool) -> Exit:
    """Raises `Stop`: it is not there, or comes with Lectern."""
    client = _product()
    answered(lambda: client.remove_domain(name), _USAGE)
    if as_json:
        tell({"removed": name})
    else:
        sys.stdout.write(f"{name} is removed. Transcripts made with it stay.\n")
    return Exit.FINE


def _text_kept(client: CommandClient, name: str, found: wire.Proposals) -> str:
    """Why the text was not kept for training; empty: it was."""
    if not found.prose:
        return "a list is no text"
    try:
        client.keep_domain_text(name, found.text)
    except ApiError as error:
        return f"The text was not kept for training: {error.detail}"
    return ""


def _client() -> CommandClient | None:
    product = find.find()
    return CommandClient(product.settings) if product else None


def _product() -> CommandClient:
    found = running(
        "No product is running, and domains of your own live in it. Nothing was changed. Start"
        " it with `make run`."
    )
    return CommandClient(found.settings)


def _shipped() -> list[wire.Domain]:
    from ui.cli import standalone_domains

    return standalone_domains.shipped()


def _shipped_one(name: str) -> wire.Domain:
    found = {each.name: each for each in _shipped()}
    if name not in found:
        raise Stop(
            f"There is no domain {name!r} without the product; there are {', '.join(found)}.",
            Exit.USAGE,
            "domain_not_found",
        )
    return found[name]


def _served(domain: wire.DomainSummary) -> str:
    if domain.model_version is None:
        return "glossary only"
    return f"{domain.parent} with adapter version {domain.model_version}"


def _content(file: Path) -> bytes:
    try:
        if file.stat().st_size > LARGEST_BYTES:
            raise Stop(
                f"{file} is larger than {LARGEST_BYTES / 1e6:.0f} MB. Nothing was sent. Give a part"
                " of it, or its text.",
                Exit.SOME_FAILED,
                "document_too_large",
            )
        return file.read_bytes()
    except OSError as error:
        raise Stop(
            f"{file} cannot be read ({error.strerror}). Nothing was made.", Exit.SOME_FAILED
        ) from error

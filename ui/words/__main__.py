"""What is missing in the catalogues; `update` writes them anew from the sources first.

    python -m ui.words            # says what is missing, and fails when anything is
    python -m ui.words update     # the same after `make words`' first half

New messages stand in `de.po` with an empty translation; nothing is guessed from similar ones.
"""

from __future__ import annotations

import sys
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import write_po

from ui.words.catalogue import FOLDER, LANGUAGES, SOURCE, translated
from ui.words.collect import template
from ui.words.unwrapped import unwrapped


def update() -> None:
    """Bring `messages.pot` and every `.po` up to date with the sources."""
    found = template()
    _write(FOLDER / "messages.pot", found)
    for language in LANGUAGES:
        if language == SOURCE:
            continue
        path = FOLDER / f"{language}.po"
        catalogue = translated(language) if path.exists() else Catalog(locale=language)
        catalogue.update(found, no_fuzzy_matching=True, update_header_comment=False)
        catalogue.obsolete.clear()
        _write(path, catalogue)


def missing() -> list[str]:
    """A line for each message that is not translated, and for each word that is no message yet."""
    known = template()
    lines = [f"{place}: not wrapped: {text!r}" for place, text in unwrapped()]
    for language in LANGUAGES:
        if language == SOURCE:
            continue
        catalogue = translated(language)
        for message in known:
            if message.id and not _done(catalogue.get(message.id, message.context)):
                lines.append(f"{language}: {message.id!r}")
        lines += [
            f"{language}: not in the sources any more: {message.id!r}"
            for message in catalogue
            if message.id and known.get(message.id, message.context) is None
        ]
    return lines


def _done(message: Message | None) -> bool:
    if message is None or message.fuzzy:
        return False
    said = message.string or ""
    return bool(said) and all([said] if isinstance(said, str) else said)


def _write(path: Path, catalogue: Catalog) -> None:
    # Names of files without lines, no dates: a change elsewhere changes nothing here
    with path.open("wb") as file:
        write_po(file, catalogue, width=100, include_lineno=False, sort_output=True,
                 ignore_obsolete=True, omit_header=False)  # fmt: skip
    text = path.read_text()
    kept = [line for line in text.splitlines() if not line.startswith(_DATED)]
    path.write_text("\n".join(kept).rstrip() + "\n")


_DATED = (
    '"POT-Creation-Date', '"PO-Revision-Date', '"Generated-By', '"Report-Msgid', '"Last-Translator',
    '"Language-Team', "# Copyright", "# This file is", "# FIRST AUTHOR", "#, fuzzy",
)  # fmt: skip


def main(arguments: list[str]) -> int:
    if arguments == ["update"]:
        update()
    elif arguments:
        print("Use: python -m ui.words [update]", file=sys.stderr)
        return 2
    lines = missing()
    print("\n".join(lines) if lines else "Every word is in the catalogue and translated.")
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""How the public corpora are laid out: a module a home, all with one interface.

A source reads the files of a corpus and yields `Found` clips: what was said, by whom, and where the
audio lies for the moment. `data.acquisition.build` makes a corpus of them.
"""

from __future__ import annotations

from importlib import import_module

from data.acquisition.description import Kind
from data.acquisition.sources.common import Source

_MODULES: dict[Kind, str] = {
    "librispeech": "librispeech",
    "an4": "an4",
    "speechocean": "speechocean",
    "common-voice": "common_voice",
    "fleurs": "fleurs",
    "parquet": "parquet",
    "table": "table",
}


def source(kind: Kind) -> Source:
    """The source of a kind of corpus; `copy` has none."""
    module: Source = import_module(f"data.acquisition.sources.{_MODULES[kind]}").SOURCE
    return module

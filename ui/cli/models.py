"""`lectern models`: names, the default, and whether the weights are what was published."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict, dataclass

from ui.cli import find
from ui.cli.api import CommandClient
from ui.cli.exits import Exit, Stop
from ui.cli.progress import Bars, messages
from ui.client import ApiError

OK, UNUSABLE, UNCHECKED, SERVES = "ok", "unusable", "unchecked", "serves"


@dataclass(frozen=True, slots=True)
class Model:
    name: str
    default: bool
    weights: str
    """`ok`: present, sums right. `unusable`: see `detail`. `unchecked`: from a hub, when used.
    `serves`: a product's adapted model, which the worker checks when it merges it."""
    detail: str
    sha256: str | None = None
    """Of model.bin."""
    domain: str | None = None
    """That the model serves with its adapter."""
    version: int | None = None


def run(as_json: bool) -> Exit:
    """Raises `Stop`: a product was named and cannot be asked."""
    with Bars(messages()) as bars:
        bar = bars.add("models")
        bar.says("checking the weights")
        found = [model(name, i == 0) for i, name in enumerate(names())]
        bar.end()
    found += serving()
    if as_json:
        sys.stdout.write(json.dumps([asdict(m) for m in found], indent=2) + "\n")
    else:
        width = max(len(m.name) for m in found)
        for m in found:
            default = "default" if m.default else "       "
            sys.stdout.write(f"{m.name:{width}}  {default}  {m.detail}\n")
    return Exit.UNUSABLE if found[0].weights == UNUSABLE else Exit.FINE


def names() -> list[str]:
    """Those of the running product, else those this computer would use."""
    product = find.find()
    if product is None:
        from ui.cli import standalone

        return standalone.names()
    try:
        return CommandClient(product.settings).models()
    except ApiError as error:
        raise Stop(error.detail, Exit.UNUSABLE, error.code) from error


def serving() -> list[Model]:
    """The adapted models of the running product, one a domain that has one."""
    product = find.find()
    if product is None:
        return []
    try:
        served = CommandClient(product.settings).serving()
    except ApiError as error:
        raise Stop(error.detail, Exit.UNUSABLE, error.code) from error
    return [
        Model(
            version.name,
            False,
            SERVES,
            f"serves {each.domain}, version {version.number}",
            domain=each.domain,
            version=version.number,
        )
        for each in served
        if (version := each.champion) is not None
    ]


def model(name: str, default: bool) -> Model:
    """What this computer has of a model; hashes its files."""
    from ui.cli import standalone

    try:
        weights = standalone.weights_of(name)
    except Stop as stop:
        return Model(name, default, UNUSABLE, stop.message)
    if weights is None:
        return Model(name, default, UNCHECKED, "fetched from its hub when it is first used")
    said = "weights present, sums right"
    if not standalone.is_official(name):
        said = "weights present (there are no published sums to compare with)"
    return Model(name, default, OK, f"{said} ({weights.version[:12]}…)", weights.version)

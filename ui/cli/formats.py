"""Which file is to be written: asked of the product, or of the code itself when none runs."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence

from ui import wire_exports as wire
from ui.cli import find
from ui.cli.api import CommandClient
from ui.cli.exits import Exit, Stop
from ui.cli.outcome import Asked, Chosen
from ui.client import ApiError


def choose(asked: Asked, product: find.Product | None) -> Chosen:
    """The file that was asked for, checked before anything is transcribed for it.

    Raises `Stop`, naming what there is: no such format, preset or option.
    """
    formats = {each.name: each for each in known(product).items}
    found = formats.get(asked.format)
    if found is None:
        raise _usage(f"There is no format {asked.format!r}; there are {', '.join(formats)}.")
    presets = [each.name for each in found.presets]
    if asked.preset is not None and asked.preset not in presets:
        raise _usage(
            f"The format {found.name} has no preset {asked.preset!r}; it has {', '.join(presets)}."
        )
    options = _options(found, asked.settings)
    params = {"format": found.name} | ({"preset": asked.preset} if asked.preset else {})
    return Chosen(found.name, found.suffix, found.binary, found.report, params | options)


def _options(format: wire.Format, given: Sequence[str]) -> dict[str, str]:
    allowed = {each.name: [value.value for value in each.values] for each in format.options}
    found: dict[str, str] = {}
    for setting in given:
        name, equals, value = setting.partition("=")
        if not equals or name not in allowed:
            has = ", ".join(f"{each}={'|'.join(values)}" for each, values in allowed.items())
            raise _usage(
                f"The format {format.name} has no option {setting!r}; it has {has or 'none'}."
            )
        if value not in allowed[name]:
            raise _usage(f"{name} is {' or '.join(allowed[name])}, not {value!r}.")
        found[name] = value
    return found


def _usage(message: str) -> Stop:
    return Stop(f"{message} Nothing was done; see `lectern formats`.", Exit.USAGE)


def known(product: find.Product | None) -> wire.Formats:
    """Raises `Stop`: a product runs and cannot be asked."""
    if product is None:
        from ui.cli import standalone_exports  # the product's own code: only when it is needed

        return standalone_exports.formats()
    try:
        return CommandClient(product.settings).formats()
    except ApiError as error:
        raise unusable(error) from error


def unusable(error: ApiError) -> Stop:
    hint = ""
    if error.status in (401, 403):
        hint = " Set LECTERN_HOME to the folder of the product that is running."
    return Stop(error.detail + hint, Exit.UNUSABLE, error.code)


def run(as_json: bool) -> Exit:
    """All of them, with presets and options; the first of each is the default."""
    found = known(find.find())
    if as_json:
        sys.stdout.write(json.dumps(found.model_dump(mode="json"), indent=2) + "\n")
        return Exit.FINE
    for each in found.items:
        sys.stdout.write(f"{each.name:8} {each.label}. {each.about}\n")
        _list("preset", {preset.name: preset.label for preset in each.presets})
        _list(
            "set",
            {
                f"{option.name}={'|'.join(value.value for value in option.values)}": option.label
                for option in each.options
            },
        )
    return Exit.FINE


def _list(what: str, lines: Mapping[str, str]) -> None:
    for name, label in lines.items():
        sys.stdout.write(f"         --{what} {name:28} {label}\n")

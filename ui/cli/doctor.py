"""`lectern doctor`: what would keep the product from working here, found before it does."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass

from ui.cli import machine
from ui.cli.exits import Exit
from ui.cli.finding import Finding, fine, problem
from ui.cli.progress import Bars, messages
from ui.settings import Settings

REINSTALL = "Run `make setup` in the checkout."


@dataclass(frozen=True, slots=True)
class Check:
    name: str
    look: Callable[[], Finding]


def run(as_json: bool) -> Exit:
    """Make every check, also after one that failed."""
    findings: list[tuple[str, Finding]] = []
    checks = _checks()
    with Bars(messages()) as bars:
        bar = bars.add("doctor")
        for check in checks:
            bar.says(check.name)
            findings.append((check.name, _outcome(check)))
        bar.end()
    if as_json:
        told = [{"check": name, **asdict(finding)} for name, finding in findings]
        sys.stdout.write(json.dumps(told, indent=2) + "\n")
    else:
        _print(findings)
    return Exit.FINE if all(finding.ok for _, finding in findings) else Exit.SOME_FAILED


def _checks() -> list[Check]:
    home = Settings().home
    return [
        Check("python", machine.python),
        Check("cores", machine.cores),
        Check("instructions", machine.instructions),
        Check("memory", machine.memory),
        Check("home", lambda: machine.writable(home)),
        Check("disk", lambda: machine.disk(home)),
        Check("sockets", _sockets),
        Check("product", _product),
        Check("decoder", _decoder),
        Check("weights", _weights),
    ]


def _outcome(check: Check) -> Finding:
    try:
        return check.look()
    except Exception as error:  # noqa: BLE001 (whatever keeps a check from running is a finding)
        return problem(f"{type(error).__name__}: {error}", REINSTALL)


def _print(findings: list[tuple[str, Finding]]) -> None:
    for name, finding in findings:
        sys.stdout.write(f"{'ok     ' if finding.ok else 'problem'}  {name:12}  {finding.found}\n")
        if finding.advice:
            sys.stdout.write(f"{'':23}{finding.advice}\n")
    wrong = sum(not finding.ok for _, finding in findings)
    told = (
        "Nothing is wrong." if not wrong else f"{wrong} of {len(findings)} checks found a problem."
    )
    sys.stdout.write(f"\n{told}\n")


def _sockets() -> Finding:
    from ui.cli import standalone

    return machine.socket_length(standalone.socket_path())


def _product() -> Finding:
    """Running and ready, or not running and free to start."""
    from ui.cli import find
    from ui.cli.api import CommandClient

    product = find.find()
    if product is None:
        return machine.ports()
    readiness = CommandClient(product.settings).readiness()
    if readiness["ready"]:
        return fine(f"running at {product.api}, ready")
    wrong = ", ".join(
        f"{name}: {says}" for name, says in readiness["checks"].items() if says != "ok"
    )
    return problem(
        f"running at {product.api}, but not ready ({wrong})",
        "Wait a minute and look again; if it stays so, stop it and start it again.",
    )


def _decoder() -> Finding:
    from ui.cli import standalone

    with machine.tone() as recording:
        seconds = standalone.decoded_s(recording)
    if abs(seconds - 1.0) > 0.01:
        return problem(f"decoded {seconds:.2f} s of a recording of 1 s", REINSTALL)
    return fine("a second of generated sound was decoded")


def _weights() -> Finding:
    from ui.cli import models, standalone

    found = [models.model(name, default=i == 0) for i, name in enumerate(standalone.names())]
    wrong = [model.detail for model in found if model.weights == models.UNUSABLE]
    if wrong:
        return problem("not every model can be used", " ".join(wrong))
    return fine(", ".join(f"{model.name} {model.weights}" for model in found))

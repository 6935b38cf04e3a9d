"""`docs/openapi.json`: the description of the API, as the product gives it at `/openapi.json`."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

from app.main import create_app
from app.settings import Settings

FILE = Path(__file__).resolve().parent.parent / "docs" / "openapi.json"


def document() -> dict[str, Any]:
    """Of the application as the checkout has it, whatever the settings of this computer."""
    with tempfile.TemporaryDirectory() as home:
        return create_app(Settings(home=Path(home), _env_file=None)).openapi()


def written(described: dict[str, Any]) -> str:
    return json.dumps(described, indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    FILE.write_text(written(document()), encoding="utf-8")
    print(f"{FILE.relative_to(FILE.parent.parent)} is written.")

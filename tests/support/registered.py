"""Versions with real adapters, entered into a product as training would enter them."""

from __future__ import annotations

import hashlib
from typing import Any

from app.context import Context
from app.domains import service as domains
from app.releases import service
from app.releases.files import adapter_key
from data.domains.record import VersionRecord
from tests.support.adapters import random_adapter
from tests.support.versions import judged
from worker.models.adapter import dump
from worker.models.weights import Weights


def enter(context: Context, domain: str, parent: Weights, seed: int, **more: Any) -> int:
    """A version whose adapter changes `parent` by a little; returns its number."""
    content = dump(random_adapter(parent, seed=seed))
    sha256 = hashlib.sha256(content).hexdigest()
    told = judged(str(seed), domain=domain, **more).model_dump(mode="json")
    told["adapter"] |= {"sha256": sha256, "bytes": len(content)}
    told["parent"] = {"name": parent.name, "sha256": parent.version}
    key = adapter_key(sha256)
    writer = context.storage.create(key)
    writer.write(content)
    writer.commit()
    with context.database.write() as session:
        record = VersionRecord.model_validate(told)
        return service.register(session, domains.get(session, domain), record, key).number

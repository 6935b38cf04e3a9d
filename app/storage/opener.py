"""The storage that the settings name."""

from __future__ import annotations

import os
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from app.settings import Settings
from app.storage.base import Storage
from app.storage.faulty import MayWrite, always
from app.storage.local import LocalStorage

if TYPE_CHECKING:
    from app.storage.s3_uploads import UnfinishedUploads

CONNECT_S = 3.0
REQUEST_S = 30.0
"""One request with its body: at most 8 MiB, so that the slowest line is one of 2.2 Mbit/s."""
RETRIES = 8
RETRY_S = 8.0
"""No further retry after this long; a call ends, one way or the other, within `RETRY_S` and one
more request."""


def open_storage(settings: Settings, may_write: MayWrite = always) -> Storage:
    """Open it without speaking to it: a storage that is away keeps nobody from starting."""
    if not settings.storage_url:
        return LocalStorage(settings.storage_dir, may_write)
    return _s3(settings, may_write)


def _s3(settings: Settings, may_write: MayWrite) -> Storage:
    # Not needed, nor loaded (15 MB), where recordings lie in a folder
    from obstore.store import S3Store

    from app.storage.s3 import S3Storage

    url = urlsplit(settings.storage_url)
    prefix = url.path.strip("/")
    endpoint = _endpoint(settings)
    region = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION") or "us-east-1"

    def store(request_s: float, retries: int) -> S3Store:
        return S3Store(
            url.netloc,
            prefix=prefix or None,
            region=region,
            # DeleteObjects is not understood by every server
            disable_bulk_delete=True,
            config={"aws_endpoint_url_s3": endpoint} if endpoint else {},
            client_options={
                "allow_http": settings.s3_allow_http,
                "connect_timeout": timedelta(seconds=CONNECT_S),
                "timeout": timedelta(seconds=request_s),
            },
            retry_config={
                "max_retries": retries,
                "retry_timeout": timedelta(seconds=RETRY_S),
                "backoff": {
                    "init_backoff": timedelta(milliseconds=200),
                    "max_backoff": timedelta(seconds=2),
                    "base": 2,
                },
            },
        )

    uploads = _uploads(endpoint, url.netloc, prefix, region)
    patient, impatient = store(REQUEST_S, RETRIES), store(CONNECT_S, 0)
    return S3Storage(patient, impatient, settings.spool_dir, uploads, may_write)


def _uploads(
    endpoint: str | None, bucket: str, prefix: str, region: str
) -> UnfinishedUploads | None:
    """None where keys are not in the environment but with the machine, for obstore alone."""
    from app.storage.s3_uploads import Credentials, UnfinishedUploads

    key_id, secret = os.environ.get("AWS_ACCESS_KEY_ID"), os.environ.get("AWS_SECRET_ACCESS_KEY")
    if not key_id or not secret:
        return None
    host = endpoint or f"https://s3.{region}.amazonaws.com"
    # Such an endpoint names the bucket already
    virtual = os.environ.get("AWS_VIRTUAL_HOSTED_STYLE_REQUEST", "").lower() in ("1", "true", "y")
    return UnfinishedUploads(
        host if virtual and endpoint else f"{host}/{bucket}",
        f"{prefix}/" if prefix else "",
        region,
        Credentials(key_id, secret, os.environ.get("AWS_SESSION_TOKEN")),
    )


def _endpoint(settings: Settings) -> str | None:
    names = ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "AWS_ENDPOINT")
    found = (os.environ.get(name, "") for name in names)
    return settings.s3_endpoint or next((each.rstrip("/") for each in found if each), None)

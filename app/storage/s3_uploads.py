"""Unfinished multipart uploads of a bucket: who holds some, and their removal.

obstore finishes or aborts the uploads it began and cannot see those of a killed process. Two calls
of S3's own API can (ListMultipartUploads, AbortMultipartUpload), signed by AWS Signature
Version 4: https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote, urlsplit
from xml.etree import ElementTree

import httpx

from app.storage.base import StorageAway, StorageRefused

TIMEOUT_S = 20.0
_EMPTY = hashlib.sha256(b"").hexdigest()


@dataclass(frozen=True, slots=True)
class Credentials:
    """A fixed key. `token` where it is a temporary one."""

    key_id: str
    secret: str
    token: str | None = None


@dataclass(frozen=True, slots=True)
class Upload:
    """One that was begun and neither completed nor aborted. `path`: in the bucket, with prefix."""

    path: str
    id: str
    begun_s: float


@dataclass(frozen=True, slots=True)
class UnfinishedUploads:
    """Those below `prefix` in the bucket at `address` (path style: its last part is the bucket)."""

    address: str
    prefix: str
    region: str
    credentials: Credentials

    def below(self, path: str = "") -> Iterator[Upload]:
        """Uploads whose path begins with prefix and `path`. Raises `StorageAway`."""
        query = {"uploads": "", "prefix": self.prefix + path}
        while True:
            answer = self._call("GET", "", query)
            if answer is None:
                return
            page = ElementTree.fromstring(answer.content)
            for each in page.iterfind("{*}Upload"):
                begun = datetime.fromisoformat(_text(each, "Initiated"))
                yield Upload(_text(each, "Key"), _text(each, "UploadId"), begun.timestamp())
            if _text(page, "IsTruncated") != "true":
                return
            query["key-marker"] = _text(page, "NextKeyMarker")
            query["upload-id-marker"] = _text(page, "NextUploadIdMarker")

    def abort(self, upload: Upload) -> None:
        """Remove what it has stored; harmless when it is over. Raises `StorageAway`."""
        self._call("DELETE", upload.path, {"uploadId": upload.id})

    def _call(self, method: str, path: str, query: Mapping[str, str]) -> httpx.Response | None:
        """None where there is no such upload; some servers say so of a bucket that has none."""
        url = self.address + ("/" + quote(path) if path else "")
        url += "?" + canonical_query(query)
        headers = signed(method, url, self.region, self.credentials, datetime.now(UTC))
        try:
            answer = httpx.request(method, url, headers=headers, timeout=TIMEOUT_S)
        except httpx.HTTPError as error:
            raise StorageAway(f"{method} {path}: {error!r}") from error
        if answer.is_success:
            return answer
        if answer.status_code == 404 and "NoSuchUpload" in answer.text:
            return None
        kind = StorageAway if answer.is_server_error else StorageRefused
        raise kind(f"{method} {path}: {answer.status_code} {answer.text[:200]}")


def _text(element: ElementTree.Element, name: str) -> str:
    return element.findtext("{*}" + name) or ""


def canonical_query(query: Mapping[str, str]) -> str:
    pairs = sorted((quote(name, safe=""), quote(value, safe="")) for name, value in query.items())
    return "&".join(f"{name}={value}" for name, value in pairs)


def signed(
    method: str, url: str, region: str, credentials: Credentials, at: datetime
) -> dict[str, str]:
    """Headers that sign a request without a body; `url` is encoded canonically."""
    parts = urlsplit(url)
    time, day = at.strftime("%Y%m%dT%H%M%SZ"), at.strftime("%Y%m%d")
    headers = {"host": parts.netloc, "x-amz-content-sha256": _EMPTY, "x-amz-date": time}
    if credentials.token is not None:
        headers["x-amz-security-token"] = credentials.token
    names = ";".join(sorted(headers))
    listed = "".join(f"{name}:{headers[name]}\n" for name in sorted(headers))
    request = "\n".join([method, parts.path or "/", parts.query, listed, names, _EMPTY])
    scope = f"{day}/{region}/s3/aws4_request"
    told = hashlib.sha256(request.encode()).hexdigest()
    key = f"AWS4{credentials.secret}".encode()
    for part in (day, region, "s3", "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    text = f"AWS4-HMAC-SHA256\n{time}\n{scope}\n{told}"
    signature = hmac.digest(key, text.encode(), "sha256").hex()
    headers["authorization"] = (
        f"AWS4-HMAC-SHA256 Credential={credentials.key_id}/{scope},"
        f"SignedHeaders={names},Signature={signature}"
    )
    return headers

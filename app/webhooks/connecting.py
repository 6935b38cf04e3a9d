"""One request to a receiver: to a checked address, in one span of time, reading little."""

from __future__ import annotations

import re
import ssl
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import httpcore
import httpx

from app.webhooks.addresses import Policy, Refused, Target, Unknown

_ERRNO = re.compile(r"^\[Errno -?\d+\] ")
READ_BYTES = 4096
"""Of an answer at most; the connection is closed then."""
SHOWN = 1024
"""Characters of it that are kept."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a receiver said, or why it said nothing."""

    status: int | None
    duration_s: float
    text: str = ""
    error: str | None = None
    retry_after: str | None = None

    @property
    def accepted(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


def post(
    target: Target, body: bytes, headers: Mapping[str, str], policy: Policy, timeout_s: float
) -> Answer:
    """Send `body`; raises nothing. Redirects are not followed, proxies are not asked.

    `timeout_s` is for all of it, name look-up excepted, however slowly the answer drips.
    """
    begun = time.monotonic()

    def after() -> float:
        return round(time.monotonic() - begun, 3)

    backend = _Guarded(policy, target, timeout_s)
    kind = {"host": _authority(target), "content-type": "application/json", "connection": "close"}
    try:
        with (
            httpcore.ConnectionPool(
                ssl_context=_ssl_context(), network_backend=backend, max_connections=1
            ) as pool,
            pool.stream(
                "POST", _url(target), headers=[*(kind | dict(headers)).items()], content=body
            ) as response,
        ):
            told = dict(response.headers).get(b"retry-after")
            return Answer(
                response.status,
                after(),
                _text(response.iter_stream()),
                retry_after=told.decode("latin-1")[:100] if told is not None else None,
            )
    except (Refused, Unknown) as error:
        return Answer(None, after(), error=str(error))
    except httpcore.TimeoutException:
        return Answer(None, after(), error=f"no answer within {timeout_s:g} seconds")
    except (httpcore.NetworkError, httpcore.ProtocolError, OSError) as error:
        return Answer(None, after(), error=_reason(error))


def _url(target: Target) -> httpcore.URL:
    return httpcore.URL(
        scheme=target.scheme.encode(),
        host=target.host.encode("ascii"),
        port=target.port,
        target=target.path.encode("ascii"),
    )


def _authority(target: Target) -> str:
    host = f"[{target.host}]" if ":" in target.host else target.host
    usual = {"http": 80, "https": 443}[target.scheme]
    return host if target.port == usual else f"{host}:{target.port}"


@lru_cache(maxsize=1)
def _ssl_context() -> ssl.SSLContext:
    """The usual authorities, or those of SSL_CERT_FILE."""
    return httpx.create_ssl_context()


def _text(parts: Iterable[bytes]) -> str:
    """The first characters, whatever they are; an answer that breaks off has been given."""
    found = b""
    try:
        for part in parts:
            found += part
            if len(found) >= READ_BYTES:
                break
    except (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError):
        pass
    text = found.decode("utf-8", "replace")
    return "".join(each for each in text if each.isprintable() or each in "\n\t")[:SHOWN]


def _reason(error: Exception) -> str:
    text = _ERRNO.sub("", str(error)) or type(error).__name__
    if isinstance(error, httpcore.ProtocolError):
        return f"the answer was no HTTP: {text}"[:500]
    return f"no connection: {text}"[:500]


class _Guarded(httpcore.NetworkBackend):
    """Connects to what the policy has checked, to nothing else. There is no second look-up."""

    def __init__(self, policy: Policy, target: Target, timeout_s: float) -> None:
        self._policy = policy
        self._target = target
        self._timeout_s = timeout_s
        self._inner = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        if (host, port) != (self._target.host, self._target.port):
            raise Refused(f"{host} is not where this message goes.")
        addresses = self._policy.resolved(self._target)
        until = time.monotonic() + self._timeout_s
        for number, address in enumerate(addresses, start=1):
            # One that does not answer leaves time for the others
            share_s = _left(until, httpcore.ConnectTimeout) / (len(addresses) - number + 1)
            try:
                stream = self._inner.connect_tcp(address, port, timeout=share_s)
                return _Timed(stream, until)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                if number == len(addresses):
                    raise
        raise AssertionError("a policy never answers with nothing")


class _Timed(httpcore.NetworkStream):
    """A connection whose every step must be over by the same moment."""

    def __init__(self, inner: httpcore.NetworkStream, until: float) -> None:
        self._inner = inner
        self._until = until

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, _left(self._until, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, _left(self._until, httpcore.WriteTimeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        left_s = _left(self._until, httpcore.ConnectTimeout)
        return _Timed(self._inner.start_tls(ssl_context, server_hostname, left_s), self._until)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


def _left(until: float, late: type[httpcore.TimeoutException]) -> float:
    left_s = until - time.monotonic()
    if left_s <= 0:
        raise late("the time for this request is over")
    return left_s

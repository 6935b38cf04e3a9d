"""Where messages may be sent: not into the network behind the server, however it is spelled.

A receiver's address is given by a user, and the server that calls it stands where users do not:
beside the database, the broker and the cloud's own metadata service (OWASP API7:2023, server side
request forgery). What is checked is what the name stands for at the moment of the connection, and
the connection is made to the very address that was checked.
"""

# Ch 28 · Security and Privacy: an address given by a user cannot reach what only the server can

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)

from pydantic import HttpUrl, TypeAdapter, ValidationError

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
Resolver = Callable[[str, int], Sequence[str]]
MAX_LETTERS = 2048
_URL = TypeAdapter(HttpUrl)
_NAT64 = ip_network("64:ff9b::/96")
_NAT64_LOCAL = ip_network("64:ff9b:1::/48")
_COMPATIBLE = ip_network("::/96")
_NEVER = (
    ip_network("168.63.129.16/32"),  # Azure's own services, at a public address
    ip_network("192.0.0.0/24"),  # of protocols; Oracle's metadata; not all of it in `ipaddress`
    ip_network("192.88.99.0/24"),  # relays of 6to4
    ip_network("0.0.0.0/8"),
)
_EVERY_PORT_FROM = 1024
_LOW_PORTS = frozenset({80, 443})


class Refused(Exception):
    """Nothing is sent there. The text is for people."""


class Unknown(Exception):
    """The name stands for nothing at present."""


def look_up(host: str, port: int) -> list[str]:
    """What the system's resolver says. Raises `OSError`, `UnicodeError`."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(sockaddr[0]) for *_, sockaddr in found))


@dataclass(frozen=True, slots=True)
class Target:
    """An address taken apart, normalised as browsers do (WHATWG)."""

    url: str
    scheme: str
    host: str
    port: int
    path: str
    """With the query."""


@dataclass(frozen=True, slots=True)
class Policy:
    """Public addresses over https; whatever is in `allowed` over http as well."""

    allowed: tuple[Network, ...] = ()
    resolve: Resolver = look_up

    def resolved(self, target: Target) -> list[str]:
        """Addresses to connect to, every one of them checked. Raises `Refused`, `Unknown`.

        A name that stands for a refused address among others is refused: whoever owns it decides
        which one is used.
        """
        try:
            found = [ip_address(each) for each in self.resolve(target.host, target.port)]
        except (OSError, UnicodeError, ValueError) as error:
            raise Unknown(f"the name {target.host} stands for no address at present") from error
        if not found:
            raise Unknown(f"the name {target.host} stands for no address at present")
        for each in found:
            self._check(target, each)
        return [str(each) for each in found]

    def _check(self, target: Target, address: Address) -> None:
        meant = unwrapped(address)
        if any(one.version == net.version and one in net
               for one in (address, meant) for net in self.allowed):  # fmt: skip
            return
        if not is_public(meant):
            at = "" if target.host == str(address) else f"at {address}, which is "
            raise Refused(
                f"{target.host} is {at}not on the public internet. Nothing is"
                " sent into the network of this server; LECTERN_WEBHOOK_NETWORKS names networks"
                " that are allowed."
            )
        if target.scheme != "https":
            raise Refused(
                "Messages over http can be read and changed on their way. Use https; http is only"
                " for networks that LECTERN_WEBHOOK_NETWORKS names."
            )


def unwrapped(address: Address) -> Address:
    """The IPv4 address that an IPv6 one carries (mapped, compatible, NAT64, 6to4, Teredo)."""
    if isinstance(address, IPv4Address):
        return address
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address in _NAT64 or address in _NAT64_LOCAL:
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    if address in _COMPATIBLE and int(address) > 0xFFFF:
        return IPv4Address(int(address))
    if address.sixtofour is not None:
        return address.sixtofour
    if address.teredo is not None:
        return address.teredo[1]
    return address


def is_public(address: Address) -> bool:
    """Whether anybody on the internet could reach it."""
    if address.is_multicast or address.is_reserved:
        return False
    if isinstance(address, IPv4Address) and any(address in network for network in _NEVER):
        return False
    if isinstance(address, IPv6Address) and address.is_site_local:
        return False
    return address.is_global


def taken_apart(url: str) -> Target:
    """Raises `Refused`, with the reason, for what is no address of a receiver."""
    try:
        parsed = _URL.validate_python(url.strip())
    except ValidationError as error:
        raise Refused(f"This is no web address: {error.errors()[0]['msg']}.") from error
    if parsed.username is not None or parsed.password is not None:
        raise Refused(
            "The address has a name or password in it. Leave them out: every message is signed,"
            " and that is how a receiver knows who sent it."
        )
    if parsed.fragment is not None:
        raise Refused("The address has a part behind #, which is never sent. Leave it out.")
    port = parsed.port or 0
    if port not in _LOW_PORTS and port < _EVERY_PORT_FROM:
        raise Refused(
            f"Port {port} belongs to another service. Use 80, 443 or one from 1024 upwards."
        )
    whole = str(parsed)
    if len(whole) > MAX_LETTERS:
        raise Refused(f"The address is too long: {len(whole)} characters, at most {MAX_LETTERS}.")
    host = (parsed.host or "").removeprefix("[").removesuffix("]").rstrip(".")
    path = (parsed.path or "/") + (f"?{parsed.query}" if parsed.query is not None else "")
    return Target(whole, parsed.scheme, host, port, path)


def networks(listed: str) -> tuple[Network, ...]:
    """Of a setting: `10.1.0.0/16, ::1/128`. Raises `ValueError`."""
    return tuple(ip_network(each.strip()) for each in listed.split(",") if each.strip())

"""Which addresses may be fetched from, checked at the moment of connecting.

A publisher's file names hosts, and a host's name may point anywhere, today here and tomorrow there: the name is
resolved once, every address it has is checked, and the connection goes to the checked one (no rebinding).
What does not belong here: what is fetched (`http`, `ckan`).
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
from collections.abc import Iterable
from typing import Any

import httpcore
import httpx

from connectors.sources.base import SourceFailed

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
USER_AGENT = "datenallmende/0.1"


def guarded_client(*, allow_private: bool, timeout: float) -> httpx.Client:
    """An HTTP client that connects to checked addresses only, follows no redirect, uses no proxy and no netrc."""
    return httpx.Client(
        transport=_GuardedTransport(allow_private=allow_private),
        timeout=timeout,
        follow_redirects=False,
        trust_env=False,
        headers={"User-Agent": USER_AGENT, "Accept-Encoding": "identity"},
    )


def checked_address(host: str, port: int, *, allow_private: bool) -> str:
    """Resolve a host and return one of its addresses, IPv4 first.

    Raises `SourceFailed` if any of them is no public one: a host that points inside even once is not trusted.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise httpcore.ConnectError(f"{host} has no address ({error})") from error
    addresses = sorted({str(entry[4][0]) for entry in found}, key=lambda text: (":" in text, text))
    for text in addresses:
        if not (allow_private or is_public(ipaddress.ip_address(text.partition("%")[0]))):
            raise SourceFailed(f"{host} points to {text}, which is no public address: it is not fetched")
    return addresses[0]


def is_public(address: Address) -> bool:
    """Whether the address belongs to the public internet, also looking at an IPv4 address wrapped in an IPv6 one."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = _wrapped(address)
        if inner is not None:
            return is_public(inner)
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)


def _wrapped(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """The IPv4 address behind a mapped, 6to4, Teredo or NAT64 one."""
    if address.ipv4_mapped or address.sixtofour:
        return address.ipv4_mapped or address.sixtofour
    if address.teredo:
        return address.teredo[1]
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return None


class _GuardedBackend(httpcore.SyncBackend):
    def __init__(self, *, allow_private: bool) -> None:
        super().__init__()
        self._allow_private = allow_private

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        address = checked_address(host, port, allow_private=self._allow_private)
        return super().connect_tcp(address, port, timeout, local_address, socket_options)


class _GuardedTransport(httpx.HTTPTransport):
    """httpx's own transport over a pool that connects through the guard; TLS still checks the host's name."""

    def __init__(self, *, allow_private: bool) -> None:
        super().__init__(trust_env=False)
        self._pool.close()
        self._pool = httpcore.ConnectionPool(
            ssl_context=ssl.create_default_context(),
            max_connections=64,
            keepalive_expiry=5.0,
            network_backend=_GuardedBackend(allow_private=allow_private),
        )

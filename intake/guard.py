"""What every request passes: safe headers, a bound on its size, a bound on how often. No page knows of it."""

from __future__ import annotations

import asyncio
import ipaddress
import time
from collections import OrderedDict, deque
from contextlib import suppress
from dataclasses import dataclass, field

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from intake.messages import Problem

FORM_OVERHEAD = 64 * 1024
"""Bytes a form may have beside its file."""
_DRAIN_FACTOR = 4
_DRAIN_SECONDS = 30.0
_CLIENTS = 20_000
SAFE_HEADERS = {
    "content-security-policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    # Not `no-referrer`: with it browsers hide where a form came from.
    "referrer-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}


def harden(headers: MutableHeaders, *, is_https: bool) -> None:
    """Set the safe headers; pages are not kept in any cache unless they say so themselves."""
    for name, value in SAFE_HEADERS.items():
        headers[name] = value
    headers.setdefault("cache-control", "no-store")
    if is_https:
        headers["strict-transport-security"] = "max-age=31536000"


class SafeHeaders:
    """ASGI: the safe headers on every answer."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                harden(MutableHeaders(scope=message), is_https=scope.get("scheme") == "https")
            await send(message)

        await self.app(scope, receive, with_headers if scope["type"] == "http" else send)


class BodyLimit:
    """ASGI: a request body above `max_bytes` ends in `Problem("too-large")`, however it is announced or chunked.

    What is too much is read on for a while and thrown away, because browsers show an answer only after they have sent.
    """

    def __init__(self, app: ASGIApp, max_bytes: int, shown: str) -> None:
        self.app = app
        self.max_bytes = max_bytes
        self.shown = shown

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        told = Headers(scope=scope).get("content-length", "")
        too_much = told.isdecimal() and int(told) > self.max_bytes
        size = 0

        async def bounded() -> Message:
            nonlocal size
            message = await receive()
            size += len(message.get("body", b""))
            if message["type"] == "http.request" and (too_much or size > self.max_bytes):
                await self._drain(message, receive)
                raise Problem("too-large", limit=self.shown)
            return message

        await self.app(scope, bounded, send)

    async def _drain(self, message: Message, receive: Receive) -> None:
        size = 0
        with suppress(TimeoutError):
            async with asyncio.timeout(_DRAIN_SECONDS):
                while message.get("more_body") and size < self.max_bytes * _DRAIN_FACTOR:
                    message = await receive()
                    size += len(message.get("body", b""))


@dataclass
class RateLimit:
    """How often one client may do something per minute. In memory of this process; the oldest clients are forgotten."""

    per_minute: int
    seen: OrderedDict[str, deque[float]] = field(default_factory=OrderedDict)

    def check(self, client: str) -> None:
        """Count one more. Raises `Problem("too-often")`."""
        now = time.monotonic()
        times = self.seen.setdefault(client, deque(maxlen=self.per_minute))
        self.seen.move_to_end(client)
        if len(self.seen) > _CLIENTS:
            self.seen.popitem(last=False)
        if len(times) == self.per_minute and now - times[0] < 60:
            raise Problem("too-often")
        times.append(now)


def client_of(scope: Scope) -> str:
    """Who counts as one client: an IPv4 address, or an IPv6 network of /64, which one household owns whole."""
    host = (scope.get("client") or ("",))[0]
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return str(host)
    if address.version == 6:
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)

"""A small HTTP proxy that stands between our publisher and a real CKAN and breaks the wire, on purpose.

The server behind it is real; nothing is answered in its place but what a broken wire (or a balancer before it) says.
Of the standard library, because the faults need the bare socket: resets, halves, silence. What does not belong here:
which fault comes when (a `Script`, chosen by the test).
"""

from __future__ import annotations

import http.client
import json
import os
import random
import socket
import struct
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Lock, Thread
from typing import Any, ClassVar


class Fault(StrEnum):
    """What happens to one request. `…_BEFORE`: the server never saw it; `…_AFTER`: the server has done it."""

    NONE = "none"
    ERROR_BEFORE = "500 before"
    ERROR_AFTER = "500 after"
    BUSY = "429 with Retry-After"
    RESET_BEFORE = "reset before"
    RESET_AFTER = "reset after"
    SILENCE_AFTER = "no answer after"
    HALF = "half an answer"
    NO_JSON = "a page that is no JSON"
    SLOW = "slow"
    KILL_BEFORE = "kill -9 before"
    KILL_AFTER = "kill -9 after"


BEFORE = frozenset({Fault.ERROR_BEFORE, Fault.BUSY, Fault.RESET_BEFORE, Fault.KILL_BEFORE})
WIRE = tuple(fault for fault in Fault if fault not in {Fault.NONE, Fault.KILL_BEFORE, Fault.KILL_AFTER})
"""What a wire does to a publisher that lives on."""
WRITES = frozenset({"create", "update", "patch", "revise", "delete", "upsert", "purge"})
RETRY_AFTER_S = 1


@dataclass(frozen=True)
class Call:
    """One request as it came in; `number` counts from 1."""

    number: int
    action: str
    at: float

    @property
    def is_write(self) -> bool:
        return self.action.rpartition("_")[2] in WRITES


Script = Callable[[Call], Fault]


def no_fault(_: Call) -> Fault:
    return Fault.NONE


def at_call(number: int, fault: Fault) -> Script:
    """Break one request."""
    return lambda call: fault if call.number == number else Fault.NONE


def every_first_write(fault: Fault, actions: frozenset[str] = frozenset()) -> Script:
    """Break the first request of each writing action (or of those named), and no second one."""
    seen: set[str] = set()

    def script(call: Call) -> Fault:
        if call.action in seen or not (call.action in actions if actions else call.is_write):
            return Fault.NONE
        seen.add(call.action)
        return fault

    return script


def at_random(seed: int, share: float, faults: tuple[Fault, ...]) -> Script:
    """Break each request with the probability `share`, by one of `faults`."""
    chance = random.Random(seed)  # noqa: S311 - which fault comes is all that is random
    return lambda _: chance.choice(faults) if chance.random() < share else Fault.NONE


@dataclass
class FaultProxy:
    """Forwards to `target` (`host:port`); `script` says what breaks, `on_kill` ends the publisher under test."""

    target: str
    script: Script = no_fault
    on_kill: Callable[[], None] = lambda: None
    calls: list[Call] = field(default_factory=list)
    faults: list[tuple[Fault, Call]] = field(default_factory=list)
    silence_s: float = 30.0
    _lock: Lock = field(default_factory=Lock)
    _over: Event = field(default_factory=Event)
    address: str = ""

    def play(self, script: Script, on_kill: Callable[[], None] = lambda: None) -> None:
        """Forget what was and break the wire by `script` from now on."""
        with self._lock:
            self.script, self.on_kill, self.calls, self.faults = script, on_kill, [], []

    def choose(self, action: str) -> Fault:
        with self._lock:
            call = Call(len(self.calls) + 1, action, time.monotonic())
            self.calls.append(call)
            fault = self.script(call)
            if fault is not Fault.NONE:
                self.faults.append((fault, call))
            return fault

    @property
    def writes(self) -> list[str]:
        return [call.action for call in self.calls if call.is_write]

    @contextmanager
    def running(self) -> Iterator[FaultProxy]:
        """Listen on a free port of 127.0.0.1; `address` says where."""
        server = _Server(("127.0.0.1", 0), type("Handler", (_Handler,), {"proxy": self}))
        self.address = f"http://127.0.0.1:{server.server_port}"
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._over.set()
            server.shutdown()
            server.server_close()
            thread.join()

    def wait_in_silence(self) -> None:
        self._over.wait(self.silence_s)


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A publisher that was killed resets its connections."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    proxy: ClassVar[FaultProxy]
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        self._serve()

    def do_GET(self) -> None:
        self._serve()

    def _serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        fault = self.proxy.choose(self.path.partition("?")[0].rpartition("/")[2])
        if fault in BEFORE:
            self._break(fault, b"")
            return
        status, headers, answer = self._forward(body)
        if fault in {Fault.NONE, Fault.SLOW}:
            time.sleep(0.5 if fault is Fault.SLOW else 0)
            self._answer(status, answer, headers)
        else:
            self._break(fault, answer)

    def _forward(self, body: bytes) -> tuple[int, dict[str, str], bytes]:
        upstream = http.client.HTTPConnection(self.proxy.target, timeout=120)
        headers = {name: value for name, value in self.headers.items() if name not in {"Host", "Connection"}}
        try:
            upstream.request(self.command, self.path, body or None, headers)
            said = upstream.getresponse()
            return said.status, {"Content-Type": said.headers.get("Content-Type", "")}, said.read()
        except OSError:
            return 502, {"Content-Type": "text/html"}, b"<h1>Bad Gateway</h1>"
        finally:
            upstream.close()

    def _break(self, fault: Fault, answer: bytes) -> None:
        if fault in {Fault.KILL_BEFORE, Fault.KILL_AFTER}:
            self.proxy.on_kill()
        if fault in {Fault.ERROR_BEFORE, Fault.ERROR_AFTER}:
            said = {"success": False, "error": {"__type": "Internal Server Error", "message": "broken"}}
            self._answer(500, json.dumps(said).encode())
        elif fault is Fault.BUSY:
            self._answer(429, b"Too Many Requests", {"Retry-After": str(RETRY_AFTER_S)})
        elif fault is Fault.NO_JSON:
            self._answer(200, b"<html>Wartung</html>", {"Content-Type": "text/html"})
        elif fault is Fault.HALF:
            self._answer(200, answer, cut=len(answer) // 2)
        else:
            if fault is Fault.SILENCE_AFTER:
                self.proxy.wait_in_silence()
            self._reset()

    def _answer(
        self, status: int, body: bytes, headers: dict[str, str] | None = None, *, cut: int | None = None
    ) -> None:
        try:
            self.send_response(status)
            for name, value in (headers or {"Content-Type": "application/json"}).items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body if cut is None else body[:cut])
        except OSError:
            self.close_connection = True  # the publisher was killed, or had waited long enough
        if cut is not None:
            self._reset()

    def _reset(self) -> None:
        """End the connection with RST, as a balancer or a firewall does."""
        self.close_connection = True
        try:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            # not close(): the request's files still hold the socket open
            os.close(self.connection.detach())
        except OSError:
            return

    def finish(self) -> None:
        try:
            super().finish()
        except (OSError, ValueError):
            return  # reset by us

    def log_message(self, *_: Any) -> None:
        return

"""Where MinIO reports uploads: an app of its own with one route, for the object store alone.

Not a route of the clerks' portal: that one may face the internet, this one faces one server of ours, and each has its
own token. Whoever has the token can make the pipeline look into its inbox, and nothing else: no byte and no decision
is taken from a report. What does not belong here: what is done about a report (`orchestration`).
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import unquote_plus

import structlog
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from intake.arrivals import Arrival, Arrivals

PATH = "/inbox/events"
_LARGEST = 1 << 20
_log = structlog.get_logger(__name__)

OnArrival = Callable[[set[str]], None]
"""Called with the owners (first parts of the keys) of new reports, after these are safe; must not take long."""


def create_receiver(
    arrivals: Arrivals, token: SecretStr, bucket: str, prefix: str = "", on_arrival: OnArrival = lambda _: None
) -> Starlette:
    """The app. Only reports about `bucket` (below `prefix`) count. Raises `ValueError` for an empty token."""
    if not token.get_secret_value():
        raise ValueError("a receiver without a token would believe everybody")

    async def take(request: Request) -> Response:
        if not _is_known(request.headers.get("authorization", ""), token):
            return PlainTextResponse("wrong or missing token\n", 401)
        body = await _body(request)
        if body is None:
            return PlainTextResponse("too large for a report\n", 413)
        # What cannot be understood is acknowledged all the same: it would stand first in the queue for ever.
        told = understood(body)
        noted = await run_in_threadpool(arrivals.add, told) if told else 0
        if noted:
            on_arrival({one.owner for one in told})
        return Response(status_code=204)

    def understood(body: bytes) -> list[Arrival]:
        try:
            return list(_arrivals(json.loads(body), bucket, prefix))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            _log.warning("report_not_understood", error=type(error).__name__, bytes=len(body))
            return []

    return Starlette(routes=[Route(PATH, take, methods=["POST"]), Route("/health", _health)])


async def _health(_: Request) -> Response:
    return PlainTextResponse("ok\n")


def _is_known(header: str, token: SecretStr) -> bool:
    scheme, _, given = header.partition(" ")
    same = hmac.compare_digest(given.strip().encode(), token.get_secret_value().encode())
    return scheme.lower() == "bearer" and same


async def _body(request: Request) -> bytes | None:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > _LARGEST:
            return None
    return bytes(body)


def _arrivals(told: Any, bucket: str, prefix: str) -> Iterator[Arrival]:
    """The reports of one message in the form that S3 gave to the world; keys come URL-encoded."""
    for record in told["Records"]:
        s3 = record["s3"]
        if s3["bucket"]["name"] != bucket:
            continue
        thing = s3["object"]
        key = unquote_plus(thing["key"])
        kind = str(record["eventName"]).removeprefix("s3:")
        mark = thing.get("sequencer") or record["eventTime"]
        if key.startswith(prefix):
            yield Arrival(event=f"{kind}:{bucket}/{key}:{mark}", kind=kind, path=key.removeprefix(prefix))

"""The public web server before a cloud's bucket: `portal/` and `open/` under one address, read without a login.

What a CDN does in production, as small as it can be: `/` leads to the portal, a folder to its `index.html`, ranges and
conditional requests are handed on, every page of the web may read the data (CORS). Nothing else of the bucket is shown.

    python -m orchestration.stack.portal_front http://127.0.0.1:STORE/BUCKET PORT [HOST]
"""

from __future__ import annotations

import sys

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from orchestration.stack.relay import relay

_PUBLIC = ("portal/", "open/")
_ASKED = ("range", "if-none-match", "if-modified-since", "if-range")
_TOLD = ("content-type", "content-length", "content-range", "accept-ranges", "etag", "last-modified")


class Front:
    """One front before one bucket."""

    def __init__(self, bucket: str) -> None:
        self._bucket = bucket
        self._store = httpx.AsyncClient(timeout=60.0)

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/", lambda _: RedirectResponse("/portal/")),
                Route("/health", lambda _: PlainTextResponse("ok")),
                Route("/{path:path}", self.answer, methods=["GET", "HEAD"]),
            ]
        )

    async def answer(self, request: Request) -> Response:
        """The object of this path, as the bucket gives it to everybody."""
        path = request.path_params["path"]
        if not path.startswith(_PUBLIC):
            return PlainTextResponse("not found", 404)
        path = f"{path}index.html" if path.endswith("/") else path
        asked = {name: request.headers[name] for name in _ASKED if name in request.headers}
        wanted = self._store.build_request(request.method, f"{self._bucket}/{path}", headers=asked)
        answer = await self._store.send(wanted, stream=True)
        if answer.status_code in {httpx.codes.FORBIDDEN, httpx.codes.NOT_FOUND}:  # a bucket hides what is missing
            await answer.aclose()
            return PlainTextResponse("not found", 404)
        told = {name: answer.headers[name] for name in _TOLD if name in answer.headers}
        told |= {"access-control-allow-origin": "*", "x-content-type-options": "nosniff"}
        return StreamingResponse(relay(answer), answer.status_code, told)


def main() -> None:
    bucket, port, *host = sys.argv[1:]
    where = host[0] if host else "127.0.0.1"
    uvicorn.run(Front(bucket).app(), host=where, port=int(port), log_level="warning", server_header=False)


if __name__ == "__main__":
    main()

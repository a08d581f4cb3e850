"""The XML API of Google Cloud Storage, as far as obstore (and polars) write by it, in front of fake-gcs-server.

fake-gcs-server reads by both APIs but writes by the JSON API only. This front turns `PUT /bucket/object` (with
`x-goog-if-generation-match` and `x-goog-copy-source`) and uploads in parts into JSON uploads, and hands on everything
else as it is. Bytes stream; parts wait in a folder. For tests and development: nothing is authenticated.

    python -m orchestration.stack.gcs_front http://127.0.0.1:BEHIND PORT FOLDER [HOST]
"""

from __future__ import annotations

import sys
import uuid
import xml.etree.ElementTree as ET
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from orchestration.stack.relay import relay

JSON_PATHS = ("storage/", "upload/", "download/", "batch/", "_internal/")
_NOT_HANDED_ON = {"transfer-encoding", "connection", "keep-alive", "host", "authorization"}
_METHODS = ["GET", "HEAD", "PUT", "POST", "DELETE", "PATCH"]
_CHUNK = 1 << 20


class Front:
    """One front: the server behind it and the folder of the parts."""

    def __init__(self, behind: str, parts: Path) -> None:
        self._behind = httpx.AsyncClient(base_url=behind, timeout=120.0)
        self._parts = parts

    def app(self) -> Starlette:
        @asynccontextmanager
        async def lifespan(_: Starlette) -> AsyncIterator[None]:
            yield
            await self._behind.aclose()

        return Starlette(routes=[Route("/{path:path}", self.answer, methods=_METHODS)], lifespan=lifespan)

    async def answer(self, request: Request) -> Response:  # noqa: PLR0911 - one line per case
        """What the XML API writes by is done here, the rest is handed on."""
        bucket, _, name = request.url.path.lstrip("/").partition("/")
        asked = request.query_params
        if not name or request.url.path.lstrip("/").startswith(JSON_PATHS) or "X-Goog-Algorithm" in asked:
            return await self._hand_on(request)
        upload = asked.get("uploadId", "")
        if upload and not (self._parts / upload).is_dir():
            return Response(status_code=404, content=b"there is no such upload")
        match request.method:
            case "PUT" if upload:
                return await self._keep_part(request, upload, int(asked["partNumber"]))
            case "PUT" if "x-goog-copy-source" in request.headers:
                return await self._copy(request, bucket, name)
            case "PUT":
                return await self._write(request, bucket, name, request.stream())
            case "POST" if "uploads" in asked:
                return self._begin(request, bucket, name)
            case "POST" if upload:
                return await self._complete(request, bucket, name, upload)
            case "DELETE" if upload:
                self._forget(upload)
                return Response(status_code=204)
        return await self._hand_on(request)

    async def _hand_on(self, request: Request) -> Response:
        headers = [(key, value) for key, value in request.headers.items() if key.lower() not in _NOT_HANDED_ON]
        path = httpx.URL(path=request.url.path, query=request.url.query.encode())
        body = request.stream() if request.method in {"PUT", "POST", "PATCH"} else None
        behind = self._behind.build_request(request.method, path, headers=headers, content=body)
        answer = await self._behind.send(behind, stream=True)
        kept = {key: value for key, value in answer.headers.items() if key.lower() not in _NOT_HANDED_ON}
        return StreamingResponse(relay(answer), status_code=answer.status_code, headers=kept)

    async def _write(self, request: Request, bucket: str, name: str, body: AsyncIterator[bytes]) -> Response:
        """Write an object by the JSON API; answer as the XML API does."""
        wanted = {"uploadType": "media", "name": name}
        generation = request.headers.get("x-goog-if-generation-match")
        if generation is not None:
            wanted["ifGenerationMatch"] = generation
        kind = {"Content-Type": request.headers.get("content-type", "application/octet-stream")}
        path = f"/upload/storage/v1/b/{bucket}/o"
        answer = await self._behind.post(path, params=wanted, content=body, headers=kind)
        if answer.status_code != httpx.codes.OK:
            return Response(answer.content, answer.status_code)
        return Response(headers=_written(answer.json()))

    async def _copy(self, request: Request, bucket: str, name: str) -> Response:
        source_bucket, _, source = unquote(request.headers["x-goog-copy-source"]).lstrip("/").partition("/")
        path = f"/download/storage/v1/b/{source_bucket}/o/{quote(source, safe='')}"
        async with self._behind.stream("GET", path, params={"alt": "media"}) as read:
            if read.status_code != httpx.codes.OK:
                return Response(await read.aread(), read.status_code)
            return await self._write(request, bucket, name, read.aiter_bytes(_CHUNK))

    def _begin(self, request: Request, bucket: str, name: str) -> Response:
        upload = uuid.uuid4().hex
        (self._parts / upload).mkdir(parents=True)
        # The content type is told at the beginning of an upload and needed at its end.
        kind = request.headers.get("content-type", "application/octet-stream")
        (self._parts / upload / "kind").write_text(kind)
        return _xml("InitiateMultipartUploadResult", {"Bucket": bucket, "Key": name, "UploadId": upload})

    async def _keep_part(self, request: Request, upload: str, number: int) -> Response:
        # Written beside and moved: a part that is sent again replaces the first, whole.
        part, new = self._parts / upload / f"{number:06d}", self._parts / upload / f"new-{uuid.uuid4().hex}"
        with new.open("wb") as file:
            async for chunk in request.stream():
                file.write(chunk)
        new.replace(part)
        return Response(headers={"ETag": f'"part-{number}"'})

    async def _complete(self, request: Request, bucket: str, name: str, upload: str) -> Response:
        folder = self._parts / upload
        parts = sorted(folder.glob("[0-9]*"))

        async def joined() -> AsyncIterator[bytes]:
            for part in parts:
                with part.open("rb") as file:
                    while chunk := file.read(_CHUNK):
                        yield chunk

        await request.body()  # the list of parts, which the folder says too
        kind = {"Content-Type": (folder / "kind").read_text()}
        params = {"uploadType": "media", "name": name}
        path = f"/upload/storage/v1/b/{bucket}/o"
        answer = await self._behind.post(path, params=params, content=joined(), headers=kind)
        if answer.status_code != httpx.codes.OK:
            return Response(answer.content, answer.status_code)
        self._forget(upload)
        headers = _written(answer.json())
        return _xml("CompleteMultipartUploadResult", {"Bucket": bucket, "Key": name, "ETag": headers["ETag"]}, headers)

    def _forget(self, upload: str) -> None:
        for path in (self._parts / upload).iterdir():
            path.unlink()
        (self._parts / upload).rmdir()


def _written(said: Mapping[str, Any]) -> dict[str, str]:
    return {"ETag": '"{}"'.format(said["etag"].strip('"')), "x-goog-generation": str(said["generation"])}


def _xml(root: str, fields: Mapping[str, str], headers: Mapping[str, str] | None = None) -> Response:
    element = ET.Element(root)
    for name, text in fields.items():
        ET.SubElement(element, name).text = text
    return Response(ET.tostring(element, xml_declaration=True, encoding="utf-8"), 200, headers, "application/xml")


def main() -> None:
    behind, port, parts, *host = sys.argv[1:]
    where = host[0] if host else "127.0.0.1"
    uvicorn.run(Front(behind, Path(parts)).app(), host=where, port=int(port), log_level="warning")


if __name__ == "__main__":
    main()

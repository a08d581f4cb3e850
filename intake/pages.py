"""The pages that only tell: start, packages with their templates, and the two fixed files."""

from __future__ import annotations

import tempfile
from functools import lru_cache
from pathlib import Path
from typing import Literal

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response

from intake.messages import Problem
from intake.state import Here
from intake.view import ASSETS
from standards.definition import Standard
from standards.registry import load_standards

router = APIRouter()
_DAY = "public, max-age=86400"
_ASSETS = {"portal.css": "text/css; charset=utf-8", "logo.svg": "image/svg+xml"}
_MEDIA = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}


@router.get("/")
def start(request: Request, portal: Here) -> HTMLResponse:
    return portal.pages.page(request, "start.html", standards=portal.standards)


@router.get("/pakete")
def packages(request: Request, portal: Here) -> HTMLResponse:
    return portal.pages.page(request, "pakete.html", standards=portal.standards)


@router.get("/pakete/{name}")
def package(request: Request, portal: Here, name: str) -> HTMLResponse:
    return portal.pages.page(request, "paket.html", standard=_standard(portal, name))


@router.get("/pakete/{name}/vorlage.{suffix}")
def template(portal: Here, name: str, suffix: Literal["xlsx", "csv"]) -> Response:
    standard = _standard(portal, name)
    headers = {"content-disposition": f'attachment; filename="vorlage-{standard.name}.{suffix}"'}
    return Response(_template(standard.name, suffix, portal.config.standards), 200, headers, _MEDIA[suffix])


@router.get("/assets/{name}")
def asset(name: str) -> FileResponse:
    if name not in _ASSETS:
        raise Problem("no-page")
    return FileResponse(ASSETS / name, media_type=_ASSETS[name], headers={"cache-control": _DAY})


@router.get("/robots.txt")
def robots() -> Response:
    return Response("User-agent: *\nDisallow: /pruefen/ergebnis/\n", media_type="text/plain; charset=utf-8")


@router.get("/gesund")
def health(portal: Here) -> Response:
    """For whoever watches the server: 200 while the portal answers and its packages are loaded."""
    return Response(f"gut: {len(portal.standards)} Pakete\n", media_type="text/plain; charset=utf-8")


def _standard(portal: Here, name: str) -> Standard:
    if name not in portal.standards:
        raise Problem("no-package")
    return portal.standards[name]


@lru_cache(maxsize=64)
def _template(name: str, suffix: str, folders: tuple[Path, ...]) -> bytes:
    from standards.templates import write_template

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{name}.{suffix}"
        write_template(load_standards(more=folders)[name], path)
        return path.read_bytes()

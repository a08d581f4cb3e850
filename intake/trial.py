"""`/pruefen`: the dry run. Anyone may try a file; the result is kept for a while under an unguessable name, then gone.

What does not belong here: reading and judging (`worker`), keeping and deleting (`results`).
"""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, RedirectResponse, Response

from intake.messages import Problem
from intake.results import Result
from intake.sandbox import Job, run_check
from intake.state import Here, Portal
from intake.uploads import Posted, posted_form
from intake.view import headline, reading_words
from storage.names import NameInvalid, slug

router = APIRouter(prefix="/pruefen")
_RESULT = "/ergebnis/{name}"
_UPLOAD = "hochgeladen"


@router.get("")
def form(request: Request, portal: Here, paket: str = "") -> HTMLResponse:
    chosen = paket if paket in portal.standards else ""
    return portal.pages.page(request, "pruefen.html", standards=portal.standards, chosen=chosen)


@router.post("")
async def check(request: Request, portal: Here) -> RedirectResponse:
    """Check the file and lead to the result: reloading that page sends nothing again."""
    async with posted_form(request, portal) as posted:
        name, folder = portal.results.open_folder()
        try:
            await _check(portal, posted, name)
        except BaseException:
            portal.results.forget(name)
            raise
        finally:
            (folder / _UPLOAD).unlink(missing_ok=True)
    return RedirectResponse(f"/pruefen/ergebnis/{name}", 303)


async def _check(portal: Portal, posted: Posted, name: str) -> None:
    package = posted.text("paket")
    if package and package not in portal.standards:
        raise Problem("no-package")
    folder = portal.results.root / name
    path = folder / _UPLOAD
    await posted.save(path)
    job = Job(
        path.absolute(),
        posted.filename,
        folder.absolute(),
        standard=package,
        sheet=posted.text("blatt"),
        standards=portal.config.standards,
    )
    async with portal.place():
        report = await run_check(job, portal.config.limits)
    portal.results.keep(name, posted.filename, report)


@router.get(_RESULT)
def result(request: Request, portal: Here, name: str) -> HTMLResponse:
    found = _find(portal, name)
    report = found.report
    context: dict[str, Any] = {"result": found, "report": report, "name": name, "standards": portal.standards}
    if report.reading:
        context["reading"] = reading_words(report.reading)
    if report.status != "judged":
        return portal.pages.page(request, "nicht_verstanden.html", **context)
    return portal.pages.page(request, "ergebnis.html", headline=headline(report), **context)


@router.get(_RESULT + "/{wanted}")
def download(portal: Here, name: str, wanted: str) -> FileResponse:
    found = _find(portal, name)
    path = portal.results.file(name, wanted)
    if path is None:
        raise Problem("no-result", minutes=portal.config.result_minutes)
    return FileResponse(path, media_type="application/octet-stream", filename=f"{_stem(found.filename)}-{wanted}")


@router.post(_RESULT + "/loeschen")
async def forget(request: Request, portal: Here, name: str) -> Response:
    """Delete the result now instead of later."""
    async with posted_form(request, portal):
        portal.results.forget(name)
    return portal.pages.page(request, "geloescht.html")


def _find(portal: Portal, name: str) -> Result:
    found = portal.results.get(name)
    if found is None:
        raise Problem("no-result", minutes=portal.config.result_minutes)
    return found


def _stem(filename: str) -> str:
    """The clerk's own name for the file in letters that every system takes."""
    try:
        return slug(filename.rpartition(".")[0] or filename)
    except NameInvalid:
        return "datei"

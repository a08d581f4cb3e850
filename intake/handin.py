"""`/abgeben`: a Kommune with its access token puts a file into its own inbox folder and gets a receipt.

Who may write where is decided here and only here: the folder is named by the AGS whose token was given. What does not
belong here: how the file gets there (`inbox`), what becomes of it afterwards (`orchestration`).
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse

from intake.inbox import Dropped, drop, safe_name
from intake.messages import Problem
from intake.state import Here, Portal
from intake.tokens import may_hand_in
from intake.uploads import Posted, posted_form
from intake.view import day_and_clock
from storage.names import DatasetId, NameInvalid, slug

router = APIRouter(prefix="/abgeben")
_AGS = re.compile(r"\d{8}")
_UPLOAD = "abgegeben"


@router.get("")
def form(request: Request, portal: Here, paket: str = "") -> HTMLResponse:
    chosen = paket if paket in portal.standards else ""
    return portal.pages.page(request, "abgeben.html", standards=portal.standards, chosen=chosen)


@router.post("")
async def hand_in(request: Request, portal: Here) -> HTMLResponse:
    if not portal.config.takes_files:
        raise Problem("no-tokens")
    async with posted_form(request, portal) as posted:
        dataset = _dataset(portal, posted)
        name, folder = portal.results.open_folder()
        try:
            path = folder / _UPLOAD
            sha256 = await posted.save(path)
            safe_name(posted.filename, sha256)
            dropped = await run_in_threadpool(drop, portal.config.inbox, dataset, path, posted.filename, sha256)
        finally:
            portal.results.forget(name)
        return _receipt(request, portal, posted, dropped)


def _dataset(portal: Portal, posted: Posted) -> DatasetId:
    """The Kommune that the token proves, and the dataset it names. Raises `Problem`."""
    ags = re.sub(r"\s", "", posted.text("ags"))
    if not _AGS.fullmatch(ags) or ags not in portal.register:
        raise Problem("not-an-ags", ags=posted.text("ags")[:60], hint=_hint(portal, posted.text("ags")))
    if not may_hand_in(ags, posted.text("schluessel"), portal.config.tokens):
        raise Problem("wrong-token")
    package = posted.text("paket")
    if package not in portal.standards:
        raise Problem("no-package")
    name = posted.text("name") or package
    try:
        dataset = DatasetId(ags, slug(name))
    except NameInvalid:
        raise Problem("bad-name", name=name[:60]) from None
    if str(dataset) in portal.config.fetched_elsewhere:
        raise Problem("fetched-elsewhere", dataset=dataset.slug)
    return dataset


def _hint(portal: Portal, text: str) -> str:
    near = portal.register.suggest(text[:60]) if text else []
    return f" Meinten Sie {' oder '.join(f'{one.ags} ({one.name})' for one in near)}?" if near else ""


def _receipt(request: Request, portal: Portal, posted: Posted, dropped: Dropped) -> HTMLResponse:
    return portal.pages.page(
        request,
        "quittung.html",
        dropped=dropped,
        filename=posted.filename,
        kommune=portal.register.name(dropped.dataset.owner),
        standard=portal.standards[posted.text("paket")],
        received=day_and_clock(datetime.now(UTC)),
    )

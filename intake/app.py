"""The portal as a FastAPI app. Builds what the pages share, puts them together, turns every error into a sentence.

What does not belong here: settings and serving (`orchestration`), what a page does (`pages`, `trial`, `handin`).
"""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import structlog
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import Response

from connectors.register import load_register
from intake import handin, pages, trial
from intake.config import IntakeConfig
from intake.guard import FORM_OVERHEAD, BodyLimit, RateLimit, SafeHeaders, harden
from intake.messages import Problem
from intake.results import Results
from intake.state import Portal
from intake.view import Pages, size
from standards.registry import load_standards

_SWEEP_SECONDS = 60
_log = structlog.get_logger(__name__)


def create_app(config: IntakeConfig) -> FastAPI:
    """The portal, ready to be served. Reads packages and register; writes only below `config.work` and the inbox."""
    portal = Portal(
        config=config,
        standards=load_standards(more=config.standards),
        register=load_register(),
        results=Results(config.work.absolute(), config.result_minutes),
        pages=Pages(config),
        rate=RateLimit(config.posts_per_minute),
        places=asyncio.Semaphore(config.checks_at_once),
    )
    # No generated API pages: they would load scripts from elsewhere, and there is no API yet.
    app = FastAPI(
        title=config.title,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
        lifespan=_sweeping,
    )
    app.state.portal = portal
    for router in (pages.router, trial.router, handin.router):
        app.include_router(router)
    app.add_middleware(
        BodyLimit, max_bytes=config.max_upload_bytes + FORM_OVERHEAD, shown=size(config.max_upload_bytes)
    )
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=list(config.allowed_hosts), www_redirect=False)
    app.add_middleware(SafeHeaders)
    app.add_exception_handler(Problem, _tell)
    app.add_exception_handler(HTTPException, _tell)
    app.add_exception_handler(RequestValidationError, _tell)
    app.add_exception_handler(Exception, _tell_unexpected)
    return app


@asynccontextmanager
async def _sweeping(app: FastAPI) -> AsyncIterator[None]:
    """While the portal runs, results whose time is over are deleted, also those of the run before."""
    portal: Portal = app.state.portal

    async def sweep() -> None:
        while True:
            with suppress(OSError):
                await asyncio.to_thread(portal.results.sweep)
            await asyncio.sleep(_SWEEP_SECONDS)

    task = asyncio.create_task(sweep())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _tell(request: Request, error: Exception) -> Response:
    """One German sentence, and the way on."""
    problem = error if isinstance(error, Problem) else _problem(error)
    portal: Portal = request.app.state.portal
    return portal.pages.page(request, "fehler.html", status=problem.status, message=problem.message_de)


def _problem(error: Exception) -> Problem:
    # Only addresses are validated by the framework; forms are looked at by the pages.
    status = error.status_code if isinstance(error, HTTPException) else 404
    return Problem({404: "no-page", 405: "wrong-method", 400: "bad-form"}.get(status, "unexpected"))


async def _tell_unexpected(request: Request, error: Exception) -> Response:
    """For what nobody foresaw. This answer is made outside of the middleware, so it gets its headers here."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    # Neither the message nor variables: they may hold what people wrote.
    _log.error("request_failed", path=request.url.path, error=type(error).__name__, where=place)
    response = await _tell(request, Problem("unexpected"))
    harden(response.headers, is_https=request.url.scheme == "https")
    return response

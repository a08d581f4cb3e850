"""What the pages share while the portal runs. Built once by `app.create_app`, never a module's global."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends
from starlette.requests import Request

from connectors.register import Register
from intake.config import IntakeConfig
from intake.guard import RateLimit
from intake.messages import Problem
from intake.results import Results
from intake.view import Pages
from standards.definition import Standard


@dataclass(frozen=True)
class Portal:
    """One running portal."""

    config: IntakeConfig
    standards: dict[str, Standard]
    register: Register
    results: Results
    pages: Pages
    rate: RateLimit
    places: asyncio.Semaphore

    @asynccontextmanager
    async def place(self) -> AsyncIterator[None]:
        """Wait for a free place to check a file. Raises `Problem("busy")`."""
        try:
            async with asyncio.timeout(self.config.wait_seconds):
                await self.places.acquire()
        except TimeoutError:
            raise Problem("busy") from None
        try:
            yield
        finally:
            self.places.release()


def _portal(request: Request) -> Portal:
    portal: Portal = request.app.state.portal
    return portal


Here = Annotated[Portal, Depends(_portal)]

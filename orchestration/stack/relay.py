"""What the fronts of the stack share: an answer of the server behind is handed on as it comes, never held."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx


async def relay(answer: httpx.Response) -> AsyncIterator[bytes]:
    """Yield the body of a streamed answer as it stands on the wire, then close it."""
    try:
        async for chunk in answer.aiter_raw():
            yield chunk
    finally:
        await answer.aclose()

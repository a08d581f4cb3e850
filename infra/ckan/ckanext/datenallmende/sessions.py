"""Each request begins with a database session of its own.

CKAN holds one session for each thread and lets it go after an answer, but not after a request that broke off, as at a
restart of PostgreSQL: the thread's next request then answered 500 (“Can't reconnect until invalid transaction is
rolled back”). What does not belong here: connections, which CKAN tests before it uses them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from ckan import model

WsgiApplication = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class FreshSession:
    """A WSGI application that first lets go what an earlier request of its thread left behind."""

    def __init__(self, application: WsgiApplication) -> None:
        self._application = application

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        model.Session.remove()
        return self._application(environ, start_response)

"""The connections to one portal: kept open for parallel calls, counted, and what the portal said about waiting.

ckanapi speaks through a `requests.Session` but passes on neither headers nor counts. What does not belong here: what
an answer means (`client`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from threading import Lock, local
from typing import Any

import requests
from requests.adapters import HTTPAdapter

INDEX_SOON = ("X-Datenallmende-Index", "soon")
"""Tells a portal with our plugin that its search index need not be committed at each of many datasets."""


class Wire(requests.Session):
    """A session for as many calls at once as `parallel`; `counts` says how often each action was called."""

    def __init__(self, parallel: int) -> None:
        super().__init__()
        adapter = HTTPAdapter(pool_connections=1, pool_maxsize=parallel)
        self.mount("https://", adapter)
        self.mount("http://", adapter)
        self.headers[INDEX_SOON[0]] = INDEX_SOON[1]
        self.counts: Counter[str] = Counter()
        self._lock = Lock()
        self._asked = local()

    def request(self, method: str, url: str | bytes, *arguments: Any, **settings: Any) -> requests.Response:
        with self._lock:
            self.counts[str(url).rpartition("/")[2]] += 1
        self._asked.seconds = 0.0
        response = super().request(method, url, *arguments, **settings)
        self._asked.seconds = retry_after(response.headers)
        return response

    def asked_to_wait(self) -> float:
        """Seconds that the last answer in this thread asked us to wait; 0 where it did not."""
        return float(getattr(self._asked, "seconds", 0.0))


def retry_after(headers: Mapping[str, str]) -> float:
    """Return the seconds of a `Retry-After` header, a number or a date; 0 for none or nonsense."""
    value = headers.get("Retry-After", "").strip()
    if value.isdecimal():
        return float(value)
    try:
        moment = parsedate_to_datetime(value)
    except (TypeError, ValueError):
        return 0.0
    return max(0.0, (moment.replace(tzinfo=moment.tzinfo or UTC) - datetime.now(UTC)).total_seconds())

"""A real CKAN for the tests of publishing, with the means to meddle with it.

Tests share one CKAN: each begins by purging what is marked as ours, and the organizations and strangers it makes
itself. What does not belong here: starting a CKAN (the fixture `stack`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import requests
from ckanapi import RemoteCKAN, errors
from pydantic import SecretStr

from catalog.ckan import CkanConfig, CkanPortal
from catalog.ckan.wire import Wire
from catalog.model import Catalog
from catalog.publishing import ApplyReport, Entry, History, Plan, apply, plan_for, plan_text
from catalog.publishing.retry import Patience

OWNERS = ("09162000", "09471000", "land")
_WRITES = frozenset({"create", "update", "patch", "revise", "delete", "purge"})


class Killed(BaseException):
    """The process ends here."""


class Line(Wire):
    """The connections of a portal under test: may lose an answer, or end the process before or after a write."""

    def __init__(self, lose: tuple[str, ...] = (), kill_at: int = 0, *, is_after: bool = False) -> None:
        super().__init__(8)
        self.lose = list(lose)
        """Actions whose next answer is lost on the way back."""
        self.kill_at = kill_at
        """Number of the write at which the process ends; 0 for never."""
        self.is_after = is_after
        """Whether the portal has done the call by then."""
        self.meanwhile: Callable[[str], None] = lambda _: None
        """What somebody else does just before an action."""

    def request(self, method: str, url: str | bytes, *arguments: Any, **settings: Any) -> requests.Response:
        action = str(url).rpartition("/")[2]
        self.meanwhile(action)
        is_last = _is_write(action) and self.writes.total() + 1 == self.kill_at
        if is_last and not self.is_after:
            raise Killed
        response = super().request(method, url, *arguments, **settings)
        if is_last:
            raise Killed
        if action in self.lose:
            self.lose.remove(action)
            raise requests.ReadTimeout("the answer is lost")
        return response

    @property
    def writes(self) -> Counter[str]:
        return Counter({action: n for action, n in self.counts.items() if _is_write(action)})


def _is_write(action: str) -> bool:
    return action.rpartition("_")[2] in _WRITES


@dataclass
class Stage:
    """The portal of a test."""

    url: str
    token: str
    history: History
    naps: list[float] = field(default_factory=list)

    def portal(self, line: Line | None = None, *, token: str | None = None, **config: Any) -> CkanPortal:
        """Our target; small pages, so that paging is always at work."""
        token = self.token if token is None else token
        settings: dict[str, Any] = {"url": self.url, "token": SecretStr(token), "page_size": 2, **config}
        line = line or Line()
        ckan = RemoteCKAN(self.url, apikey=token, session=line)
        # pauses are taken, but short: a CKAN under load needs them
        return CkanPortal(
            ckan, CkanConfig(**settings), Patience(attempts=4, first_s=0.1), asked_to_wait=line.asked_to_wait
        )

    def call(self, action: str, *, token: str | None = None, **data: Any) -> Any:
        """What somebody does on the portal by himself."""
        with RemoteCKAN(self.url, apikey=self.token if token is None else token) as ckan:
            return ckan.call_action(action, data)

    def show(self, name: str, *, token: str | None = None) -> dict[str, Any]:
        return dict(self.call("package_show", id=name, token=token))

    def publish(self, catalog: Catalog, line: Line | None = None, **config: Any) -> tuple[Plan, ApplyReport]:
        """Plan and apply; the next plan is empty."""
        portal = self.portal(line, **config)
        shown = plan_for(portal, catalog)
        report = apply(shown, portal, self.history)
        assert report.is_complete, report.as_text()
        again = plan_for(self.portal(), catalog)
        assert again.is_empty, plan_text(again)
        return shown, report

    def published(self) -> dict[str, Entry]:
        return {id_: entry for id_, entry in self.portal().actual().items() if entry.is_published}

    def reset(self) -> None:
        """Purge what is ours, also in the trash, and what tests made beside it."""
        for query in ("extras_allmende_id:*", 'notes:"stage foreign"'):
            found = self.call(
                "package_search", fq=query, include_private=True, include_deleted=True, rows=1000, facet=False
            )
            for package in found["results"]:
                self.purge("dataset_purge", package["id"])
        for owner in OWNERS:
            self.purge("organization_purge", f"ags-{owner}" if owner.isdigit() else owner)

    def purge(self, action: str, id_: str) -> None:
        with suppress(errors.NotFound):
            self.call(action, id=id_)

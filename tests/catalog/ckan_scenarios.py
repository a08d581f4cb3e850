"""What a CKAN portal must go through, played on a real CKAN by `record_ckan.py` and on its recording by the tests.

Every scenario gets a `Stage` and asserts by itself. What does not belong here: starting a CKAN, reading recordings.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import requests
from ckanapi import RemoteCKAN, errors
from pydantic import SecretStr

from catalog.ckan import CkanConfig, CkanPortal
from catalog.model import Agent, Catalog, Dataset, Distribution, Licence, Version
from catalog.publishing import (
    Entry,
    History,
    Kind,
    Plan,
    PortalChanged,
    PortalStopped,
    Refused,
    apply,
    plan,
    plan_for,
    plan_text,
    rollback,
)
from catalog.publishing.retry import Patience
from storage.manifest import Quality

ADDRESS = "https://ckan.example"
Send = Callable[[str, str, dict[str, Any]], tuple[int, str]]
"""(who, action, request) → (status, body)"""


class Killed(BaseException):
    """The process ends here."""


@dataclass
class _Answer:
    status_code: int
    text: str


@dataclass
class Session:
    """Stands where ckanapi has its `requests.Session`; may lose an answer or kill the process at a call."""

    send: Send
    who: str = "admin"
    lose: list[str] = field(default_factory=list)
    """Actions whose next answer is lost on the way back."""
    kill_at: int = 0
    """Number of the call at which the process is killed; 0 for never."""
    is_killed_after: bool = False
    """Whether the portal has done the call when the process is killed."""
    calls: list[str] = field(default_factory=list)

    def post(self, url: str, data: bytes, **_: Any) -> _Answer:
        action = url.rpartition("/")[2]
        self.calls.append(action)
        is_last = len(self.calls) == self.kill_at
        if is_last and not self.is_killed_after:
            raise Killed
        status, body = self.send(self.who, action, json.loads(data))
        if is_last:
            raise Killed
        if action in self.lose:
            self.lose.remove(action)
            raise requests.ReadTimeout("the answer is lost")
        return _Answer(status, body)

    def close(self) -> None:
        pass

    @property
    def writes(self) -> list[str]:
        return [a for a in self.calls if a.rpartition("_")[2] in {"create", "update", "patch", "revise", "delete"}]


@dataclass
class Stage:
    """The portal of a scenario, and the means to meddle with it."""

    send: Send
    reset: Callable[[], None]
    """Empties the portal."""
    history: History
    naps: list[float] = field(default_factory=list)

    def session(self, who: str = "admin", **settings: Any) -> Session:
        return Session(self.send, who, **settings)

    def portal(self, session: Session | None = None, **config: Any) -> CkanPortal:
        session = session or self.session()
        settings: dict[str, Any] = {
            "url": ADDRESS,
            "token": SecretStr("secret"),
            "parallel": 1,
            "page_size": 2,
            **config,
        }
        ckan = RemoteCKAN(ADDRESS, apikey="secret", session=session)
        return CkanPortal(ckan, CkanConfig(**settings), Patience(attempts=3, sleep=self.naps.append))

    def call(self, action: str, who: str = "admin", **data: Any) -> Any:
        """What somebody does on the portal by himself."""
        return RemoteCKAN(ADDRESS, session=self.session(who)).call_action(action, data)

    def publish(self, catalog: Catalog, **settings: Any) -> Plan:
        portal = self.portal(**settings)
        shown = plan_for(portal, catalog)
        report = apply(shown, portal, self.history)
        assert report.is_complete, report.as_text()
        return shown


def published(entries: Any) -> dict[str, Entry]:
    return {id_: entry for id_, entry in entries.items() if entry.is_published}


def distribution(id_: str, fmt: str = "csv", role: str = "data", **changes: Any) -> Distribution:
    name = fmt if role == "data" else f"{role}-{fmt}"
    key = f"open/{id_}/latest/daten.{fmt}"
    base = {
        "iri": f"https://allmende.example/datensatz/{id_}/{name}",
        "name": name,
        "title": f"Daten als {fmt.upper()}",
        "format": fmt,
        "mediatype": {"csv": "text/csv", "geojson": "application/geo+json"}.get(fmt, "application/octet-stream"),
        "role": role,
        "key": key,
        "url": f"https://allmende.example/{key}",
        "bytes": 1234,
        "sha256": "ab" * 32,
        "note": "",
    }
    return Distribution(**{**base, **changes})


def dataset(id_: str = "09162000/baumkataster", **changes: Any) -> Dataset:
    """A dataset with everything in it; `changes` replaces fields."""
    owner = id_.partition("/")[0]
    ags = owner if owner.isdigit() else ""
    place = f"municipalityKey/{ags}" if ags else "stateKey/09"
    base: dict[str, Any] = {
        "id": id_,
        "name": id_.replace("/", "-"),
        "iri": f"https://allmende.example/datensatz/{id_}",
        "landing_page": f"https://allmende.example/portal/datensatz/{id_}.html",
        "version": "20261101-abcdef123456",
        "title": f"Baumkataster {owner}",
        "description": "Alle Bäume auf städtischem Grund.\nMit Höhe.",
        "is_invented": False,
        "standard": "baumkataster",
        "standard_title": "Baumkataster",
        "standard_version": "1.0.0",
        "musterdatensatz": "https://musterdatenkatalog.de/def/musterdatensatz/umwelt/baumkataster",
        "theme": "ENVI",
        "hvd_category": "http://data.europa.eu/bna/c_dd313021",
        "keywords": ("Baum", "Grünfläche"),
        "licence": Licence(
            name="dl-de/by-2-0",
            uri="http://dcat-ap.de/def/licenses/dl-by-de/2.0",
            title="Datenlizenz Deutschland – Namensnennung – Version 2.0",
            attribution="Datenquelle: Stadt – dl-de/by-2-0",
        ),
        "publisher": Agent(name=f"Stadt {owner}", uri=f"http://dcat-ap.de/def/politicalGeocoding/{place}"),
        "contact": Agent(name="Gartenamt", email="gartenamt@stadt.example"),
        "ags": ags,
        "political_geocoding": f"http://dcat-ap.de/def/politicalGeocoding/{place}",
        "political_level": "http://dcat-ap.de/def/politicalGeocoding/Level/municipality" if ags else "",
        "frequency": "ANNUAL",
        "issued": datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
        "modified": datetime(2026, 11, 1, 8, 0, tzinfo=UTC),
        "stand": date(2026, 10, 31),
        "temporal_start": None,
        "temporal_end": None,
        "bbox": (10.85, 49.87, 10.95, 49.93),
        "source_url": "https://www.stadt.example/baeume.csv",
        "rows": 3,
        "fields": (),
        "distributions": (distribution(id_), distribution(id_, "geojson")),
        "quality": Quality(rows_total=3, rows_accepted=3, rows_rejected=0),
        "parts": (),
        "provenance": ("Von der Stadt am 1. November 2026 geliefert.",),
        "versions": (
            Version(version="20261101-abcdef123456", modified=datetime(2026, 11, 1, tzinfo=UTC), rows=3, key="k"),
        ),
    }
    return Dataset(**{**base, **changes})


def catalog(*datasets: Dataset) -> Catalog:
    return Catalog(
        title="Datenallmende",
        description="Probe",
        iri="https://allmende.example/katalog",
        homepage="https://allmende.example/portal/index.html",
        language="de",
        publisher=Agent(name="Datenallmende"),
        contact=Agent(name="Datenallmende"),
        contributor_id="http://dcat-ap.de/def/contributors/bayern",
        modified=None,
        datasets=datasets,
    )


HOSTILE = dataset(
    "09471000/spielplaetze",
    title="  <script>alert(1)</script>\x00 {{7*7}}\r\n =cmd|' /C calc'!A0 \ud800",
    description="[klick](javascript:alert(1)) <img src=x onerror=alert(1)>\r\n\r\n\x1b[31mrot \u202e verdreht",
    keywords=("Spiel, Platz (alle)!", "x", "  doppelt   gemoppelt ", "<b>"),
    landing_page="javascript:alert(1)",
    contact=Agent(name="Amt\nBcc: alle@example.org", email="kein\nMail@example.org", url="file:///etc/passwd"),
    source_url="ftp://intern/",
    is_invented=True,
    frequency="../X",
    theme="",
    hvd_category="",
    bbox=None,
)
THREE = catalog(dataset(), HOSTILE, dataset("land/baumkataster", distributions=()))


def first_publication(stage: Stage) -> None:
    """Everything is created, the second time nothing is written, and what strangers wrote does not drift."""
    shown = stage.publish(THREE)
    assert [(c.kind, c.id) for c in shown.changes] == [(Kind.CREATED, d.id) for d in THREE.datasets]
    session = stage.session()
    portal = stage.portal(session)
    again = plan_for(portal, THREE)
    assert again.is_empty, plan_text(again)
    assert apply(again, portal, stage.history).counts["unchanged"] == 3
    assert session.writes == []
    package = stage.call("package_show", who="anonymous", id="09162000-baumkataster")
    assert package["organization"]["title"] == "Stadt 09162000"
    assert package["publisher"][0]["name"] == "Stadt 09162000"
    assert package["spatial_coverage"][0]["uri"].endswith("09162000/baumkataster#gebiet")
    assert package["politicalGeocodingURI"].endswith("municipalityKey/09162000")
    assert {r["format"] for r in package["resources"]} == {"CSV", "GeoJSON"}


def plain_portal(stage: Stage) -> None:
    """A portal without ckanext-scheming holds the same entries as extras, and they do not drift either."""
    stage.publish(THREE)
    assert plan_for(stage.portal(), THREE).is_empty
    package = stage.call("package_show", who="anonymous", id="09162000-baumkataster")
    extras = {item["key"]: item["value"] for item in package["extras"]}
    assert json.loads(extras["theme"]) == ["http://publications.europa.eu/resource/authority/data-theme/ENVI"]
    assert extras["publisher_name"] == "Stadt 09162000"
    assert json.loads(extras["spatial"])["type"] == "Polygon"


def update(stage: Stage) -> None:
    """Only what changed is sent, ids stay, and what others added to our dataset stays too."""
    stage.publish(catalog(dataset()))
    before = stage.call("package_show", id="09162000-baumkataster")
    extras = [*before["extras"], {"key": "von_hand", "value": "bleibt"}]
    stage.call("package_patch", id=before["id"], extras=extras, maintainer="Redaktion")
    changed = dataset(
        title="Baumkataster München",
        keywords=("Baum", "Allee"),
        theme="TRAN",
        hvd_category="",
        provenance=(),
        contact=Agent(name="Baureferat", url="https://www.stadt.example/bau"),
        distributions=(
            distribution("09162000/baumkataster", bytes=4321),
            distribution("09162000/baumkataster", "xlsx"),
        ),
    )
    shown = stage.publish(catalog(changed))
    assert {f.field: (f.old, f.new) for f in shown.changes[0].fields}["title"] == (
        "Baumkataster 09162000",
        "Baumkataster München",
    )
    assert {
        "tags",
        "theme",
        "hvd_category",
        "provenance",
        "resources.csv.size",
        "resources.geojson",
        "resources.xlsx",
    } <= {f.field for f in shown.changes[0].fields}
    assert plan_for(stage.portal(), catalog(changed)).is_empty
    after = stage.call("package_show", id="09162000-baumkataster")
    assert (after["id"], after["maintainer"]) == (before["id"], "Redaktion")
    assert {"key": "von_hand", "value": "bleibt"} in after["extras"]
    ids = {r["format"]: r["id"] for r in before["resources"]}
    assert {r["format"]: r["id"] for r in after["resources"]} == {
        "CSV": ids["CSV"],
        "XLSX": after["resources"][1]["id"],
    }


def withdraw_and_publish_again(stage: Stage) -> None:
    """A withdrawn dataset turns private and says why; published again it is the same dataset at the same address."""
    stage.publish(THREE)
    before = stage.call("package_show", id="09162000-baumkataster")
    fewer = catalog(*THREE.datasets[1:])
    shown = stage.publish(fewer)
    assert [(c.kind, c.id) for c in shown.changes] == [(Kind.WITHDRAWN, "09162000/baumkataster")]
    with pytest.raises((errors.NotAuthorized, errors.NotFound)):
        stage.call("package_show", who="anonymous", id="09162000-baumkataster")
    tombstone = stage.call("package_show", id="09162000-baumkataster")
    assert tombstone["private"] is True
    assert {"key": "allmende_withdrawn", "value": "nicht mehr im Katalog"} in tombstone["extras"]
    assert plan_for(stage.portal(), fewer).is_empty
    shown = stage.publish(THREE)
    assert [f.field for f in shown.changes[0].fields] == ["state"]
    after = stage.call("package_show", who="anonymous", id="09162000-baumkataster")
    assert after["id"] == before["id"]
    assert "allmende_withdrawn" not in {e["key"] for e in after["extras"]}


def roll_back(stage: Stage) -> None:
    """Rollback restores what the public saw, and the rollback of the rollback undoes it."""
    old, new, gone, added = dataset(), dataset(title="Neu"), dataset("09162000/kitas"), dataset("09471000/kitas")
    stage.publish(catalog(old, gone))
    first = published(stage.portal().actual())
    stage.publish(catalog(new, added))
    second = published(stage.portal().actual())
    assert rollback(stage.portal(), stage.history).is_complete
    assert published(stage.portal().actual()) == first
    assert rollback(stage.portal(), stage.history).is_complete
    assert published(stage.portal().actual()) == second


def foreign_datasets(stage: Stage) -> None:
    """A dataset that is not ours is in no plan and stays as it is, even where it took our name."""
    stage.publish(catalog(dataset()))
    foreign = stage.call(
        "package_create", name="09162000-kitas", title="Fremd", notes="fremd", owner_org="ags-09162000"
    )
    portal = stage.portal()
    shown = plan_for(portal, catalog(dataset("09162000/kitas"), dataset("09162000/spielplaetze")))
    assert {c.id for c in shown.changes} == {"09162000/baumkataster", "09162000/kitas", "09162000/spielplaetze"}
    report = apply(shown, portal, stage.history)
    assert report.created == ("09162000/spielplaetze",)
    assert report.withdrawn == ("09162000/baumkataster",)
    assert "not ours" in report.failed[0].sentence
    assert stage.call("package_show", id=foreign["id"]) == foreign


def wrong_token(stage: Stage) -> None:
    """CKAN takes a wrong token for an anonymous visitor; preflight finds out before anything is changed."""
    session = stage.session("wrong")
    portal = stage.portal(session)
    with pytest.raises(PortalStopped, match="does not accept the token"):
        apply(plan_for(portal, THREE), portal, stage.history)
    assert session.writes == []
    assert stage.history.ids("ckan") == []
    with pytest.raises(Refused, match="does not allow"):
        portal.create(plan_for(portal, THREE).changes[0])


def editor_token(stage: Stage) -> None:
    """An editor publishes in its own organization; where one is missing it is told who can help."""
    stage.publish(catalog(dataset()))
    portal = stage.portal(stage.session("editor"))
    shown = plan_for(
        portal, catalog(dataset(title="Vom Redakteur"), dataset("09162000/kitas"), dataset("09471000/kitas"))
    )
    report = apply(shown, portal, stage.history)
    assert (report.updated, report.created) == (("09162000/baumkataster",), ("09162000/kitas",))
    assert "have an administrator create it" in report.failed[0].sentence


def validation_error(stage: Stage) -> None:
    """What CKAN's validation refuses is one failed entry with the field in its sentence; the others go on."""
    portal = stage.portal()
    desired = dict(portal.desired(THREE))
    bad = desired["09162000/baumkataster"]
    desired[bad.id] = replace(bad, content={**bad.content, "version": "x" * 101})
    report = apply(plan(desired, portal.actual(), portal.name), portal, stage.history)
    assert len(report.created) == 2
    assert "version: " in report.failed[0].sentence


def changed_since_the_plan(stage: Stage) -> None:
    """A portal that changed since the plan stops the apply before it begins; a later change stops only its entry."""
    stage.publish(catalog(dataset()))
    portal = stage.portal()
    shown = plan_for(portal, catalog(dataset(title="Unser Titel"), dataset("09162000/kitas")))
    stage.call("package_patch", id="09162000-baumkataster", title="Titel der Redaktion")
    with pytest.raises(PortalChanged, match="make a new plan"):
        apply(shown, portal, stage.history)
    with pytest.raises(Refused, match="while the plan was applied"):
        portal.update(shown.of(Kind.UPDATED)[0])
    assert stage.call("package_show", id="09162000-baumkataster")["title"] == "Titel der Redaktion"
    with pytest.raises(errors.NotFound):
        stage.call("package_show", id="09162000-kitas")


def lost_answers(stage: Stage) -> None:
    """A create or an update whose answer is lost is looked at, not done twice."""
    session = stage.session(lose=["organization_create", "package_create", "package_revise"])
    portal = stage.portal(session)
    assert apply(plan_for(portal, catalog(dataset())), portal, stage.history).is_complete
    assert session.calls.count("package_create") == 1
    changed = catalog(dataset(title="Neu"))
    assert apply(plan_for(portal, changed), portal, stage.history).is_complete
    assert plan_for(portal, changed).is_empty
    assert session.lose == []


def in_the_trash(stage: Stage) -> None:
    """A dataset of ours that an editor put into the trash comes back as the same dataset."""
    stage.publish(catalog(dataset()))
    before = stage.call("package_show", id="09162000-baumkataster")
    stage.call("package_delete", id=before["id"])
    shown = stage.publish(catalog(dataset(title="Wieder da")))
    assert shown.changes[0].kind is Kind.CREATED
    after = stage.call("package_show", who="anonymous", id="09162000-baumkataster")
    assert (after["id"], after["title"], after["state"]) == (before["id"], "Wieder da", "active")
    assert plan_for(stage.portal(), catalog(dataset(title="Wieder da"))).is_empty


def killed_anywhere(stage: Stage) -> None:
    """Killed before or after any call, the next plan and apply converge and make no second dataset."""
    start = catalog(dataset(distributions=()), dataset("09162000/kitas", distributions=()))
    goal = catalog(dataset(title="Neu", distributions=()), dataset("09471000/kitas", distributions=()))
    for is_after in (False, True):
        for number in range(1, 50):
            stage.reset()
            stage.publish(start)
            session = stage.session(kill_at=number, is_killed_after=is_after)
            with _may_be_killed() as was_killed:
                portal = stage.portal(session)
                apply(plan_for(portal, goal), portal, stage.history)
            stage.publish(goal)
            actual = stage.portal().actual()
            assert set(published(actual)) == {"09162000/baumkataster", "09471000/kitas"}
            assert plan_for(stage.portal(), goal).is_empty
            if not was_killed:
                break
        else:
            pytest.fail("the apply needs more calls than expected")


@contextmanager
def _may_be_killed() -> Iterator[list[bool]]:
    killed: list[bool] = []
    try:
        yield killed
    except Killed:
        killed.append(True)


SCENARIOS: dict[str, Callable[[Stage], None]] = {
    scenario.__name__: scenario
    for scenario in (
        first_publication,
        plain_portal,
        update,
        withdraw_and_publish_again,
        roll_back,
        foreign_datasets,
        wrong_token,
        editor_token,
        validation_error,
        changed_since_the_plan,
        lost_answers,
        in_the_trash,
        killed_anywhere,
    )
}
RECORDINGS = Path(__file__).parent / "ckan_recordings"

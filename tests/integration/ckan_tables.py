"""What the tests of DataStore tables and views share: packages in a store, and a portal that sees only its own."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import polars as pl
from ckanapi import RemoteCKAN, errors
from pydantic import SecretStr

from catalog.build import load_catalog
from catalog.ckan import CkanConfig
from catalog.ckan.tabled import TabledPortal
from catalog.config import CatalogConfig
from catalog.publishing import Entry, History, Plan, apply, plan_for
from orchestration.stack import Stack
from orchestration.stack.servers.ckan import PUBLISHER, SYSADMIN, Ckan
from storage.config import StorageConfig
from storage.manifest import FieldInfo, Manifest, Quality
from storage.package import PackageDescription, PackageWriter
from storage.sites import Sites, open_sites

AGS = "09999001"
BASE = Path(__file__).parents[1] / "catalog" / "manifest.json"
FIELDS = (
    FieldInfo(name="baum_nr", type="string", title="Baumnummer", is_key=True),
    FieldInfo(name="art", type="string", title="Baumart", description="Deutscher Name."),
    FieldInfo(name="hoehe_m", type="number", title="Höhe", unit="m", description="Höhe des Baumes."),
    FieldInfo(name="pflanzjahr", type="year", title="Pflanzjahr"),
    FieldInfo(name="geprueft", type="date", title="Geprüft am"),
    FieldInfo(name="ist_naturdenkmal", type="boolean", title="Naturdenkmal"),
    FieldInfo(name="lat", type="number", title="Breite", unit="Grad"),
    FieldInfo(name="lon", type="number", title="Länge", unit="Grad"),
)


class Killed(BaseException):
    """The process ends here."""


@dataclass
class Recorder:
    """Stands where ckanapi has its `RemoteCKAN`: notes the calls, may lack an action or be killed at a call."""

    real: RemoteCKAN
    calls: list[str] = field(default_factory=list)
    unknown: frozenset[str] = frozenset()
    kill: tuple[str, str] = ("", "")
    """Before or after which action the process is killed."""

    def call_action(self, action: str, data_dict: dict[str, Any] | None = None, *more: Any, **settings: Any) -> Any:
        self.calls.append(action)
        if action in self.unknown:
            raise errors.CKANAPIError(repr([action, 400, "Bad request - Action name not known"]))
        if self.kill == ("before", action):
            raise Killed
        answer = self.real.call_action(action, data_dict, *more, **settings)
        if self.kill == ("after", action):
            raise Killed
        return answer

    @property
    def writes(self) -> list[str]:
        return [a for a in self.calls if a.endswith(("_create", "_update", "_patch", "_revise", "_delete", "_replace"))]

    @property
    def table_calls(self) -> list[str]:
        return [a for a in self.calls if "datastore" in a]


class OwnPortal(TabledPortal):
    """A portal on which only the datasets of `AGS` are ours: other tests use the same CKAN."""

    def actual(self, *arguments: Any, **settings: Any) -> Mapping[str, Entry]:
        everything = super().actual(*arguments, **settings)
        return {id_: entry for id_, entry in everything.items() if id_.startswith(f"{AGS}/")}


@dataclass
class Table:
    """A dataset in a store of its own, and the portal it goes to."""

    address: str
    token: str = field(repr=False)
    """Of an editor of the dataset's organization."""
    admin: RemoteCKAN = field(repr=False)
    folder: Path
    slug: str = field(default_factory=lambda: f"baeume-{uuid4().hex[:8]}")
    rows_max: int = 100_000

    def __post_init__(self) -> None:
        self.sites: Sites = open_sites(StorageConfig(), self.folder / "sites")
        self.history = History(self.folder / "publish")
        self.ckan = RemoteCKAN(self.address, apikey=self.token)
        self.public = RemoteCKAN(self.address)

    @property
    def name(self) -> str:
        return f"{AGS}-{self.slug}"

    def write(self, frame: pl.DataFrame, fields: tuple[FieldInfo, ...] = FIELDS) -> None:
        """Put a version into the open zone."""
        base = Manifest.model_validate({**json.loads(BASE.read_text()), "id": f"{AGS}/{self.slug}", "ags": AGS})
        kept = {n: getattr(base, n) for n in PackageDescription.model_fields if n in Manifest.model_fields}
        quality = Quality(rows_total=frame.height, rows_accepted=frame.height, rows_rejected=0)
        told = {**kept, "title": "Bäume auf städtischem Grund", "fields": fields, "quality": quality, "bbox": None}
        with PackageWriter(self.sites) as writer:
            writer.write(PackageDescription.model_validate(told), frame)

    def recorder(self, **settings: Any) -> Recorder:
        return Recorder(RemoteCKAN(self.address, apikey=self.token), **settings)

    def portal(self, recorder: Recorder | None = None) -> OwnPortal:
        config = CkanConfig(url=self.address, token=SecretStr(self.token), datastore_rows=self.rows_max, parallel=1)
        return OwnPortal(recorder or self.recorder(), config, store=self.sites.onprem)

    def publish(self, recorder: Recorder | None = None, public_url: str = "") -> Plan:
        """Plan and apply; everything must have been done."""
        portal = self.portal(recorder)
        plan = plan_for(portal, load_catalog(self.sites.onprem, CatalogConfig(public_url=public_url)))
        report = apply(plan, portal, self.history)
        assert report.is_complete, report.as_text()
        return plan

    def resource(self, fmt: str = "CSV") -> dict[str, Any]:
        package = self.ckan.action.package_show(id=self.name)
        return next(dict(r) for r in package["resources"] if r["format"] == fmt)

    def search(self, **more: Any) -> dict[str, Any]:
        return dict(self.public.action.datastore_search(resource_id=self.resource()["id"], limit=32_000, **more))

    def remove(self) -> None:
        with suppress(errors.NotFound):
            self.admin.action.dataset_purge(id=self.name)


def trees(count: int, mark: str = "Linde", lat: float = 49.89, lon: float = 10.89) -> pl.DataFrame:
    """Rows of a tree register around a point; `mark` is in every row."""
    number = range(count)
    return pl.DataFrame(
        {
            "baum_nr": [f"B-{i:05d}" for i in number],
            "art": [f"{mark} Nr. {i}" if i else f"{mark}, Übergröße" for i in number],
            "hoehe_m": [None if i % 7 == 3 else 3.5 + i % 30 for i in number],
            "pflanzjahr": [1900 + i % 120 for i in number],
            "geprueft": [f"2026-0{1 + i % 9}-15" for i in number],
            "ist_naturdenkmal": [i % 2 == 0 for i in number],
            "lat": [round(lat + (i % 40) / 1000, 6) for i in number],
            "lon": [round(lon + (i // 40) / 1000, 6) for i in number],
        }
    ).with_columns(pl.col("geprueft").str.to_date())


def ckan(stack: Stack) -> tuple[str, str, RemoteCKAN]:
    """Address of the session's CKAN, the token of an editor of our Kommune, and CKAN as its administrator."""
    stack.up(Ckan.name)
    server = Ckan(stack.place)
    admin = RemoteCKAN(server.address, apikey=server.token(SYSADMIN))
    with suppress(errors.ValidationError):  # a test before has made it
        admin.action.organization_create(name=f"ags-{AGS}", title="Stadt Musterstadt")
    admin.action.organization_member_create(id=f"ags-{AGS}", username=PUBLISHER, role="editor")
    return server.address, server.token(PUBLISHER), admin

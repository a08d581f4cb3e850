"""What export says about a dataset: specs, versions, dbt's manifest → package descriptions. Pure, nothing is written.

Two kinds: a municipal dataset (one publisher, one version) and a statewide table (a dbt mart, many parts).
What does not belong here: what a standard or a mart means (its own folder says so), writing (`storage.package`).
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from connectors.publishers import ContactSpec, DatasetSpec, Publishers, PublisherSpec, licence
from connectors.publishers.licences import DEFAULT_LICENCE
from connectors.register import Register
from orchestration.settings import Settings
from standards.definition import Standard
from storage.manifest import Classification, FieldInfo, Part, Party, Quality, RepairCount
from storage.names import STATEWIDE, DatasetId, slug
from storage.package import PackageDescription

_GEOCODING = "http://dcat-ap.de/def/politicalGeocoding"
_FROM_DBT = {"varchar": "string", "bigint": "integer", "integer": "integer", "double": "number", "boolean": "boolean"}
_FROM_DBT |= {"date": "date", "timestamp": "datetime"}
# From the freest to the most demanding: a table made of several takes the most demanding one.
_DEMANDS = (
    *("cc-zero", "dl-de/zero-2-0", "pddl", "amtliches-werk", "geonutz"),
    *("dl-de/by-2-0", "cc-by/4.0", "odc-by"),
    *("cc-by-sa/4.0", "odbl", "other-closed"),
)


@dataclass(frozen=True, slots=True)
class Mart:
    """A public dbt mart, as dbt's manifest describes it. `name` is that of its curated file."""

    name: str
    title: str
    description: str
    standard: str
    fields: tuple[FieldInfo, ...]
    made_by: str
    """Fingerprint of the dbt project."""
    theme: str = "GOVE"
    source: str = ""
    """Whom to quote where the table is not made of what Kommunen handed in."""
    licence: str = ""
    stand: date | None = None


def municipal(
    version: Mapping[str, Any], standard: Standard, publishers: Publishers, register: Register
) -> PackageDescription:
    """Describe one current version of one Kommune; `version` is a row of `raw/versions`."""
    dataset = DatasetId.parse(version["_dataset"])
    publisher = publishers.get(dataset.owner)
    name = _publisher_name(publisher, dataset, register)
    spec = publishers.dataset(dataset) or DatasetSpec(slug=dataset.slug)
    terms = licence(spec.licence)
    contact = spec.contact or (publisher.contact if publisher else None) or ContactSpec()
    description = PackageDescription(
        id=str(dataset),
        title=spec.title or f"{standard.title_de} {_short_name(name)}",
        description=spec.description or f"{standard.description_de} Herausgegeben von: {name}.",
        classification=Classification(version["classification"]),
        is_invented=bool(version["is_invented"]),
        licence=terms,
        attribution=f"Datenquelle: {name} – {terms.name}",
        publisher=Party(name=name, uri=_place(dataset.owner, register), url=publisher.url if publisher else ""),
        contact=Party(name=contact.name or name, email=contact.email, url=contact.url),
        ags=dataset.owner,
        political_geocoding=_place(dataset.owner, register),
        frequency=spec.frequency,
        keywords=tuple(dict.fromkeys((*spec.keywords, *standard.keywords))),
        modified=version["received_at"],
        stand=version["stand"],
        source_url=version["source_url"] or "",
        fields=(*_standard_fields(standard), _ROW),
        quality=_quality([version]),
        parts=(Part(dataset=str(dataset), version=version["_version"], rows=version["rows_accepted"]),),
        provenance=_municipal_provenance(version, name),
        **_of_standard(standard),
    )
    return _with_inputs(description, [version["_version"], standard.version])


def statewide(
    mart: Mart,
    standards: Mapping[str, Standard],
    versions: Sequence[Mapping[str, Any]],
    context: tuple[Publishers, Register, Settings],
) -> PackageDescription:
    """Describe a statewide table; `versions` are the current open versions it was made of."""
    publishers, register, settings = context
    standard = standards.get(mart.standard)
    parts = tuple(_part(version, publishers, register) for version in versions) if standard else ()
    terms = licence(mart.licence or _most_demanding(part.licence for part in parts))
    land = settings.catalog
    names = mart.source or ", ".join(dict.fromkeys(part.publisher for part in parts)) or land.publisher
    description = PackageDescription(
        id=str(DatasetId(STATEWIDE, slug(mart.name))),
        title=f"{mart.title} (landesweit)" if standard else mart.title,
        description=mart.description,
        classification=Classification.OPEN,
        is_invented=mart.source == "" and any(version["is_invented"] for version in versions),
        licence=terms,
        attribution=f"Datenquelle: {names} – {terms.name}",
        publisher=Party(name=land.publisher, uri=land.publisher_uri, url=land.publisher_url),
        contact=Party(name=land.contact_name or land.publisher, email=land.contact_email, url=land.contact_url),
        political_geocoding=f"{_GEOCODING}/stateKey/{settings.scope_land}",
        frequency="DAILY",
        keywords=standard.keywords if standard else (),
        modified=max((version["moved_at"] for version in versions), default=_midnight(mart.stand)),
        stand=mart.stand,
        fields=_titled(mart.fields, standard),
        quality=_quality(versions if standard else ()),
        parts=parts,
        provenance=_statewide_provenance(mart, parts),
        **(_of_standard(standard) if standard else _without_standard(mart)),
    )
    return _with_inputs(description, [mart.made_by, *(version["_version"] for version in versions)])


def marts(manifest: Mapping[str, Any], made_by: str) -> list[Mart]:
    """The marts that dbt's manifest marks public and builds as files, sorted by name."""
    found = [
        _mart(node, made_by)
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model" and node["access"] == "public" and node["config"]["materialized"] != "view"
    ]
    return sorted(found, key=lambda mart: mart.name)


def _mart(node: Mapping[str, Any], made_by: str) -> Mart:
    meta = node["config"].get("meta", {})
    source = meta.get("source", {})
    return Mart(
        name=node["alias"],
        title=meta.get("title", node["name"]),
        description=" ".join(node["description"].split()),
        standard=meta.get("standard", ""),
        fields=tuple(_column(column) for column in node["columns"].values()),
        made_by=made_by,
        theme=meta.get("theme", "GOVE"),
        source=source.get("publisher", ""),
        licence=source.get("licence", ""),
        stand=date.fromisoformat(str(source["stand"])) if "stand" in source else None,
    )


def _column(column: Mapping[str, Any]) -> FieldInfo:
    meta = {**column.get("meta", {}), **column.get("config", {}).get("meta", {})}
    type_ = _FROM_DBT[column["data_type"].lower().partition("(")[0]]
    description = " ".join(column["description"].split())
    return FieldInfo.model_validate(
        {"name": column["name"], "type": type_, "description": description, "unit": meta.get("unit", "")}
    )


_KINDS = {"Stadt", "Landeshauptstadt", "Universitätsstadt", "Hansestadt", "Gemeinde", "Markt", "Flecken"}
_ROW = FieldInfo(
    name="row",
    type="integer",
    title="Zeile",
    description="Zeile in der Datei, die die Kommune abgegeben hat.",
    is_key=True,
)


def _midnight(day: date | None) -> datetime:
    return datetime.combine(day or date(1970, 1, 1), time(), UTC)


def _place(ags: str, register: Register) -> str:
    if register.is_landkreis(ags):
        return f"{_GEOCODING}/districtKey/{ags[:5]}"
    return f"{_GEOCODING}/municipalityKey/{ags}"


def _standard_fields(standard: Standard) -> tuple[FieldInfo, ...]:
    return tuple(
        FieldInfo(
            name=field.name,
            type=field.type,
            title=field.title_de,
            description=field.description_de,
            unit=field.unit or "",
            is_key=field.name in standard.key,
        )
        for field in standard.fields
    )


def _titled(fields: Sequence[FieldInfo], standard: Standard | None) -> tuple[FieldInfo, ...]:
    """The columns with the titles that the standard gives its fields."""
    titles = {field.name: field.title_de for field in standard.fields} if standard else {}
    return tuple(field.model_copy(update={"title": titles.get(field.name, "")}) for field in fields)


def _of_standard(standard: Standard) -> dict[str, Any]:
    return {
        "standard": standard.name,
        "standard_title": standard.title_de,
        "standard_version": standard.version,
        "musterdatensatz": standard.musterdatensatz,
        "theme": standard.theme,
        "hvd_category": standard.hvd_category or "",
    }


def _without_standard(mart: Mart) -> dict[str, Any]:
    return {"standard": mart.name, "standard_title": mart.title, "standard_version": "1", "theme": mart.theme}


def _quality(versions: Iterable[Mapping[str, Any]]) -> Quality:
    totals: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    repairs: Counter[tuple[str, str, str]] = Counter()
    for version in versions:
        for name in ("rows_total", "rows_accepted", "rows_rejected"):
            totals[name] += version[name]
        reasons.update(json.loads(version["reject_reasons"] or "{}"))
        for one in json.loads(version["repairs"] or "[]"):
            repairs[one["kind"], one["column"], one.get("title_de", "")] += one["count"]
    return Quality(
        rows_total=totals["rows_total"],
        rows_accepted=totals["rows_accepted"],
        rows_rejected=totals["rows_rejected"],
        reject_reasons=dict(sorted(reasons.items())),
        repairs=tuple(
            RepairCount(kind=kind, column=column, count=count, title=title)
            for (kind, column, title), count in sorted(repairs.items())
        ),
    )


def _part(version: Mapping[str, Any], publishers: Publishers, register: Register) -> Part:
    dataset = DatasetId.parse(version["_dataset"])
    publisher, spec = publishers.get(dataset.owner), publishers.dataset(dataset)
    return Part(
        dataset=str(dataset),
        version=version["_version"],
        rows=version["rows_accepted"],
        title=spec.title if spec else "",
        publisher=_publisher_name(publisher, dataset, register),
        licence=spec.licence if spec else DEFAULT_LICENCE,
    )


def _publisher_name(publisher: PublisherSpec | None, dataset: DatasetId, register: Register) -> str:
    """As one says it: `Stadt Flensburg` for the register's `Flensburg, Stadt`."""
    name = (publisher.name if publisher else "") or register.name(dataset.owner)
    town, comma, kind = name.partition(", ")
    return f"{kind} {town}" if comma else name


def _short_name(name: str) -> str:
    """The place alone, for titles: `Flensburg` for `Stadt Flensburg`."""
    first, _, rest = name.partition(" ")
    return rest if rest and first in _KINDS else name


def _most_demanding(names: Iterable[str]) -> str:
    return max(names, key=_DEMANDS.index, default=DEFAULT_LICENCE)


def _municipal_provenance(version: Mapping[str, Any], name: str) -> tuple[str, ...]:
    received = version["received_at"].strftime("%d.%m.%Y")
    repaired = sum(one["count"] for one in json.loads(version["repairs"] or "[]"))
    return (
        f"Abgegeben von {name} am {received} als „{version['filename']}“ (SHA-256 {version['sha256'][:12]}…).",
        f"{version['rows_accepted']} von {version['rows_total']} Zeilen übernommen.",
        f"{repaired} Werte repariert, {version['rows_rejected']} Zeilen zurückgestellt.",
    )


def _statewide_provenance(mart: Mart, parts: Sequence[Part]) -> tuple[str, ...]:
    if mart.source:
        return (f"Quelle: {mart.source}.",)
    if not parts:
        return ("Aus den Angaben zu allen zurzeit veröffentlichten Datensätzen berechnet.",)
    publishers = len({part.publisher for part in parts})
    return (
        f"Zusammengeführt aus {len(parts)} Datensätzen von {publishers} Kommunen.",
        "Jede Zeile nennt Kommune, Datensatz, Version und Zeile der abgegebenen Datei.",
    )


def _with_inputs(description: PackageDescription, made_of: Sequence[str]) -> PackageDescription:
    """Add the fingerprint of everything the package is made from: words and versions, not moments."""
    words = description.model_dump(mode="json", exclude={"inputs", "issued", "modified"})
    told = json.dumps([words, list(made_of)], sort_keys=True, ensure_ascii=False)
    return description.model_copy(update={"inputs": hashlib.sha256(told.encode()).hexdigest()})

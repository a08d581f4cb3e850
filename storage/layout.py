"""The keys of every object, per zone: the only place that knows where a thing lies.

Keys are relative to a site's root and use `/`. What does not belong here: which site may hold them
(`storage.placement`).

```
landing/<ags>/<slug>/<sha256>/content            the bytes exactly as received
landing/<ags>/<slug>/receipts/<UTC time>-<sha12>.json  who, when, from where; written last, so it is the commit
landing/<ags>/<slug>/receipts/<UTC time>-withdrawn.json  the dataset was taken back here
landing/<ags>/answers/<UTC time>.json            what the publisher answered about a column; the last one counts
landing/<ags>/<slug>/decisions/<UTC time>-<sha12>.json  who released or refused a held file, and why
raw/<standard>/                                  Delta table of accepted rows (append-only)
raw/<standard>_rejects/                          Delta table of rejected rows
raw/versions/  raw/pointers/                     Delta tables: one row a version; one row a move of the pointer
curated/<mart>.parquet                           what dbt builds
open/<owner>/<slug>/<version>/<file>             immutable; `datapackage.json` is written last and is the commit
open/<owner>/<slug>/latest/<file>                the stable address
open/index.json                                  which version of which dataset is published
portal/                                          the static portal and the DCAT-AP.de feed
portal/_manifest.json                            {path below portal/: sha256}; written last by the renderer
quarantine/<UTC time>/<key>                      what `stores repair` found and nobody knows: moved, never deleted
```
"""

from __future__ import annotations

from enum import StrEnum

from storage.names import DatasetId

MANIFEST = "datapackage.json"
LATEST = "latest"


class Zone(StrEnum):
    """A part of a site with one writer and one rule."""

    LANDING = "landing"
    RAW = "raw"
    CURATED = "curated"
    OPEN = "open"
    PORTAL = "portal"
    QUARANTINE = "quarantine"


OPEN_INDEX = f"{Zone.OPEN}/index.json"
PORTAL_MANIFEST = f"{Zone.PORTAL}/_manifest.json"


def zone_of(key: str) -> Zone:
    """The zone a key lies in; raises `ValueError` for a key outside every zone or one with `..` in it."""
    head, _, rest = key.partition("/")
    if not rest or any(part in {"", ".", ".."} for part in rest.split("/")):
        raise ValueError(f"“{key}” is no key of a zone")
    return Zone(head)


def landing_content(dataset: DatasetId, sha256: str) -> str:
    return f"{Zone.LANDING}/{dataset}/{sha256}/content"


def landing_receipts(dataset: DatasetId) -> str:
    """The prefix under which a dataset's receipts lie, sorted by time."""
    return f"{Zone.LANDING}/{dataset}/receipts/"


def landing_receipt(dataset: DatasetId, stamp: str, mark: str) -> str:
    """`stamp`: sortable UTC time; `mark`: first 12 digits of the content's SHA-256, or `withdrawn`."""
    return f"{landing_receipts(dataset)}{stamp}-{mark}.json"


def landing_answers(owner: str) -> str:
    """The prefix under which a publisher's answers about columns lie, sorted by time."""
    return f"{Zone.LANDING}/{owner}/answers/"


def landing_answer(owner: str, stamp: str) -> str:
    return f"{landing_answers(owner)}{stamp}.json"


def landing_decision(dataset: DatasetId, stamp: str, sha256: str) -> str:
    """Where a person's word about a held content lies; never changed, the last one counts."""
    return f"{Zone.LANDING}/{dataset}/decisions/{stamp}-{sha256[:12]}.json"


def raw_table(table: str) -> str:
    return f"{Zone.RAW}/{table}"


def curated_table(mart: str) -> str:
    return f"{Zone.CURATED}/{mart}.parquet"


def open_prefix(dataset: DatasetId) -> str:
    return f"{Zone.OPEN}/{dataset}"


def open_file(dataset: DatasetId, version: str, filename: str) -> str:
    return f"{Zone.OPEN}/{dataset}/{version}/{filename}"


def open_manifest(dataset: DatasetId, version: str) -> str:
    return open_file(dataset, version, MANIFEST)

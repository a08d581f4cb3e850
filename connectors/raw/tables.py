"""Which tables the raw zone has, with which columns. Schemas are polars dtypes by column name.

What does not belong here: filling them (`loading`), asking them (`reading`).
"""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

import polars as pl

from standards.definition import Standard
from storage.layout import Zone, raw_table
from storage.manifest import Classification
from storage.sites import Sites
from storage.stores import Store

Schema = dict[str, pl.DataType]
UTC_TIME = pl.Datetime("us", "UTC")
VERSIONS = "versions"
POINTERS = "pointers"
RECEIPTS = "receipts"
_AT_ONCE = 8
DLT_INITIALIZED = f"{Zone.RAW}/init"
"""dlt's own mark that it may load into the folder; it refuses a folder that others made without it."""


class RawSchemaConflict(Exception):
    """A standard now wants another type for a column that the raw zone holds already."""


_OWNER: Schema = {"_ags": pl.String(), "_dataset": pl.String(), "_version": pl.String()}
_REJECTS: Schema = _OWNER | {
    "_row": pl.Int64(),
    **dict.fromkeys(("code", "column", "value", "message_de", "reasons", "record"), pl.String()),
}
_VERSIONS: Schema = _OWNER | {
    **dict.fromkeys(("standard", "standard_version", "classification", "status", "message_de", "sha256"), pl.String()),
    "bytes": pl.Int64(),
    **dict.fromkeys(("filename", "source_kind", "source_url"), pl.String()),
    "received_at": UTC_TIME,
    "converted_at": UTC_TIME,
    **dict.fromkeys(("rows_total", "rows_accepted", "rows_rejected"), pl.Int64()),
    **dict.fromkeys(("repairs", "mapping", "findings", "reading", "reject_reasons"), pl.String()),
    "is_invented": pl.Boolean(),
    "stand": pl.Date(),
    **dict.fromkeys(("held", "decision", "corrects", "replays", "undo", "facts"), pl.String()),
}
_POINTERS: Schema = _OWNER | {
    "standard": pl.String(),
    "classification": pl.String(),
    "moved_at": UTC_TIME,
    "seq": pl.Int64(),
    "reason": pl.String(),
}
_RECEIPTS: Schema = {
    "_ags": pl.String(),
    "key": pl.String(),
    "dataset": pl.String(),
    "event": pl.String(),
    "received_at": UTC_TIME,
    "sha256": pl.String(),
    "bytes": pl.Int64(),
    **dict.fromkeys(
        (
            "filename",
            "source_kind",
            "source_url",
            "etag",
            "last_modified",
            "revision",
            "classification",
            "standard",
            "told",
            "undo",
            "by",
        ),
        pl.String(),
    ),
    "is_invented": pl.Boolean(),
    "reason": pl.String(),
}
LEDGER: Mapping[str, Schema] = {VERSIONS: _VERSIONS, POINTERS: _POINTERS, RECEIPTS: _RECEIPTS}


def delta_options(store: Store) -> dict[str, str]:
    """How deltalake reaches the store. In a bucket a commit is a conditional put: of two writers one loses and retries.

    Empty for a folder, where deltalake renames without replacing.
    """
    options = store.storage_options()
    return {**options, "aws_conditional_put": "etag"} if options else {}


def rejects_table(standard: str) -> str:
    return f"{standard}_rejects"


def schemas(standards: Mapping[str, Standard]) -> dict[str, Schema]:
    """Every table of the raw zone with its columns, in their order."""
    found: dict[str, Schema] = {}
    for name, standard in standards.items():
        found[name] = _OWNER | {"_row": pl.Int64()} | dict(standard.schema())
        found[rejects_table(name)] = _REJECTS
    return found | dict(LEDGER)


def table_names(standards: Mapping[str, Standard]) -> tuple[str, ...]:
    """Row tables first, the ledger last."""
    return tuple(schemas(standards))


def ensure_tables(sites: Sites, standards: Mapping[str, Standard]) -> None:
    """Make every table that is missing and add columns that a standard gained. Raises `RawSchemaConflict`.

    Afterwards every dbt source exists, also where nothing was ever handed in.
    """
    store = sites.onprem
    if store.head(DLT_INITIALIZED) is None:
        sites.write(store.site, DLT_INITIALIZED, b"", classification=Classification.INTERNAL)
    with ThreadPoolExecutor(_AT_ONCE) as pool:  # a bucket answers several questions in the time of one
        for _ in pool.map(lambda table: _ensure(store, *table), schemas(standards).items()):
            pass


def _ensure(store: Store, name: str, schema: Schema) -> None:
    from deltalake import DeltaTable, Field

    uri, options = store.uri(raw_table(name)), delta_options(store)
    wanted = pl.DataFrame(schema=schema).to_arrow(compat_level=pl.CompatLevel.oldest()).schema
    if not DeltaTable.is_deltatable(uri, options):
        DeltaTable.create(uri, schema=wanted, mode="ignore", storage_options=options)
        return
    table = DeltaTable(uri, storage_options=options)
    standing = {field.name: field.type for field in table.schema().fields}
    new = [Field.from_arrow(field) for field in wanted]
    for field in new:
        if field.name in standing and standing[field.name] != field.type:
            raise RawSchemaConflict(
                f"raw/{name}: column {field.name} holds {standing[field.name]} but the standard now says {field.type}: "
                "give the field a new name"
            )
    if added := [field for field in new if field.name not in standing]:
        table.alter.add_columns(added)

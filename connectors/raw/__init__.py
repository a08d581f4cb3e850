"""The raw zone: append-only Delta tables in the on-premises store, written by dlt.

| module | answers |
|---|---|
| `tables` | which tables and columns are there; empty tables, so that readers always find them |
| `loading` | dlt: the pipeline, the sources with one resource per table, exactly once |
| `destination` | dlt's file destination without a wait of a second per load |
| `spool` | rows on their way into the tables, in bounded memory |
| `ledger` | the rows of the tables that are about versions, pointers and receipts |
| `reading` | which version of which dataset is current, and its rows |
| `history`, `difference` | what stood when, and the way of one row back; what changed between two tables |

`raw/<standard>` and `raw/<standard>_rejects` hold rows, `raw/versions` one row per version, `raw/receipts` one per
entry of the landing log, `raw/pointers` one per move of a pointer. The pointers are written last: they are the commit.
"""

from connectors.raw.reading import (
    current_pointers,
    current_rows,
    current_versions,
    pointer_fingerprint,
    version_rows,
)
from connectors.raw.tables import RawSchemaConflict, ensure_tables, rejects_table, table_names

__all__ = [
    "RawSchemaConflict",
    "current_pointers",
    "current_rows",
    "current_versions",
    "ensure_tables",
    "pointer_fingerprint",
    "rejects_table",
    "table_names",
    "version_rows",
]

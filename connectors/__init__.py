"""How do bytes get in? From a source to landing, and from landing to the raw zone.

| module | answers |
|---|---|
| `register` | which Gemeinden are there (AGS, name, Kreis, …) |
| `publishers/` | what is fetched from whom: one TOML per Kommune, validated |
| `sources/` | one protocol per file (HTTP file, CKAN portal, inbox), all dlt resources |
| `fetch` | one run over every source that is due |
| `landing` | the bytes exactly as received, and the receipts: the log from which everything else can be made again |
| `reading/` | any municipal file → a table of strings and a report of how it was read |
| `conversion` | landing → reading → standards: what became of each file |
| `raw/` | the Delta tables of the raw zone: schemas, loading with dlt, the pointer to the current version |
| `ingest` | the whole way as three functions for the command line, the intake portal and Dagster |

The direction is source → landing → raw, and every step may be killed: what landed is a fact once its receipt stands,
what is current is a fact once its pointer stands, and the next run does what is missing.
"""

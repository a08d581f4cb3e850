"""How do bytes get in? From a source to landing, and from landing to the raw zone.

| module | answers |
|---|---|
| `register` | which Gemeinden are there (AGS, name, Kreis, …) |
| `publishers/` | what is fetched from whom: one TOML per Kommune, validated |
| `sources/` | one protocol per file (HTTP file, CKAN portal, inbox), all dlt resources |
| `fetch` | one run over every source that is due |
| `copies`, `landing`, `receipts` | the bytes exactly as received, and the log from which all else can be made again |
| `answers`, `releases` | what a publisher said about its columns, what persons said about held files |
| `reading/` | any municipal file → a table of strings and a report of how it was read |
| `checking`, `large`, `many` | one file, a large one, a folder of files: read and judged without keeping anything |
| `batches` | which files a folder stands for; things in batches of bounded size |
| `pending` | what is still to do between landing and raw, and under which version |
| `conversion`, `contents`, `judging`, `corrections`, `outcomes` | landing → reading → standards: what came of a file |
| `facts`, `gazetteer` | what a file is compared with; which Gemeinde a name means |
| `raw/` | the Delta tables of the raw zone: schemas, loading with dlt, the pointer to the current version |
| `loadrun` | one run from landing to raw, under the raw zone's lock |
| `waiting` | held files, rejected rows and refused files: listed, decided, judged again |
| `ingest` | the whole way as a few functions for the command line, the intake portal and Dagster |
| `demo/` | invented files of a dozen Kommunen |
| `config`, `messages` | the bounds of fetching; the German sentences |

The direction is source → landing → raw, and every step may be killed: what landed is a fact once its receipt stands,
what is current is a fact once its pointer stands, and the next run does what is missing.
"""

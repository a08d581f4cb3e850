"""One module per file format: each writes the rows of a dataset to a path and says what a reader should know.

A writer is deterministic (the same rows are the same bytes) and loses nothing: what a format cannot hold is said in
its note, in German. What does not belong here: where the file goes (`storage.package`).

| module | format | source of its rules |
|---|---|---|
| `csv` | CSV | RFC 4180, UTF-8 without a byte-order mark |
| `parquet` | Apache Parquet | zstd, statistics |
| `geojson` | GeoJSON | RFC 7946 |
| `xlsx` | Excel | ECMA-376 |
| `dictionary` | the data dictionary as CSV | – |
"""

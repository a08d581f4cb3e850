"""The peers: what a good engineer would write who knows each file's dialect beforehand. Run as a fresh process.

`python -m tests.bench.peers small-polars FOLDER OUT` · `large-polars|large-streaming|large-duckdb FILE OUT`.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import polars as pl

from tests.bench.data import HEADERS, LARGE, STANDARD, Dialect, dialect_of, header_of
from tests.bench.facts import FIELDS

_DUCKDB = """
COPY (
    SELECT "Zählstelle" AS zaehlstelle, "Richtung" AS richtung,
           strptime("Zeitpunkt", '%d.%m.%Y %H:%M') AS zeitpunkt, "Anzahl" AS anzahl,
           "Breitengrad" AS lat, "Längengrad" AS lon
    FROM read_csv('/dev/stdin', delim = ';', header = true, decimal_separator = ',', auto_detect = false, columns = {
        'Zählstelle': 'VARCHAR', 'Richtung': 'VARCHAR', 'Zeitpunkt': 'VARCHAR', 'Anzahl': 'BIGINT',
        'Breitengrad': 'DOUBLE', 'Längengrad': 'DOUBLE'})
) TO '$out' (FORMAT parquet, COMPRESSION zstd)
"""


def read_told(source: Path, dialect: Dialect, header: tuple[str, ...]) -> pl.DataFrame:
    """Read one file whose dialect is told: typed, in the standard's field names."""
    types = [pl.String, pl.String, pl.String, pl.Int64, pl.Float64, pl.Float64]
    utf8 = dialect.encoding in {"utf-8", "utf-8-sig"}
    frame = pl.read_csv(
        source if utf8 else source.read_bytes().decode(dialect.encoding).encode(),
        separator=dialect.delimiter,
        decimal_comma=dialect.is_comma,
        schema=dict(zip(header, types, strict=True)),
    )
    frame.columns = list(FIELDS)
    return frame.with_columns(pl.col("zeitpunkt").str.to_datetime(dialect.moment, time_unit="us"))


def small_polars(folder: Path, out: Path) -> None:
    """The plain loop: read each file typed, keep whose it is, one Parquet of all."""
    frames = []
    for index, path in enumerate(sorted(folder.glob(f"*/{STANDARD}.csv"))):
        frame = read_told(path, dialect_of(index), header_of(index))
        frames.append(frame.with_columns(ags=pl.lit(path.parent.name)))
    pl.concat(frames).write_parquet(out)


def large_polars(source: Path, out: Path) -> None:
    read_told(source, LARGE, HEADERS[0]).write_parquet(out)


def large_streaming(source: Path, out: Path) -> None:
    """Polars' streaming engine, told the dialect; it reads UTF-8 only, so that iconv stands before it."""
    utf8 = out.with_suffix(".utf8.csv")
    with utf8.open("wb") as target:
        subprocess.run(["iconv", "-f", "CP1252", "-t", "UTF-8", str(source)], stdout=target, check=True)
    types = [pl.String, pl.String, pl.String, pl.Int64, pl.Float64, pl.Float64]
    frame = pl.scan_csv(
        utf8, separator=LARGE.delimiter, decimal_comma=True, schema=dict(zip(HEADERS[0], types, strict=True))
    )
    named = frame.rename(dict(zip(HEADERS[0], FIELDS, strict=True)))
    named.with_columns(pl.col("zeitpunkt").str.to_datetime(LARGE.moment, time_unit="us")).sink_parquet(out)
    utf8.unlink()


def large_duckdb(source: Path, out: Path) -> None:
    """`iconv | duckdb`, as one would in a shell; both run at the same time."""
    import duckdb

    with subprocess.Popen(["iconv", "-f", "CP1252", "-t", "UTF-8", str(source)], stdout=subprocess.PIPE) as iconv:
        assert iconv.stdout is not None
        query = _DUCKDB.replace("$out", str(out)).replace("/dev/stdin", f"/dev/fd/{iconv.stdout.fileno()}")
        duckdb.sql(query)


PEERS = {
    "small-polars": small_polars,
    "large-polars": large_polars,
    "large-streaming": large_streaming,
    "large-duckdb": large_duckdb,
}

if __name__ == "__main__":
    name, source, out = sys.argv[1:]
    PEERS[name](Path(source), Path(out))
    sys.stdout.write("{}\n")

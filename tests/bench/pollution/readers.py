"""The readers that are compared, each at its best documented settings for a file nobody has looked into.

Ours gets the bytes. A peer that cannot find the encoding itself gets UTF-8: `decoded` does for it what a careful user
would do (byte order mark, else UTF-8 if it is valid, else UTF-16 if every second byte is zero, else Windows-1252).
Every reader is asked for text, so that no number is changed.
"""

from __future__ import annotations

import codecs
import csv
import io
import tempfile
from collections.abc import Callable
from importlib.util import find_spec

from tests.bench.pollution.score import Reading

Reader = Callable[[bytes], Reading]

OURS = "allmende"
_DUCKDB = {"all_varchar": True, "null_padding": True, "header": True, "parallel": False}
_MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}


def readers() -> dict[str, Reader]:
    """Name → reader; those whose package is not installed are left out (`uv sync --group bench` has them all)."""
    found: dict[str, Reader] = {OURS: allmende, "DuckDB": duckdb}
    found |= {"clevercsv": clevercsv} if find_spec("clevercsv") else {}
    found |= {"pandas": pandas} if find_spec("pandas") else {}
    return found | {"polars, delimiter counted": polars_counted, "polars": polars, "csv.Sniffer": sniffer}


SETTINGS = {
    OURS: "`read_table(bytes)`, nothing told",
    "DuckDB": "`read_csv`, dialect detected, `all_varchar`, `null_padding`, told that there is a header; where that"
    " fails once more with `ignore_errors`, `strict_mode=false`; given UTF-8",
    "clevercsv": "`Sniffer().sniff(text)`, `clevercsv.reader`, first record as header; given decoded text",
    "pandas": "`read_csv(sep=None, engine='python', dtype=str)`, long records cut by `on_bad_lines`; given UTF-8",
    "polars, delimiter counted": "as polars, told the one of “,;⇥|:” that stands most evenly in the lines",
    "polars": "`read_csv(infer_schema=False, truncate_ragged_lines, ignore_errors)`; given UTF-8",
    "csv.Sniffer": "`csv.Sniffer().sniff`, `csv.reader`, first record as header; given decoded text",
}


def allmende(data: bytes) -> Reading:
    from connectors.reading import read_table

    result = read_table(data, filename="datei.csv")
    return _of_frame(result.frame.columns, result.frame.rows())


def duckdb(data: bytes) -> Reading:
    import duckdb as engine

    with tempfile.NamedTemporaryFile(suffix=".csv") as file, engine.connect() as connection:
        file.write(decoded(data).encode())
        file.flush()
        try:
            found = connection.read_csv(file.name, **_DUCKDB)
            return _of_frame(found.columns, found.fetchall())
        except engine.Error:  # as its documentation says: first the standard, then whatever can be read
            found = connection.read_csv(file.name, **_DUCKDB, ignore_errors=True, strict_mode=False)
            return _of_frame(found.columns, found.fetchall())


def clevercsv(data: bytes) -> Reading:
    import clevercsv as engine

    text = decoded(data)
    dialect = engine.Sniffer().sniff(text)
    return _of_records(engine.reader(io.StringIO(text, newline=""), dialect))


def pandas(data: bytes) -> Reading:
    import pandas as pd

    frame = pd.read_csv(
        io.StringIO(decoded(data), newline=""),
        sep=None,
        engine="python",
        dtype=str,
        keep_default_na=False,
        index_col=False,
        on_bad_lines=lambda record: record,
    )
    return _of_frame(list(frame.columns), [tuple(row) for row in frame.fillna("").to_numpy().tolist()])


def polars(data: bytes) -> Reading:
    return _polars(data, ",")


def polars_counted(data: bytes) -> Reading:
    lines = [line for line in decoded(data).splitlines() if line][:100]
    counts = {mark: [line.count(mark) for line in lines] for mark in ",;\t|:"}
    evenness = {mark: max(map(found.count, {*found} - {0}), default=0) for mark, found in counts.items()}
    return _polars(data, max(evenness, key=lambda mark: evenness[mark]))


def _polars(data: bytes, separator: str) -> Reading:
    import polars as pl

    frame = pl.read_csv(
        decoded(data).encode(), separator=separator, infer_schema=False, truncate_ragged_lines=True, ignore_errors=True
    )
    return _of_frame(frame.columns, frame.rows())


def sniffer(data: bytes) -> Reading:
    text = decoded(data)
    dialect = csv.Sniffer().sniff(text[:65536])
    return _of_records(csv.reader(io.StringIO(text, newline=""), dialect))


def decoded(data: bytes) -> str:
    """The text, as a careful user would find it without a library."""
    for mark, code in _MARKS.items():
        if data.startswith(mark):
            return data.decode(code, "replace")
    if data[1:200:2].count(0) > 50:
        return data.decode("utf-16-le", "replace")
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def _of_frame(names: list[str], rows: list[tuple[str | None, ...]]) -> Reading:
    return Reading(tuple(map(str, names)), [tuple(cell or "" for cell in row) for row in rows])


def _of_records(records: object) -> Reading:
    header, *rows = [tuple(record) for record in records]  # type: ignore[attr-defined]
    return Reading(header, rows)

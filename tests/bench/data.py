"""The benchmark files: made by rule, the same on every machine. Nothing is measured here.

Both are bicycle counts (`radverkehrszaehlung`): a text with umlauts, a date with time, an integer and two decimals a
row, so that encoding, date order and decimal comma all matter.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from pathlib import Path

import polars as pl

PROJECT = Path(__file__).resolve().parents[2]
STANDARD = "radverkehrszaehlung"
ROWS_SMALL = 100
HEADERS = (
    ("Zählstelle", "Richtung", "Zeitpunkt", "Anzahl", "Breitengrad", "Längengrad"),
    ("Name der Zählstelle", "Fahrtrichtung", "Datum/Uhrzeit", "Anzahl Radfahrende", "Lat", "Lon"),
)
STREETS = ("Äußere Nürnberger Straße", "Königsplatz", "Mühlweg", "Südring", "Bahnhofstraße", "Uferweg", "Jahnstraße")


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a file is written. This is what the peers are told and what the platform has to find out."""

    encoding: str
    delimiter: str
    is_comma: bool
    """Decimal comma."""
    moment: str
    """`strftime` pattern."""
    quote_all: bool = False


DIALECTS = (
    Dialect("utf-8", ";", is_comma=True, moment="%d.%m.%Y %H:%M"),
    Dialect("cp1252", ";", is_comma=True, moment="%d.%m.%Y %H:%M"),
    Dialect("utf-8-sig", ",", is_comma=False, moment="%Y-%m-%d %H:%M:%S"),
    Dialect("latin-1", ",", is_comma=True, moment="%d.%m.%Y %H:%M:%S"),
    Dialect("utf-16", "\t", is_comma=True, moment="%d.%m.%Y %H:%M"),
    Dialect("utf-8", "\t", is_comma=False, moment="%Y-%m-%dT%H:%M:%S"),
    Dialect("cp1252", "|", is_comma=True, moment="%d.%m.%Y %H:%M", quote_all=True),
    Dialect("utf-8", ";", is_comma=False, moment="%d.%m.%Y %H:%M:%S", quote_all=True),
)
LARGE = DIALECTS[1]
_PIECE = 1_000_000
"""Rows of a large file that are made in one go."""


def bavaria() -> list[str]:
    """The AGS of the 2,056 Gemeinden of Bavaria, from the register seed."""
    register = pl.read_csv(PROJECT / "dbt_project/seeds/gemeinden.csv", infer_schema=False)
    return (
        register.filter((pl.col("land_ags") == "09") & (pl.col("is_gemeindefrei").str.to_lowercase() == "false"))
        .get_column("ags")
        .sort()
        .to_list()
    )


def dialect_of(index: int) -> Dialect:
    return DIALECTS[index % len(DIALECTS)]


def header_of(index: int) -> tuple[str, ...]:
    return HEADERS[index // len(DIALECTS) % len(HEADERS)]


def small_files(folder: Path, count: int) -> list[Path]:
    """Write `<folder>/<ags>/radverkehrszaehlung.csv` for the first `count` Gemeinden of Bavaria, 100 rows each."""
    paths = []
    for index, ags in enumerate(bavaria()[:count]):
        path = folder / ags / f"{STANDARD}.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(_small(index))
        paths.append(path)
    return paths


def _small(index: int) -> bytes:
    dialect = dialect_of(index)
    out = io.StringIO(newline="")
    quoting = csv.QUOTE_ALL if dialect.quote_all else csv.QUOTE_MINIMAL
    writer = csv.writer(out, delimiter=dialect.delimiter, quoting=quoting, lineterminator="\r\n")
    writer.writerow(header_of(index))
    frame = _counts(ROWS_SMALL, per_counter=ROWS_SMALL // 2, seed=index)
    columns = [_text(frame, dialect).get_column(name).to_list() for name in frame.columns]
    writer.writerows(zip(*columns, strict=True))
    text = out.getvalue()
    return ("\ufeff" + text).encode("utf-16-le") if dialect.encoding == "utf-16" else text.encode(dialect.encoding)


def large_file(path: Path, rows: int) -> None:
    """Write one Windows-1252, `;`, decimal comma file with German dates: about 80 bytes a row."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        for start in range(0, rows, _PIECE):
            counts = _counts(min(_PIECE, rows - start), per_counter=20_000, seed=7, start=start)
            frame = _text(counts, LARGE)
            frame.columns = list(HEADERS[0])
            file.write(
                frame.write_csv(separator=";", line_terminator="\r\n", include_header=not start).encode("cp1252")
            )


def _counts(rows: int, *, per_counter: int, seed: int, start: int = 0) -> pl.DataFrame:
    """Typed rows in the standard's field names: every (counter, direction, moment) occurs once."""
    row = pl.col("row")
    counter = row // per_counter
    street = pl.Series(STREETS)
    return pl.DataFrame({"row": pl.int_range(start, start + rows, eager=True)}).select(
        zaehlstelle=pl.format(
            "Zählstelle {} {}", pl.lit(street).gather((counter // 2 + seed) % len(STREETS)), counter // 2 + 1
        ),
        richtung=pl.when(counter % 2 == 0).then(pl.lit("stadteinwärts")).otherwise(pl.lit("stadtauswärts")),
        zeitpunkt=pl.datetime(2023, 1, 1) + pl.duration(hours=row % per_counter),
        anzahl=(row * 7919 + row // 13 * 104729 + seed * 31) % 480,
        lat=48.9 + ((counter // 2 * 37 + seed) % 1000) / 10_000,
        lon=11.2 + ((counter // 2 * 53 + seed) % 1000) / 10_000,
    )


def _text(frame: pl.DataFrame, dialect: Dialect) -> pl.DataFrame:
    def number(name: str) -> pl.Expr:
        # six decimals, as GPS gives them
        micro = (pl.col(name) * 1_000_000).round().cast(pl.Int64)
        mark = "," if dialect.is_comma else "."
        whole, rest = micro // 1_000_000, (micro % 1_000_000).cast(pl.String).str.zfill(6)
        return pl.format("{}" + mark + "{}", whole, rest).alias(name)

    return frame.with_columns(
        pl.col("zeitpunkt").dt.strftime(dialect.moment), pl.col("anzahl").cast(pl.String), number("lat"), number("lon")
    )

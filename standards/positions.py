"""`lat` and `lon` of all rows of a pass, from the columns that say the position; what is asked about them."""

from __future__ import annotations

from functools import partial

import polars as pl

from standards.mapping import Position
from standards.messages import say
from standards.model import Finding, Severity
from standards.place_texts import from_pair, from_wkt, read_axis
from standards.places import locate
from standards.work import Work, axis_of, clean_text


def place_rows(work: Work, position: Position) -> None:
    """`lat` and `lon` of all rows from the position's columns."""
    header = " / ".join(position.columns)
    made: pl.Series | None = None
    if position.kind == "xy":
        axes = [axis_of(work, column) for column in position.columns]
        texts, (x, y) = [axis[0] for axis in axes], (axis[1] for axis in axes)
        _count_axes(work, position, tuple(axis[2] for axis in axes), tuple(texts))
        shown = None
    elif position.kind == "wkt":
        texts = [clean_text(work, column) for column in position.columns]
        texts[0] = texts[0].set(texts[0].str.contains(r"(?i)\bEMPTY\s*$").fill_null(value=False), None)
        x, y, made = from_wkt(texts[0])
        shown = texts[0]
    else:
        texts = [clean_text(work, column) for column in position.columns]
        east, north = from_pair(texts[0])
        (x, x_kinds), (y, y_kinds) = read_axis(east), read_axis(north)
        shown = texts[0]
        _count_axes(work, position, (x_kinds, y_kinds), (east, north))
    unreadable = _unreadable(position, texts, x, y)
    places = locate(
        x, y, work.groups,
        boxes={number: table.bbox for number, table in work.tables.items()},
        systems=dict.fromkeys(work.tables, position.crs), overall=work.overall,
    )  # fmt: skip
    work.values["lat"], work.values["lon"] = places.lat, places.lon
    faulty = unreadable.any() or places.fault.null_count() < len(places.fault) or bool(places.kinds)
    if shown is None:
        shown = _pair_text(*texts) if faulty else texts[0]
    work.origins["lat"] = work.origins["lon"] = header
    work.fault("coordinate_unreadable", "lat", unreadable, shown)
    for code in places.fault.unique().drop_nulls().to_list():
        work.fault(code, "lat", (places.fault == code).fill_null(value=False) & ~unreadable, shown)

    def after(index: int) -> str:
        return f"{places.lat[index]:.6f} / {places.lon[index]:.6f}"

    for kind, mask in _repairs(places.kinds, is_pair=position.kind == "pair").items():
        work.changed(kind, header, mask, shown, after)
    if made is not None:
        work.changed("geometry_point", header, made & places.lat.is_not_null(), shown, after)
    _ask_crs(work, position, places.systems, header)


def _repairs(kinds: dict[str, pl.Series], *, is_pair: bool) -> dict[str, pl.Series]:
    """The kinds as they are counted. Which of two columns is the latitude, their headers say: columns that say it wrong
    are a repair. Of a pair in one cell nobody says it, so that its order is read and only a row against it is mended.
    """
    told = dict(kinds)
    columns, rows = told.pop("swapped_columns", None), told.get("swapped_coordinates")
    if columns is not None and not is_pair:
        told["swapped_coordinates"] = columns if rows is None else columns | rows
    return told


def _pair_text(east: pl.Series, north: pl.Series) -> pl.Series:
    both = pl.DataFrame({"x": east, "y": north}).select(pl.concat_str(pl.col("x", "y").fill_null(""), separator=" / "))
    return both.to_series()


def _pointed(text: pl.Series, index: int) -> str:
    return str(text[index]).replace(",", ".")


def _ask_crs(work: Work, position: Position, systems: dict[int, str], header: str) -> None:
    """UTM without a zone, told by nobody and checked by no municipality's box, is an assumption that is said."""
    for number, code in systems.items():
        table = work.tables[number]
        if code in ("EPSG:25832", "EPSG:25833") and not position.crs and table.bbox is None and table.crs is None:
            text = say("assumed_crs", column=header, expected=f"UTM Zone {code[-2:]} ({code})")
            work.notes.append((number, Finding(Severity.INFO, "assumed_crs", text, column=header)))


def _count_axes(
    work: Work, position: Position, kinds: tuple[pl.Series | None, ...], texts: tuple[pl.Series, ...]
) -> None:
    for number, (kind, text) in enumerate(zip(kinds, texts, strict=True)):
        if kind is None:
            continue
        column = position.columns[number % len(position.columns)]
        for name in kind.drop_nulls().unique(maintain_order=True).to_list():
            work.changed(name, column, (kind == name).fill_null(value=False), text, partial(_pointed, text))


def _unreadable(position: Position, texts: list[pl.Series], x: pl.Series, y: pl.Series) -> pl.Series:
    if position.kind == "xy":
        return (texts[0].is_not_null() & x.is_null()) | (texts[1].is_not_null() & y.is_null())
    return texts[0].is_not_null() & (x.is_null() | y.is_null())

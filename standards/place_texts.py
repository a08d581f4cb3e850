"""Cells that hold coordinates, as text: WKT, WKB, GeoJSON, pairs, single axes. Numbers come out, no system is told."""
# ruff: noqa: E501  a pattern broken over lines is no longer a pattern

from __future__ import annotations

import re

import polars as pl

from standards.angles import angle, pair
from standards.numbers import Numbers, read_numbers
from standards.words import map_unique

_ZONE_PREFIX = re.compile(r"^\s*(3[23])\s+(?=\d{6})")
_POINT = r"(?i)^\s*(?:SRID=\d+;)?\s*POINT\s*(?:Z|M|ZM)?\s*\(\s*([-\d.eE+]+)[\s,]+([-\d.eE+]+)[^)]*\)\s*$"
_PAIR = r"^\s*(?:POINT)?\s*[\[({]?\s*([-+]?\d{1,8}(?:[.,]\d+)?)\s*°?\s*[NO E]?\s*(?:;|,\s|\s|,)\s*([-+]?\d{1,8}(?:[.,]\d+)?)\s*°?\s*[NOE]?\s*(?:[,;]\s*[-\d.]+\s*)?[\])}]?\s*$"
WKT_WORD = re.compile(
    r"^\s*(?:SRID=\d+;)?\s*(?:MULTI)?(?:POINT|LINESTRING|POLYGON)|^\s*GEOMETRYCOLLECTION", re.IGNORECASE
)
WKB_HEX = re.compile(r"^(?:00|01)[0-9A-Fa-f]{40,}$")
GEOJSON = re.compile(r'^\s*\{.*"coordinates"\s*:', re.DOTALL)
PAIR = re.compile(_PAIR)


def from_wkt(text: pl.Series) -> tuple[pl.Series, pl.Series, pl.Series]:
    """WKT, hex WKB or GeoJSON text → x, y as Float64 and a mask where a line or area was made a point."""
    x = text.str.extract(_POINT, 1).cast(pl.Float64, strict=False)
    y = text.str.extract(_POINT, 2).cast(pl.Float64, strict=False)
    left = (x.is_null() & text.is_not_null()).arg_true()
    made = pl.Series("m", [False]).new_from_index(0, len(text)) if len(text) else pl.Series("m", [], dtype=pl.Boolean)
    if len(left):
        points = pl.DataFrame(
            {"p": map_unique(text.gather(left), _representative, pl.Struct({"x": pl.Float64, "y": pl.Float64}))}
        ).unnest("p")
        x, y = x.scatter(left, points["x"]), y.scatter(left, points["y"])
        made = made.scatter(left, points["x"].is_not_null())
    return x, y, made


def _representative(text: str) -> dict[str, float | None]:
    import shapely

    try:
        if WKB_HEX.match(text.strip()):
            shape = shapely.from_wkb(text.strip())
        elif text.lstrip().startswith("{"):
            shape = shapely.from_geojson(text)
        else:
            shape = shapely.from_wkt(re.sub(r"^\s*SRID=\d+;", "", text))
        point = shape if shape.geom_type == "Point" else shapely.point_on_surface(shape)
        return {"x": float(point.x), "y": float(point.y)}
    except Exception:  # noqa: BLE001  shapely raises many kinds for broken text; the row gets its own sentence
        return {"x": None, "y": None}


def from_pair(text: pl.Series) -> tuple[pl.Series, pl.Series]:
    """`[9.45, 54.78]`, `48,1; 11,5`, `48.1 11.5` → first and second number as text."""
    first, second = text.str.extract(_PAIR, 1), text.str.extract(_PAIR, 2)
    left = (first.is_null() & text.is_not_null()).arg_true()
    if not len(left):
        return first, second
    shape = pl.Struct({"a": pl.String, "b": pl.String})
    odd = pl.DataFrame(
        {
            "p": map_unique(
                text.gather(left), lambda cell: dict(zip("ab", pair(cell) or (None, None), strict=True)), shape
            )
        }
    )
    parts = odd.unnest("p")
    return first.scatter(left, parts["a"]), second.scatter(left, parts["b"])


def is_pair(text: str) -> bool:
    return bool(PAIR.match(text)) or pair(text) is not None


def read_axis(text: pl.Series, plain: Numbers | None = None) -> tuple[pl.Series, pl.Series | None]:
    """One coordinate column → Float64 and repair kinds. Thousands points (`48.137.154`) become a lost decimal point.

    `plain`: what the column says, where it is known to hold nothing but plain numbers.
    """
    if plain:
        return plain.values, plain.kinds
    bare = text
    if text.str.contains(r"^\s*3[23]\s+\d{6}").any():
        bare = text.str.replace(_ZONE_PREFIX.pattern.replace(r"(?=\d{6})", ""), "${1}")
    if bare.str.contains("[°NSEOW]").any() and not bare.str.contains("['′’]").any():
        bare = bare.str.replace_all(r"\s*°?\s*[NSEOW]?\s*$", "")
    numbers = read_numbers(bare)
    left = (numbers.values.is_null() & text.is_not_null()).arg_true()
    values = numbers.values
    if len(left):
        values = values.scatter(left, map_unique(bare.gather(left), _many_points, pl.Float64))
    return values, numbers.kinds


def _many_points(text: str) -> float | None:
    if (degrees := angle(text)) is not None:
        return degrees
    bare = text.strip().replace(" ", "")
    if re.fullmatch(r"[-+]?\d{1,3}(?:[.,]\d+){2,}", bare):
        return float(bare.replace(".", "").replace(",", ""))
    return None

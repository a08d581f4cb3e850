"""One place in every system, order and spelling that municipal files use; it always comes out where it is."""

# ruff: noqa: E501  tables of cases read better in rows

from __future__ import annotations

import pyproj
import pytest

from tests.standards.test_municipal_variants import judged

LON, LAT = 11.5755, 48.1374


def at(code: int) -> tuple[str, str]:
    """East and north in the system, to the centimetre."""
    east, north = pyproj.Transformer.from_crs(4326, code, always_xy=True).transform(LON, LAT)
    return f"{east:.2f}", f"{north:.2f}"


def german(number: str) -> str:
    return f"{float(number):,.2f}".replace(",", " ").replace(".", ",").replace(" ", ".")


(UTM, UTM33, GK3, GK4, WEB) = (at(code) for code in (25832, 25833, 31467, 31468, 3857))
DEGREES, TURNED = (f"{LON}", f"{LAT}"), (f"{LAT}", f"{LON}")


@pytest.mark.parametrize(
    ("header", "cells"),
    [
        ("X;Y", UTM), ("Rechtswert;Hochwert", tuple(map(german, UTM))), ("E;N", ("32" + UTM[0], UTM[1])), ("RW;HW", ("32 " + UTM[0][:6], UTM[1][:7])),
        ("Hochwert;Rechtswert", UTM[::-1]), ("X;Y", UTM[::-1]), ("ETRS89_UTM32_Ost;ETRS89_UTM32_Nord", UTM), ("UTM-Koordinate Ost;UTM-Koordinate Nord", UTM),
        ("x_utm33;y_utm33", UTM33), ("GK4_RECHTS;GK4_HOCH", GK4), ("RECHTSWERT;HOCHWERT", GK3), ("x;y", WEB), ("lon;lat", DEGREES), ("lon;lat", TURNED),
        ("Länge;Breite", tuple(cell.replace(".", ",") for cell in DEGREES)), ("lon;lat", ("115755", "481374")), ("lon;lat", ("11.575.500", "48.137.400")),
        ("lon;lat", ("-11.5755", "48.1374")), ("Längengrad;Breitengrad", ("11°34'31.8\"E", "48°08'14.6\"N")), ("Länge;Breite", ("11,5755°", "48,1374° N")),
        ("LAENGE_WGS;BREITE_WGS", DEGREES), ("Längengrad (dezimal);Breitengrad (dezimal)", DEGREES), ("POINT_X;POINT_Y", UTM), ("Koordinaten", (f"32U {UTM[0][:6]} {UTM[1][:7]}",)),
        ("WKT", (f"POINT ({LON} {LAT})",)), ("geometrie", (f'{{"type":"Point","coordinates":[{LON},{LAT}]}}',)), ("a", (f"{LAT} / {LON}",)), ("a;b", UTM), ("a;b", GK4), ("a;b", UTM[::-1]), ("a;b", TURNED),
    ],
)  # fmt: skip
def test_a_place_is_found(header: str, cells: tuple[str, ...]) -> None:
    """To a few metres: Gauss-Krüger to WGS84 without a grid is no better, whole metres neither."""
    judgement = judged(
        "spielplaetze", f"Name;{header}", [";".join((name, *cells)) for name in ("Nord", "Süd", "Mitte")]
    )
    assert judgement.accepted.select("lon", "lat").row(0) == pytest.approx((LON, LAT), abs=3e-5)


def test_a_place_in_another_town_is_asked_about() -> None:
    """Eleven playgrounds lie together; the twelfth is two hundred kilometres off, and its row waits."""
    rows = [f"Platz {n};{LON + n / 1000};{LAT}" for n in range(11)] + ["Irrtum;11.57;50.1"]
    judgement = judged("spielplaetze", "Name;lon;lat", rows)
    assert judgement.rejected.select("_row", "code").rows() == [(13, "coordinate_far")]

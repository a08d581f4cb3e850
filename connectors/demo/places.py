"""Where the demo Kommunen lie: a box around each town centre, and street names. Names and places are real, no more.

Boxes are small enough to lie within the municipality. Projected boxes are given in their own system, so that the
generator needs no projection library and its bytes depend on no grid file.
"""

from __future__ import annotations

from connectors.demo.dice import Dice
from connectors.demo.model import Box

BAMBERG: Box = (10.870, 49.880, 10.910, 49.905)
PASSAU: Box = (13.420, 48.570, 13.455, 48.590)
NERSINGEN: Box = (10.110, 48.422, 10.135, 48.436)
INGOLSTADT: Box = (11.405, 48.755, 11.445, 48.775)
COBURG: Box = (10.950, 50.250, 10.980, 50.270)
SCHWEINFURT: Box = (10.215, 50.038, 10.250, 50.055)
VATERSTETTEN: Box = (11.755, 48.098, 11.785, 48.112)
MEMMINGEN: Box = (10.170, 47.975, 10.195, 47.993)

KEMPTEN_UTM32: Box = (597_600.0, 5_285_800.0, 599_400.0, 5_287_700.0)
"""Easting and northing in metres, EPSG:25832."""
KEMPTEN: Box = (10.300, 47.715, 10.330, 47.738)
ROTHENBURG_GK4: Box = (4_367_400.0, 5_472_300.0, 4_368_400.0, 5_473_400.0)
"""Easting and northing in metres, EPSG:31468."""
ROTHENBURG: Box = (10.168, 49.371, 10.190, 49.386)

STREETS = (
    "Bahnhofstraße", "Hauptstraße", "Schulstraße", "Gartenstraße", "Kirchplatz", "Am Stadtgraben", "Mühlweg",
    "Lindenallee", "Ringstraße", "Friedhofweg", "Königstraße", "Jahnstraße", "Ludwigstraße", "Uferweg", "Marktplatz",
    "Bergstraße", "Sonnenstraße", "Äußere Nürnberger Straße", "Am Weiher", "Goethestraße",
)  # fmt: skip


def point(dice: Dice, box: Box, digits: int) -> tuple[float, float]:
    """A place in the box, as (x, y)."""
    west, south, east, north = box
    return dice.number(west, east, digits), dice.number(south, north, digits)


def address(dice: Dice) -> str:
    return f"{dice.pick(STREETS)} {dice.between(1, 98)}"

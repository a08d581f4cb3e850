"""The map: places as points on a graticule, as SVG without script, tiles or anybody else's server.

Equirectangular around the middle latitude: true enough for a Land, and one line of arithmetic. Many points are drawn
once per grid cell. What does not belong here: colours (the style sheet), reading places (`preview`).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from catalog.portal.preview import Place

WIDTH = 720
_MAX_HEIGHT, _MIN_HEIGHT, _MARGIN = 620, 260, 28
_CELL = 5
_KM_PER_DEGREE = 111.32
_STEPS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0)
_LABELS = 12


@dataclass(frozen=True)
class Dot:
    """A drawn point: where, how large, for how many places."""

    x: float
    y: float
    r: float
    n: int


@dataclass(frozen=True)
class Line:
    """A line of the graticule at `at` (pixels) with its label."""

    at: float
    label: str


@dataclass(frozen=True)
class Label:
    x: float
    y: float
    text: str


@dataclass(frozen=True)
class Map:
    """Everything the template draws, in pixels."""

    width: int
    height: int
    margin: int
    dots: tuple[Dot, ...]
    meridians: tuple[Line, ...]
    parallels: tuple[Line, ...]
    labels: tuple[Label, ...]
    scale_km: float
    scale_px: float
    places: int


@dataclass(frozen=True)
class _Frame:
    west: float
    south: float
    east: float
    north: float
    height: int

    @property
    def inner(self) -> float:
        return WIDTH - 2 * _MARGIN

    def x(self, lon: float) -> float:
        return round(_MARGIN + (lon - self.west) / (self.east - self.west) * self.inner, 1)

    def y(self, lat: float) -> float:
        return round(_MARGIN + (self.north - lat) / (self.north - self.south) * (self.height - 2 * _MARGIN), 1)


def draw(places: Sequence[Place]) -> Map | None:
    """Lay out the map of these places; nothing where there are none on the globe."""
    good = [p for p in places if -180 <= p.lon <= 180 and -90 <= p.lat <= 90]
    if not good:
        return None
    frame = _frame(good)
    km_per_px = (frame.north - frame.south) * _KM_PER_DEGREE / (frame.height - 2 * _MARGIN)
    scale = _nice(km_per_px * 120)
    return Map(
        width=WIDTH,
        height=frame.height,
        margin=_MARGIN,
        dots=_dots(good, frame),
        meridians=tuple(Line(frame.x(v), _degrees(v, "O", "W")) for v in _ticks(frame.west, frame.east)),
        parallels=tuple(Line(frame.y(v), _degrees(v, "N", "S")) for v in _ticks(frame.south, frame.north)),
        labels=_labels(good, frame),
        scale_km=scale,
        scale_px=round(scale / km_per_px, 1),
        places=len(good),
    )


def _frame(places: Sequence[Place]) -> _Frame:
    """The window with some air around, never narrower than about a kilometre, in the proportions of the ground."""
    lons, lats = [p.lon for p in places], [p.lat for p in places]
    middle = (min(lats) + max(lats)) / 2
    squeeze = max(0.05, math.cos(math.radians(middle)))
    wide = max(max(lons) - min(lons), 0.012) * 1.06
    high = max(max(lats) - min(lats), 0.012 * squeeze) * 1.06
    inner = WIDTH - 2 * _MARGIN
    natural = high / (wide * squeeze) * inner
    inner_height = min(max(natural, _MIN_HEIGHT - 2 * _MARGIN), _MAX_HEIGHT - 2 * _MARGIN)
    if natural > inner_height:
        wide = high / squeeze * inner / inner_height
    else:
        high = wide * squeeze * inner_height / inner
    x, y = (min(lons) + max(lons)) / 2, middle
    return _Frame(x - wide / 2, y - high / 2, x + wide / 2, y + high / 2, round(inner_height + 2 * _MARGIN))


def _dots(places: Iterable[Place], frame: _Frame) -> tuple[Dot, ...]:
    cells = Counter((round(frame.x(p.lon) / _CELL), round(frame.y(p.lat) / _CELL)) for p in places)
    radius = 4.5 if len(cells) < 150 else 3.0 if len(cells) < 1500 else 2.2
    return tuple(
        Dot(x * _CELL, y * _CELL, round(radius + min(2.5, math.log10(n)), 1), n) for (x, y), n in sorted(cells.items())
    )


def _labels(places: Iterable[Place], frame: _Frame) -> tuple[Label, ...]:
    """The municipalities with the most places, named above their points."""
    groups: dict[str, list[Place]] = {}
    for place in places:
        if place.group:
            groups.setdefault(place.group, []).append(place)
    largest = sorted(groups.items(), key=lambda item: (-len(item[1]), item[0]))[:_LABELS]
    found = [
        Label(
            min(max(frame.x(sum(p.lon for p in members) / len(members)), _MARGIN + 40), WIDTH - _MARGIN - 40),
            max(frame.y(max(p.lat for p in members)) - 9, _MARGIN + 12),
            name,
        )
        for name, members in largest
    ]
    kept: list[Label] = []
    for label in found:  # the larger one wins where two would overlap
        if all(abs(label.x - k.x) > 90 or abs(label.y - k.y) > 16 for k in kept):
            kept.append(label)
    return tuple(kept)


def _ticks(low: float, high: float) -> list[float]:
    step = next((s for s in _STEPS if (high - low) / s <= 6), 10.0)
    first = math.ceil(low / step)
    return [round(i * step, 6) for i in range(first, math.floor(high / step) + 1)]


def _degrees(value: float, positive: str, negative: str) -> str:
    text = f"{abs(value):.3f}".rstrip("0").rstrip(".").replace(".", ",")
    return f"{text}° {positive if value >= 0 else negative}"


def _nice(value: float) -> float:
    power = 10.0 ** math.floor(math.log10(value))
    return next(m * power for m in (5, 2, 1) if m * power <= value)

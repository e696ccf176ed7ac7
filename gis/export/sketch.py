"""A small drawn map for paper: lines and marks as SVG without any text, and where each label goes.

Text is set by whoever sets the page: no SVG reader is trusted with letters that join and run from right to left.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gis.export.layers import LonLat
from gis.export.thin_path import thin_path
from gis.projection import LocalPlane

#: Kept free along every side, mm: half of the widest label.
_MARGIN_MM = 7.0
#: Detail that is not seen on paper, mm.
_FINEST_MM = 0.08
#: Labels are tried so many mm from their mark, then further off with a line to it.
_RINGS_MM = (1.6, 4.0, 7.0, 11.0)
_DIRECTIONS = 12
#: Dashes of lines, mm: solid, dashed, dotted and so on, told apart in black and white.
DASHES = ("", "2.4 1.2", "0.6 1.2", "4 1 0.6 1")
_BAR_STEPS = (1, 2, 5)
#: Side of the squares that labels are looked up by.
_SQUARE_MM = 5.0
#: Part of the width that the scale bar may take.
_BAR_SHARE = 0.22
_PAPER = "#ffffff"


@dataclass(frozen=True, slots=True)
class SketchLine:
    """A line through (lon, lat), ``width_mm`` wide; ``dash`` is one of ``DASHES``."""

    path: Sequence[LonLat]
    color: str
    width_mm: float = 0.5
    dash: str = ""


@dataclass(frozen=True, slots=True)
class SketchMark:
    """A dot or a square at a position, none for size 0, and the text beside it; none for no text."""

    lon: float
    lat: float
    color: str
    size_mm: float = 1.4
    square: bool = False
    text: str = ""


@dataclass(frozen=True, slots=True)
class SketchLabel:
    """A text and its middle, mm from the upper left corner."""

    x_mm: float
    y_mm: float
    text: str


@dataclass(frozen=True, slots=True)
class Sketch:
    """A drawing and its labels; the scale bar at the lower left is ``bar_mm`` long and stands for ``bar_m``."""

    svg: str
    width_mm: float
    height_mm: float
    labels: tuple[SketchLabel, ...]
    bar_m: int
    bar_mm: float


class _Boxes:
    """Rectangles that labels may not cover, kept by the squares of the sheet that they reach into."""

    def __init__(self) -> None:
        self._squares: defaultdict[tuple[int, int], list[tuple[float, float, float, float]]] = defaultdict(list)

    def is_free(self, x: float, y: float, half_w: float, half_h: float) -> bool:
        """Tell whether a rectangle, by its middle and half of its sides, mm, covers none that is taken."""
        return not any(
            abs(x - a) < half_w + w and abs(y - b) < half_h + h
            for square in self._reached(x, y, half_w, half_h)
            for a, b, w, h in self._squares.get(square, ())
        )

    def take(self, x: float, y: float, half_w: float, half_h: float) -> None:
        """Take a rectangle."""
        for square in self._reached(x, y, half_w, half_h):
            self._squares[square].append((x, y, half_w, half_h))

    @staticmethod
    def _reached(x: float, y: float, half_w: float, half_h: float) -> Iterator[tuple[int, int]]:
        for column in range(int((x - half_w) // _SQUARE_MM), int((x + half_w) // _SQUARE_MM) + 1):
            for row in range(int((y - half_h) // _SQUARE_MM), int((y + half_h) // _SQUARE_MM) + 1):
                yield column, row


def draw_sketch(
    lines: Sequence[SketchLine],
    marks: Sequence[SketchMark],
    width_mm: float,
    height_mm: float,
    letter_mm: float = 1.35,
) -> Sketch:
    """Draw lines below marks, as large as fits, north above.

    A label that finds no room near its mark is left out, the later of two first: numbers of stops are all in the list.

    Parameters
    ----------
    lines, marks
        What to draw; together they need a position.
    width_mm, height_mm
        Of the drawing.
    letter_mm
        Width of a letter of a label; it is about twice as high.

    Raises
    ------
    ValueError
        If there is nothing to draw.
    """
    positions = [point for line in lines for point in line.path] + [(mark.lon, mark.lat) for mark in marks]
    if not positions:
        raise ValueError("nothing to draw")
    plane = LocalPlane.around([lon for lon, _ in positions], [lat for _, lat in positions])
    km = np.stack(plane.project(*np.array(positions, dtype=np.float64).T), axis=1)
    low, high = km.min(axis=0), km.max(axis=0)
    room = np.array([max(width_mm - 2 * _MARGIN_MM, 1.0), max(height_mm - 2 * _MARGIN_MM, 1.0)])
    mm_per_km = float((room / np.maximum(high - low, 0.05)).min())
    middle = (low + high) / 2

    def to_paper(points: Sequence[LonLat]) -> NDArray[np.float64]:
        east, north = plane.project(*np.array(points, dtype=np.float64).T)
        return np.stack(
            [width_mm / 2 + (east - middle[0]) * mm_per_km, height_mm / 2 - (north - middle[1]) * mm_per_km], axis=1
        )

    bar_m, bar_mm = _scale_bar(width_mm, mm_per_km)
    parts = [_draw_line(line, to_paper(thin_path(line.path, _FINEST_MM / mm_per_km * 1000))) for line in lines]
    at = to_paper([(mark.lon, mark.lat) for mark in marks]) if marks else np.empty((0, 2))
    boxes = _Boxes()
    boxes.take(4 + bar_mm / 2, height_mm - 3, bar_mm / 2 + 2, 3)
    for mark, (x, y) in zip(marks, at.tolist(), strict=True):
        boxes.take(x, y, mark.size_mm / 2, mark.size_mm / 2)
    labels, leaders = _place_labels(marks, at, boxes, (width_mm, height_mm), letter_mm)
    parts += leaders
    parts += [_draw_mark(mark, x, y) for mark, (x, y) in zip(marks, at.tolist(), strict=True) if mark.size_mm]
    parts.append(_draw_bar(bar_mm, height_mm))
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width_mm:g}mm" height="{height_mm:g}mm" '
        f'viewBox="0 0 {width_mm:g} {height_mm:g}">{"".join(parts)}</svg>'
    )
    return Sketch(svg, width_mm, height_mm, labels, bar_m, bar_mm)


def _draw_line(line: SketchLine, points: NDArray[np.float64]) -> str:
    path = " ".join(f"{x:.2f},{y:.2f}" for x, y in points.tolist())
    dash = f' stroke-dasharray="{line.dash}"' if line.dash else ""
    return (
        f'<polyline points="{path}" fill="none" stroke="{line.color}" stroke-width="{line.width_mm:g}" '
        f'stroke-linejoin="round" stroke-linecap="round"{dash}/>'
    )


def _draw_mark(mark: SketchMark, x: float, y: float) -> str:
    half = mark.size_mm / 2
    rim = f'fill="{mark.color}" stroke="{_PAPER}" stroke-width="0.25"'
    if mark.square:
        return f'<rect x="{x - half:.2f}" y="{y - half:.2f}" width="{2 * half:g}" height="{2 * half:g}" {rim}/>'
    return f'<circle cx="{x:.2f}" cy="{y:.2f}" r="{half:g}" {rim}/>'


def _draw_bar(bar_mm: float, height_mm: float) -> str:
    y = height_mm - 1.5
    return f'<path d="M4 {y - 1:g}V{y:g}H{4 + bar_mm:.2f}V{y - 1:g}" fill="none" stroke="#000000" stroke-width="0.3"/>'


def _scale_bar(width_mm: float, mm_per_km: float) -> tuple[int, float]:
    """Return the longest round length, m, that takes no more than its part of the width, and its mm."""
    most_m = width_mm * _BAR_SHARE / mm_per_km * 1000
    power = 10 ** max(0, math.floor(math.log10(max(most_m, 1.0))))
    bar_m = max(step * power for step in _BAR_STEPS if step * power <= max(most_m, power))
    return bar_m, bar_m / 1000 * mm_per_km


def _place_labels(
    marks: Sequence[SketchMark],
    at: NDArray[np.float64],
    boxes: _Boxes,
    size_mm: tuple[float, float],
    letter_mm: float,
) -> tuple[tuple[SketchLabel, ...], list[str]]:
    """Find a free place for each text, the nearest to its mark, and draw a line to it where it is further off."""
    labels: list[SketchLabel] = []
    leaders: list[str] = []
    for mark, (x, y) in zip(marks, at.tolist(), strict=True):
        if not mark.text:
            continue
        half_w, half_h = len(mark.text) * letter_mm / 2 + 0.3, letter_mm * 1.05
        for ring, off in enumerate(_RINGS_MM):
            spot = next(
                (
                    (a, b)
                    for step in range(_DIRECTIONS)
                    for a, b in [_beside(x, y, mark.size_mm / 2 + off, half_w, step)]
                    if half_w < a < size_mm[0] - half_w and half_h < b < size_mm[1] - half_h
                    if boxes.is_free(a, b, half_w, half_h)
                ),
                None,
            )
            if spot is None:
                continue
            boxes.take(*spot, half_w, half_h)
            labels.append(SketchLabel(*spot, mark.text))
            if ring:
                leaders.append(
                    f'<path d="M{x:.2f} {y:.2f}L{spot[0]:.2f} {spot[1]:.2f}" stroke="#777777" stroke-width="0.15"/>'
                )
            break
    return tuple(labels), leaders


def _beside(x: float, y: float, off: float, half_w: float, step: int) -> tuple[float, float]:
    """Return the middle of a label in a direction, so far from a mark that its nearer end is ``off`` away."""
    angle = 2 * math.pi * step / _DIRECTIONS
    return x + (off + half_w) * math.cos(angle), y - (off + 1.0) * math.sin(angle)

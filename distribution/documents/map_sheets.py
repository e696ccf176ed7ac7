"""Maps for print: a sheet each, its letters set like those of every paper."""

from __future__ import annotations

from dataclasses import dataclass

from distribution.documents.formats import isolate, render_labels
from distribution.documents.seal import format_seal
from distribution.documents.sketches import show_sketch
from distribution.documents.typesetting import FontSettings, render_pdf, render_svgs
from distribution.messages import Locale, render_message
from gis.export.sketch import Sketch

#: A lying A4 sheet: width of the drawing, height of it and its legend together, and the least height of the drawing.
_WIDTH_MM, _HEIGHT_MM, _LEAST_MM = 273.0, 152.0, 90.0
_COLUMNS, _LINE_MM = 4, 4.3
_TEMPLATE = "maps.typ"
_COMMON_LABELS = ("synthetic",)
_SWATCH = '<svg xmlns="http://www.w3.org/2000/svg" width="8mm" height="3mm" viewBox="0 0 8 3">{}</svg>'


@dataclass(frozen=True, slots=True)
class LegendEntry:
    """What a colour means: of a dot, a square, or a line with its dashes."""

    color: str
    text: str
    line: bool = False
    dash: str = ""
    square: bool = False

    @property
    def swatch(self) -> str:
        """Draw it as SVG."""
        if self.square:
            return _SWATCH.format(f'<rect x="2.9" y="0.4" width="2.2" height="2.2" fill="{self.color}"/>')
        if not self.line:
            return _SWATCH.format(f'<circle cx="4" cy="1.5" r="1.2" fill="{self.color}"/>')
        dash = f' stroke-dasharray="{self.dash}"' if self.dash else ""
        return _SWATCH.format(f'<path d="M0 1.5H8" stroke="{self.color}" stroke-width="0.6"{dash}/>')


def map_mm(entries: int) -> tuple[float, float]:
    """Return width and height of the drawing above a legend of so many entries."""
    lines = -(-entries // _COLUMNS)
    return _WIDTH_MM, max(_LEAST_MM, _HEIGHT_MM - lines * _LINE_MM)


@dataclass(frozen=True, slots=True)
class MapSheet:
    """A drawing of the size ``map_mm`` tells, what it shows and what its signs mean; texts are ready."""

    heading: str
    subtitle: str
    sketch: Sketch
    legend: tuple[LegendEntry, ...]


@dataclass(frozen=True, slots=True)
class MapBook:
    """Map sheets, and what stands on all of them.

    Attributes
    ----------
    sheets
        One page each.
    locale
        Language of the words that are the same on all sheets.
    heading
        What kind of maps they are.
    title, number
        Whose maps they are, and of which round; a blank number for none.
    notes
        Whose roads, that figures are estimates, and the like.
    synthetic, bundle_sha256
        Whether figures are made up; root hash of the round's bundle, if it has one.
    """

    sheets: tuple[MapSheet, ...]
    locale: Locale
    heading: str
    title: str
    number: str = ""
    notes: tuple[str, ...] = ()
    synthetic: bool = False
    bundle_sha256: str = ""


def render_maps_pdf(book: MapBook, fonts: FontSettings | None = None) -> bytes:
    """Typeset map sheets as PDF on lying A4; the same data gives the same bytes.

    Raises
    ------
    UnavailableError
        ``font_missing`` if no font folder holds the font.
    """
    return render_pdf(_TEMPLATE, _data(book), book.locale, fonts)


def render_maps_svg(book: MapBook, fonts: FontSettings | None = None) -> tuple[bytes, ...]:
    """Typeset map sheets as SVG, one after the other.

    Raises
    ------
    UnavailableError
        ``font_missing`` if no font folder holds the font.
    """
    return render_svgs(_TEMPLATE, _data(book), book.locale, fonts)


def _data(book: MapBook) -> dict[str, object]:
    page = render_message("document.common.page", book.locale, {"page": "{page}", "pages": "{pages}"})
    return {
        "heading": book.heading,
        "title": book.title,
        "number": book.number,
        "synthetic": book.synthetic,
        "seal": format_seal(book.bundle_sha256, book.locale),
        "paper": "a4",
        "flipped": True,
        "running": [f"{book.heading} {isolate(book.number)}" if book.number else book.heading],
        "labels": render_labels("common", _COMMON_LABELS, book.locale) | {"page": page},
        "sheets": [_show(sheet, book.locale) for sheet in book.sheets],
        "notes": list(book.notes),
    }


def _show(sheet: MapSheet, locale: Locale) -> dict[str, object]:
    return {
        "heading": sheet.heading,
        "subtitle": sheet.subtitle,
        "map": show_sketch(sheet.sketch, locale),
        "columns": _COLUMNS,
        "legend": [{"svg": entry.swatch, "text": entry.text} for entry in sheet.legend],
    }

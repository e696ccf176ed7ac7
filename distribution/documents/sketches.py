"""A drawn map as a template takes it."""

from __future__ import annotations

from distribution.domain.numerals import format_number
from distribution.messages import Locale, render_message
from gis.export.sketch import Sketch


def show_sketch(sketch: Sketch, locale: Locale, letters_pt: float = 7.0) -> dict[str, object]:
    """Return the data of a drawn map: its lines, its labels, its scale and which way north is."""
    whole_km = sketch.bar_m >= 1000
    length = format_number(sketch.bar_m // 1000 if whole_km else sketch.bar_m, locale)
    return {
        "svg": sketch.svg,
        "width": sketch.width_mm,
        "height": sketch.height_mm,
        "size": letters_pt,
        "labels": [{"x": label.x_mm, "y": label.y_mm, "text": label.text} for label in sketch.labels],
        "bar": sketch.bar_mm,
        "scale": f"{length} {render_message('map.kilometre' if whole_km else 'map.metre', locale)}",
        "north": render_message("document.common.north", locale),
    }

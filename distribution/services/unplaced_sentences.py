"""Say why packs found no place: how many, what stopped them, and where."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from distribution.domain.numerals import format_number
from distribution.domain.rounds import NANO_PER_PACK
from distribution.messages import Locale, render_message
from distribution.services.unplaced import StoppedArea, StoppedOutlet, UnplacedFigures


def describe_stops(stops: Mapping[str, int], locale: Locale) -> str:
    """Write the outlets that could take no more, by what stopped them: ``with a full store 12; at their limit 3``."""
    parts = (
        render_message(f"unplaced.stop.{stop}", locale, {"outlets": format_number(outlets, locale)})
        for stop, outlets in stops.items()
    )
    return _semicolon(locale).join(parts)


def describe_unplaced(commodity: str, unplaced: UnplacedFigures, locale: Locale) -> Iterator[str]:
    """Tell of a commodity's packs that found no place, in a sentence or more."""
    packs = format_number(unplaced.packs, locale)
    if not unplaced.stops:
        yield render_message("unplaced.nobody", locale, {"commodity": commodity, "packs": packs})
        return
    stops = describe_stops(unplaced.stops, locale)
    yield render_message("unplaced.stopped", locale, {"commodity": commodity, "packs": packs, "stops": stops})
    if unplaced.outlets:
        outlets = _semicolon(locale).join(_outlet(outlet, locale) for outlet in unplaced.outlets)
        yield render_message("unplaced.outlets", locale, {"outlets": outlets})
    if unplaced.areas:
        areas = _semicolon(locale).join(_area(area, locale) for area in unplaced.areas)
        yield render_message("unplaced.areas", locale, {"areas": areas})


def _outlet(outlet: StoppedOutlet, locale: Locale) -> str:
    short = round(Decimal(outlet.shortfall_nano) / NANO_PER_PACK, 1)
    params = {
        "outlet": _name(outlet, locale),
        "code": outlet.code,
        "packs": format_number(outlet.packs, locale),
        "short": format_number(short, locale, 1),
    }
    return render_message("unplaced.outlet" if short else "unplaced.outlet_full", locale, params)


def _area(area: StoppedArea, locale: Locale) -> str:
    params = {"area": _name(area, locale), "outlets": format_number(area.outlets, locale)}
    return render_message("unplaced.area", locale, params)


def _name(place: StoppedOutlet | StoppedArea, locale: Locale) -> str:
    return place.name_fa if locale == "fa" else place.name_en


def _semicolon(locale: Locale) -> str:
    return "؛ " if locale == "fa" else "; "

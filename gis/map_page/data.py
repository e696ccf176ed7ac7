"""What the map shows, in ready words."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import geopandas as gpd

LonLat = tuple[float, float]


@dataclass(frozen=True, slots=True)
class MapOutlet:
    """An outlet, found by name and code; ``kg_per_person`` is None when it was allotted nothing to measure.

    ``text`` is read on touching it, its first line in bold, the name if it is empty; no markup is interpreted.
    """

    name: str
    lon: float
    lat: float
    people: int
    kg_per_person: float | None
    text: str = ""
    unserved: bool = False
    code: str = ""


@dataclass(frozen=True, slots=True)
class MapWarehouse:
    """A warehouse, found by name and code."""

    name: str
    lon: float
    lat: float
    text: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True)
class MapStop:
    """A halt of a trip: the code of its outlet, and when the truck arrives, ready written."""

    code: str
    arrival: str


@dataclass(frozen=True, slots=True)
class MapRoute:
    """One trip; ``day`` is an index of ``MapData.days``, ``path`` and ``stops`` run in driving order.

    A trip with a ``title`` can be chosen among those of its day.
    """

    day: int
    path: tuple[LonLat, ...]
    text: str = ""
    title: str = ""
    stops: tuple[MapStop, ...] = ()


@dataclass(frozen=True, slots=True)
class MapPlace:
    """A name written on the map; where names would overlap, the larger ``rank`` is written."""

    name: str
    lon: float
    lat: float
    rank: int = 0


@dataclass(frozen=True, slots=True)
class MapTexts:
    """Ready words of the page.

    ``digits`` are the ten digits of the language and ``decimal_mark`` what stands before decimals.
    """

    measure: str
    size: str
    warehouses: str
    unserved: str
    no_value: str
    routes: str
    day: str
    all_days: str
    no_routes: str
    zoom_in: str
    zoom_out: str
    whole: str
    close: str
    truck: str
    all_trucks: str
    find: str
    nothing_found: str
    kilometre: str
    metre: str
    digits: str = "0123456789"
    decimal_mark: str = "."

    def __post_init__(self) -> None:
        """Check the digits."""
        if len(self.digits) != 10:
            raise ValueError(f"digits {self.digits!r} are not ten")


@dataclass(frozen=True, eq=False)
class MapData:
    """Everything on the page.

    Attributes
    ----------
    locale
        ``fa`` is written from right to left.
    note
        Stands below the map: that the data are synthetic, that distances are estimates.
    days
        Ready labels of the days, in order.
    areas
        Polygons of the areas, EPSG:4326, if known.
    """

    locale: Literal["fa", "en"]
    title: str
    subtitle: str
    note: str
    texts: MapTexts
    outlets: tuple[MapOutlet, ...]
    warehouses: tuple[MapWarehouse, ...] = ()
    routes: tuple[MapRoute, ...] = ()
    days: tuple[str, ...] = ()
    places: tuple[MapPlace, ...] = ()
    areas: gpd.GeoDataFrame | None = field(default=None)

    def __post_init__(self) -> None:
        """Check that every route has a day and a path."""
        if any(not 0 <= route.day < len(self.days) for route in self.routes):
            raise ValueError("a route is on a day that is not listed")
        if any(not route.path for route in self.routes):
            raise ValueError("a route has no path")

    @property
    def positions(self) -> list[LonLat]:
        """Return where the outlets and warehouses are."""
        return [(o.lon, o.lat) for o in self.outlets] + [(w.lon, w.lat) for w in self.warehouses]

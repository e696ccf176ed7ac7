"""The real counties and towns, and points scattered around them."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from generator.chance import chance

FACTS = Path(__file__).resolve().parents[1] / "facts"
KM_PER_DEGREE = 111.195  # of latitude, on a sphere of 6,371 km
#: A village is that much nearer to a town of its own county than to any other: it then rarely lies across the border.
OWN_COUNTY_MARGIN = 0.6

#: Towns whose published position lies in another county: no outlet is put there.
MISPLACED = frozenset({("0928", "چنار"), ("0933", "گرماب")})

#: Towns that the facts name in Persian only.
LATIN_NAMES = {
    "مشهدریزه": "Mashhad Rizeh",
    "بایک": "Bayg",
    "احمدآبادصولت": "Ahmadabad-e Sowlat",
    "جنت آباد": "Jannatabad",
    "آلماجق": "Almajeq",
    "شهرکهنه": "Shahr-e Kohneh",
    "اسحق آباد": "Eshaqabad",
    "رادکان": "Radkan",
    "سده": "Sedeh",
    "ریواده": "Rivadeh",
    "حکم آباد": "Hokmabad",
    "قلعه نوعلیا": "Qaleh Now-e Olya",
}

#: Mashhad stretches from north-west to south-east along its valley: (bearing of the long axis, long / short).
ELONGATED = {"مشهد": (-45.0, 2.0)}


@dataclass(frozen=True)
class Point:
    """A position, degrees (WGS 84)."""

    lon: float
    lat: float


@dataclass(frozen=True)
class Town:
    """A town; ``people`` of 2016 where the census count is known."""

    name_fa: str
    name_en: str
    county: str
    at: Point
    people: int | None


@dataclass(frozen=True)
class County:
    """A county with its people of 2016."""

    code: str
    name_fa: str
    name_en: str
    people: int
    towns: tuple[Town, ...]


def distance_km(a: Point, b: Point) -> float:
    """Measure the great-circle distance (haversine)."""
    lat_a, lat_b = math.radians(a.lat), math.radians(b.lat)
    h = (
        math.sin((lat_b - lat_a) / 2) ** 2
        + math.cos(lat_a) * math.cos(lat_b) * math.sin(math.radians(b.lon - a.lon) / 2) ** 2
    )
    return 2 * 6371.0 * math.asin(math.sqrt(h))


def move(start: Point, km_east: float, km_north: float) -> Point:
    """Move a point by a few kilometres; rounded to about a metre."""
    lat = start.lat + km_north / KM_PER_DEGREE
    lon = start.lon + km_east / (KM_PER_DEGREE * math.cos(math.radians(start.lat)))
    return Point(round(lon, 5), round(lat, 5))


def read_counties() -> tuple[County, ...]:
    """Read the facts: the counties in order of code, each with its towns, the largest known first."""
    with (FACTS / "towns.csv").open(encoding="utf-8", newline="") as file:
        towns = [
            Town(
                name_fa=row["name_fa"],
                name_en=LATIN_NAMES.get(row["name_fa"]) or row["name_en"],
                county=row["county_code"],
                at=Point(float(row["lon"]), float(row["lat"])),
                people=int(row["population_2016"]) if row["population_2016"] else None,
            )
            for row in csv.DictReader(file)
            if (row["county_code"], row["name_fa"]) not in MISPLACED
        ]
    towns.sort(key=lambda town: (-(town.people or 0), town.name_fa))
    with (FACTS / "counties.csv").open(encoding="utf-8", newline="") as file:
        return tuple(
            County(
                code=row["county_code"],
                name_fa=row["name_fa"],
                name_en=row["name_en"].split(" (")[0],
                people=int(row["population_2016"]),
                towns=tuple(town for town in towns if town.county == row["county_code"]),
            )
            for row in sorted(csv.DictReader(file), key=lambda row: row["county_code"])
        )


def scatter_in_town(town: Town, key: str) -> Point:
    """Put a point somewhere in a town of about 9,000 people a square kilometre."""
    radius_km = min(math.sqrt((town.people or 4000) / 9000 / math.pi), 9.0)
    r, angle = radius_km * math.sqrt(chance(key, "radius")), 2 * math.pi * chance(key, "angle")
    bearing, ratio = ELONGATED.get(town.name_fa, (0.0, 1.0))
    along, across = r * math.cos(angle) * math.sqrt(ratio), r * math.sin(angle) / math.sqrt(ratio)
    turn = math.radians(bearing)
    return move(
        town.at,
        km_east=along * math.sin(turn) + across * math.cos(turn),
        km_north=along * math.cos(turn) - across * math.sin(turn),
    )


def scatter_in_villages(county: County, towns: Iterable[Town], key: str) -> Point:
    """Put a village 3 to 25 km from a town of its county, towards one of the neighbouring towns.

    Villages lie along the ways between towns; this also keeps them out of deserts and foreign countries.
    A point that is not clearly nearer to a town of its own county is drawn again.
    """
    everywhere = tuple(towns)
    for attempt in range(1000):
        home = county.towns[int(chance(key, attempt, "home") * len(county.towns))]
        neighbours = sorted((t for t in everywhere if t != home), key=lambda t: distance_km(home.at, t.at))[:4]
        goal = neighbours[int(chance(key, attempt, "goal") * len(neighbours))]
        apart_km = distance_km(home.at, goal.at)
        km = 3 + chance(key, attempt, "km") * (min(25.0, apart_km) - 3)
        if km < 3:
            continue
        north = (goal.at.lat - home.at.lat) * KM_PER_DEGREE
        east = (goal.at.lon - home.at.lon) * KM_PER_DEGREE * math.cos(math.radians(home.at.lat))
        angle = math.atan2(east, north) + math.radians(50) * (chance(key, attempt, "turn") - 0.5)
        point = move(home.at, km * math.sin(angle), km * math.cos(angle))
        own_km = min(distance_km(point, t.at) for t in county.towns)
        others_km = min(distance_km(point, t.at) for t in everywhere if t.county != county.code)
        if own_km < OWN_COUNTY_MARGIN * others_km:
            return point
    raise ValueError(f"no room for {key}")

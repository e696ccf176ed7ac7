"""The synthetic outlets: placed on real towns and villages, their people adding up to the census."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

from generator.chance import chance, choose, split
from generator.members import KINDS, Cooperatives, Member, persian
from generator.places import County, Point, Town, distance_km, scatter_in_town, scatter_in_villages
from generator.sheet import Row

OUTLETS = 700
LEAST_PER_COUNTY = 6
#: Villages have more shops per person than cities.
VILLAGE_FACTOR = 1.6
CITY = 100_000
#: Counties in which some village shops declare no served population, and the most per county.
UNDECLARED_COUNTIES = frozenset({"0905", "0906", "0908", "0913", "0914", "0916", "0917", "0919"})
UNDECLARED_MOST = 5
COLLECTING = 28
COLLECTING_WITHIN_KM = 7.0

KINDS_IN_CITY = (("workers", 38), ("employees", 26), ("teachers", 22), ("local", 14))
KINDS_IN_TOWN = (("workers", 25), ("employees", 20), ("teachers", 20), ("rural", 35))
KINDS_IN_SMALL_TOWN = (("teachers", 15), ("employees", 10), ("rural", 75))
KINDS_IN_VILLAGE = (("rural", 100),)


@dataclass(frozen=True)
class Shop:
    """An outlet in the making; ``town`` is None in a village."""

    code: str
    number: int
    county: County
    town: Town | None
    at: Point
    people: int
    cooperative: Member
    declares: bool = True
    collects: bool = False

    @property
    def in_city(self) -> bool:
        """Tell whether it stands in a city of more than 100,000 people."""
        return self.town is not None and (self.town.people or 0) > CITY

    @property
    def setting(self) -> str:
        """Tell what surrounds it: villages, or a town, even if its cooperative is a rural one."""
        return "rural" if self.town is None else "urban"


def build_shops(counties: tuple[County, ...], warehouses: Mapping[str, Point]) -> tuple[list[Shop], list[Row]]:
    """Place every shop and found its cooperative; return the shops and the rows of the cooperatives."""
    cooperatives = Cooperatives()
    towns = tuple(town for county in counties for town in county.towns)
    numbers = split(OUTLETS, [county.people for county in counties], least=LEAST_PER_COUNTY)
    shops = [
        shop
        for county, number in zip(counties, numbers, strict=True)
        for shop in _mark_undeclared(_shops_of_county(county, number, towns, cooperatives))
    ]
    return _mark_collecting(shops, warehouses), sorted(cooperatives.rows, key=lambda row: str(row["code"]))


def _sites_of_county(county: County, number: int) -> list[tuple[Town | None, int]]:
    """Share a county's shops and people among its places: (town or None for a village, people) per shop."""
    counted = [town for town in county.towns if town.people]
    others = [town for town in county.towns if not town.people]
    rest = county.people - sum(town.people or 0 for town in counted)
    shops = split(number, [*(town.people or 0 for town in counted), round(rest * VILLAGE_FACTOR)], least=1)
    sites: list[tuple[Town | None, int]] = []
    for town, n in zip(counted, shops, strict=False):
        sizes = [50 + int(100 * chance(county.code, town.name_fa, k, "size")) for k in range(n)]
        sites += [(town, people) for people in split(town.people or 0, sizes)]
    n = shops[-1]
    rural: list[Town | None] = [*others[: math.ceil(n / 2)]]
    rural += [None] * (n - len(rural))
    sizes = [
        (80 if town else 40) + int(60 * chance(county.code, "villages", k, "size")) for k, town in enumerate(rural)
    ]
    return sites + list(zip(rural, split(rest, sizes), strict=True))


def _shops_of_county(county: County, number: int, towns: tuple[Town, ...], cooperatives: Cooperatives) -> list[Shop]:
    shops = []
    for n, (town, people) in enumerate(_sites_of_county(county, number), start=1):
        code = f"KR-{county.code}-{n:03d}"
        at = scatter_in_town(town, code) if town else scatter_in_villages(county, towns, code)
        if town is None:
            kinds = KINDS_IN_VILLAGE
        elif town.people is None:
            kinds = KINDS_IN_SMALL_TOWN
        else:
            kinds = KINDS_IN_CITY if town.people > CITY else KINDS_IN_TOWN
        cooperative = cooperatives.join(county, choose(kinds, code, "kind"))
        shops.append(Shop(code, n, county, town, at, people, cooperative))
    return shops


def _mark_undeclared(shops: list[Shop]) -> list[Shop]:
    """Let some village shops of some counties declare nothing: they take equal parts of the remainder."""
    if shops[0].county.code not in UNDECLARED_COUNTIES:
        return shops
    villages = sorted((s for s in shops if s.town is None), key=lambda s: chance(s.code, "declares"))
    silent = {s.code for s in villages[: min(UNDECLARED_MOST, len(villages) // 2)]}
    return [replace(s, declares=s.code not in silent) for s in shops]


def _mark_collecting(shops: list[Shop], warehouses: Mapping[str, Point]) -> list[Shop]:
    """Let a few shops near a warehouse fetch their goods themselves."""
    near = [s for s in shops if min(distance_km(s.at, w) for w in warehouses.values()) <= COLLECTING_WITHIN_KM]
    near.sort(key=lambda s: chance(s.code, "collects"))
    chosen = {s.code for s in near[:COLLECTING]}
    return [replace(s, collects=s.code in chosen) for s in shops]


def outlet_row(shop: Shop) -> Row:
    """Fill in what an outlet can hold and when it can be reached.

    Room is in kg per person served: enough for most, too little at one shop in twenty, so that caps show.
    """
    code, people = shop.code, shop.people
    cramped = chance(code, "cramped") < 0.05
    deliveries = 1 if cramped else choose(((1, 25), (2, 45), (3, 30)), code, "deliveries")
    dry_per_1000 = (40 if cramped else 300) + int((20 if cramped else 200) * chance(code, "dry"))
    frozen_per_1000 = (3 if cramped else 100) + int((2 if cramped else 60) * chance(code, "frozen"))
    fa, en = KINDS[shop.cooperative.kind]
    place_fa = shop.town.name_fa if shop.town else f"دهستان‌های {shop.county.name_fa}"
    place_en = shop.town.name_en if shop.town else f"villages of {shop.county.name_en}"
    return {
        "code": code,
        "name_fa": f"فروشگاه فرضی {persian(shop.number)} {fa}، {place_fa}",
        "name_en": f"Synthetic {en} shop {shop.number}, {place_en}",
        "lon": shop.at.lon,
        "lat": shop.at.lat,
        "area_code": f"KR-{shop.county.code}",
        "cooperative_code": shop.cooperative.code,
        "served_population": people if shop.declares else "",
        "setting": shop.setting,
        "storage_dry_kg": _room(people * dry_per_1000, least=50),
        "storage_chilled_kg": _room(people * 15, least=30),
        "storage_frozen_kg": _room(people * frozen_per_1000, least=20 if cramped else 60),
        "deliveries_per_period": deliveries,
        "receiving_windows": choose(
            (("07:00-13:00", 35), ("08:00-12:00;16:00-18:00", 25), ("", 40 if shop.town else 100)), code, "windows"
        ),
        "receiving_days": choose(
            (("sat;sun;mon;tue;wed;thu", 60), ("", 32), ("sat;mon;wed", 4), ("sun;tue;thu", 4)), code, "days"
        ),
        "largest_vehicle_kg": _largest_vehicle(shop),
        "mode": "collects" if shop.collects else "delivered",
        "priority": 0,
        "waiting_since": "2020-03-01" if shop.town is None and chance(code, "waits") < 0.05 else "",
    }


def _room(grams: int, least: int) -> int:
    """Round down to whole 10 kg."""
    return max(least, grams // 10_000 * 10)


def _largest_vehicle(shop: Shop) -> int | str:
    if shop.in_city:
        return choose(((3500, 10), (6000, 12), ("", 78)), shop.code, "lane")
    if shop.town is None:
        return choose(((3500, 4), (6000, 20), ("", 76)), shop.code, "lane")
    return choose(((6000, 10), ("", 90)), shop.code, "lane")

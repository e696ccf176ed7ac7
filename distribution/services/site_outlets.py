"""Where new outlets would help most: shorter ways for all, or more people within reach, the existing ones kept."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from distribution.documents.tables import render_csv
from distribution.domain.catchments import CatchmentMethod, CatchmentOptions, SitingGoal, SitingOptions
from distribution.domain.dataset import Dataset
from distribution.domain.errors import StateError
from distribution.domain.numerals import format_number
from distribution.messages import Locale, render_message
from distribution.services.catchments import build_catchments
from distribution.services.people_travel import PeopleRoads, people_travel
from distribution.services.residents import ResidentTable
from distribution.services.roads import roads_in_words
from gis.travel.protocol import TravelProvider
from optimizer.siting import choose_sites

#: Cells whose ways are worked out at once.
_CELLS_AT_ONCE = 4_096
#: Outlets nearest as the crow flies whose ways by road are looked at.
_BY_ROAD = 8


@dataclass(frozen=True)
class NewSite:
    """A place for an outlet: the cell it stands in, what it brings after those before it, and who would go there."""

    cell: int
    gain: int
    people: int


@dataclass(frozen=True, eq=False)
class SitingReport:
    """Where new outlets help most.

    Gains are in person-kilometres (``way``) or people (``cover``). ``beyond`` and ``beyond_after`` are people farther than
    the reach from any outlet that may serve them, now and with the new ones; no choice of as many of the candidates
    gains more than ``bound``. ``roads`` says where ways were measured; None if they are estimated.
    """

    options: SitingOptions
    residents: ResidentTable
    sites: tuple[NewSite, ...]
    bound: int
    beyond: int
    beyond_after: int
    roads: str | None = None

    @property
    def gain(self) -> int:
        """Return what all new outlets together bring."""
        return sum(site.gain for site in self.sites)


def site_outlets(
    dataset: Dataset, residents: ResidentTable, options: SitingOptions, roads: PeopleRoads | None = None
) -> SitingReport:
    """Choose where new outlets help most.

    Ways are those of ``roads``, or estimated from positions. People whom no outlet may serve now count as if their way were as long as the
    longest one that anybody has, at least the reach and a half.

    Raises
    ------
    StateError
        ``catchments_no_outlet`` or ``catchments_no_area``, as ``build_catchments``; ``siting_nobody`` if nobody lives
        anywhere.
    """
    if not residents.people.any():
        raise StateError("siting_nobody")
    reach_m = round(1000 * options.reach_km)
    present = _present_metres(dataset, residents, options, reach_m, roads)
    sites = np.argsort(-residents.people, kind="stable")[: options.candidates]
    travel = people_travel(dataset, residents.lon, residents.lat, roads)
    ways = _ways(travel, residents, sites, within_areas=options.within_areas)
    shorter = np.maximum(present[:, None] - np.where(ways < 0, present[:, None], ways), 0)
    if options.goal is SitingGoal.WAY:
        gain = residents.people[:, None] * shorter // 1000
    else:
        comes_in = (present[:, None] > reach_m) & (ways >= 0) & (ways <= reach_m)
        gain = np.where(comes_in, residents.people[:, None], 0)
    found = choose_sites(gain, options.new)
    chosen = ways[:, list(found.sites)]
    # Who has no way to a new outlet, or a longer one, stays with the present one.
    reached = np.where(chosen < 0, np.iinfo(np.int64).max, chosen)
    nearest = reached.min(axis=1, initial=np.iinfo(np.int64).max)
    goes = nearest < present
    own = reached.argmin(axis=1) if found.sites else np.zeros(present.size, dtype=np.int64)
    people = np.bincount(own[goes], weights=residents.people[goes], minlength=len(found.sites)).astype(np.int64)
    return SitingReport(
        options,
        residents,
        tuple(
            NewSite(int(sites[site]), one, int(count))
            for site, one, count in zip(found.sites, found.gains, people.tolist(), strict=False)
        ),
        found.bound,
        int(residents.people[present > reach_m].sum()),
        int(residents.people[np.minimum(present, nearest) > reach_m].sum()),
        None if roads is None else travel.label,
    )


def _present_metres(
    dataset: Dataset, residents: ResidentTable, options: SitingOptions, reach_m: int, roads: PeopleRoads | None
) -> NDArray[np.int64]:
    """Return the way of each cell to its nearest outlet."""
    # The nearest as the crow flies has the shortest estimate; by road it may be one of the next.
    nearest = CatchmentOptions(CatchmentMethod.NEAREST, options.within_areas, count=1 if roads is None else _BY_ROAD)
    everyone = ResidentTable(
        residents.code, residents.lon, residents.lat, np.ones_like(residents.people), residents.area
    )
    table = build_catchments(dataset, everyone, nearest, roads).catchments
    metres = np.full(residents.people.size, max(int(table.metres.max(initial=0)), reach_m * 3 // 2), dtype=np.int64)
    np.minimum.at(metres, table.cell, table.metres)
    return metres


def _ways(
    travel: TravelProvider, residents: ResidentTable, sites: NDArray[np.int64], *, within_areas: bool
) -> NDArray[np.int64]:
    """Return the metres from each cell to each candidate, -1 where it may not serve the cell."""
    n = residents.people.size
    ways = np.empty((n, sites.size), dtype=np.int64)
    for start in range(0, n, _CELLS_AT_ONCE):
        part = np.arange(start, min(n, start + _CELLS_AT_ONCE))
        with roads_in_words():
            ways[part] = travel.matrix(part, sites)[0]
    if within_areas:
        area = np.array([code or "" for code in residents.area])
        ways[area[:, None] != area[sites]] = -1
    return ways


def describe_siting(report: SitingReport, locale: Locale) -> str:
    """Tell in sentences what the new outlets bring."""
    numbers = {
        "new": len(report.sites), "gain": report.gain, "bound": report.bound, "beyond": report.beyond,
        "after": report.beyond_after, "candidates": min(report.options.candidates, len(report.residents.code)),
    }  # fmt: skip
    spelt = {name: format_number(number, locale) for name, number in numbers.items()}
    reach = format_number(round(report.options.reach_km, 1), locale)
    proof = "optimal" if report.gain == report.bound else "bounded"
    told = [f"siting.done.{report.options.goal}", f"siting.proof.{proof}", "siting.reach"]
    words = [render_message(key, locale, {**spelt, "reach": reach}) for key in told]
    if report.roads is None:
        return " ".join([*words, render_message("catchments.estimates", locale)])
    return " ".join([*words, render_message("roads.source", locale, {"source": report.roads})])


def list_sites(report: SitingReport, dataset: Dataset, locale: Locale) -> list[tuple[str, ...]]:
    """Render the new outlets as rows below a header."""
    columns = ("order", "cell", "area", "lon", "lat", f"gain.{report.options.goal}", "people")
    rows = [tuple(render_message(f"siting.column.{name}", locale) for name in columns)]
    for order, site in enumerate(report.sites, start=1):
        code = report.residents.area[site.cell]
        rows.append(
            (
                format_number(order, locale),
                report.residents.code[site.cell],
                "" if code is None else dataset.area_by_code[code].name(locale),
                f"{report.residents.lon[site.cell]:.5f}",
                f"{report.residents.lat[site.cell]:.5f}",
                format_number(site.gain, locale),
                format_number(site.people, locale),
            )
        )
    return rows


def render_sites(report: SitingReport) -> bytes:
    """Render the new outlets as CSV."""
    cells = report.residents
    header = ("order", "cell_code", "area_code", "lon", "lat", f"gain_{_UNITS[report.options.goal]}", "people")
    return render_csv(
        header,
        (
            (
                order, cells.code[site.cell], cells.area[site.cell], f"{cells.lon[site.cell]:.7f}",
                f"{cells.lat[site.cell]:.7f}", site.gain, site.people,
            )
            for order, site in enumerate(report.sites, start=1)
        ),
    )  # fmt: skip


_UNITS = {SitingGoal.WAY: "person_km", SitingGoal.COVER: "people"}


def to_document(report: SitingReport) -> dict[str, object]:
    """Return the report as plain data."""
    cells = report.residents
    return {
        "schema": "taavon.siting/1",
        "goal": report.options.goal.value,
        "roads": report.roads,
        "unit": _UNITS[report.options.goal],
        "gain": report.gain,
        "bound": report.bound,
        "reach_km": report.options.reach_km,
        "people_beyond": report.beyond,
        "people_beyond_after": report.beyond_after,
        "sites": [
            {
                "cell": cells.code[site.cell], "area": cells.area[site.cell], "lon": round(float(cells.lon[site.cell]), 7),
                "lat": round(float(cells.lat[site.cell]), 7), "gain": site.gain, "people": site.people,
            }
            for site in report.sites
        ],
    }  # fmt: skip

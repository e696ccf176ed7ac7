"""What the workbook of a round's allotments holds; the service fills it, ``workbook_sheets`` lays it out."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from distribution.documents.commodity import DocumentCommodity, require_packs
from distribution.domain.enums import PopulationBasis


@dataclass(frozen=True, slots=True)
class Place:
    """A code and the name that goes with it, in the reader's language."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Letter:
    """The letter that assigned a quota."""

    number: str
    date: dt.date | None = None


@dataclass(frozen=True, slots=True)
class AllotmentRow:
    """One outlet's allotment; ``packs`` are in the order of the workbook's commodities."""

    outlet: Place
    cooperative: Place
    union: Place
    area: Place
    people: int
    basis: PopulationBasis
    packs: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class FairnessRow:
    """How fairly one commodity was shared: reported measures, rounded as the service saw fit.

    ``stopped_by`` says in words what kept the unplaced packs from the outlets.
    """

    commodity: DocumentCommodity
    quota_kg: Decimal
    packs_to_share: int
    packs_allotted: int
    gini: Decimal
    largest_deviation_packs: Decimal
    lowest_fill: Decimal | None = None
    highest_fill: Decimal | None = None
    kg_per_person_min: Decimal | None = None
    kg_per_person_median: Decimal | None = None
    kg_per_person_max: Decimal | None = None
    hoover: Decimal | None = None
    theil: Decimal | None = None
    jain: Decimal | None = None
    atkinson_half: Decimal | None = None
    atkinson_one: Decimal | None = None
    packs_unplaced: int = 0
    stopped_by: str = ""


@dataclass(frozen=True, slots=True)
class HaltRow:
    """A halt and what it bears of its truck's day, in units of the currency."""

    order: int
    outlet_code: str
    outlet: str
    arrival_s: int
    weight_g: int
    way: Decimal
    fixed: Decimal
    total: Decimal
    saved: Decimal


@dataclass(frozen=True, slots=True)
class RouteRow:
    """A trip, its time in seconds by use, and the parts of its cost in units of the currency."""

    day: dt.date
    warehouse: str
    truck: str
    trip: int
    start_s: int
    departure_s: int
    end_s: int
    driving_s: int
    waiting_s: int
    weight_g: int
    load_factor: Decimal
    metres: int
    fixed: Decimal
    road: Decimal
    time: Decimal
    total: Decimal
    halts: tuple[HaltRow, ...]


@dataclass(frozen=True, slots=True)
class AllotmentsWorkbook:
    """A round's allotments, how fair they are and what the routes cost; what is left out has no sheet."""

    title: str
    round: str
    letters: tuple[Letter, ...]
    currency: str
    commodities: tuple[DocumentCommodity, ...]
    rows: tuple[AllotmentRow, ...]
    fairness: tuple[FairnessRow, ...] = ()
    synthetic: bool = False
    bundle_sha256: str = ""
    policy: str = ""
    routes: tuple[RouteRow, ...] = ()

    def __post_init__(self) -> None:
        """Check that packs fit the commodities."""
        for row in self.rows:
            require_packs(row.packs, self.commodities)

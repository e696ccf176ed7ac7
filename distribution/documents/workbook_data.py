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
class AllotmentsWorkbook:
    """A round's allotments, and how fair they are; without fairness there is no sheet of it."""

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

    def __post_init__(self) -> None:
        """Check that packs fit the commodities."""
        for row in self.rows:
            require_packs(row.packs, self.commodities)

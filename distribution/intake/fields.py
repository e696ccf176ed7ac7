"""What each column holds, read off the nouns' own fields: kind, bounds, choices and references."""

from __future__ import annotations

import datetime as dt
import types
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import cache
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic.fields import FieldInfo
from sqlmodel import SQLModel

from distribution.domain.absorption import LiftedLine
from distribution.domain.apportionment import WeightedName
from distribution.domain.dataset import SHEETS
from distribution.domain.known_way import KnownWay
from distribution.domain.receipt import ReceiptLine
from distribution.domain.residents import AreaPolygon, ResidentCell, ResidentPolygon
from distribution.domain.settings import NetworkSettings
from distribution.domain.types import TimeWindow

#: Sheets that are read apart from the nouns.
SETTINGS_SHEET = "settings"
TRAVEL_SHEET = "travel"
TRAVEL_METRES_SHEET = "travel_metres"
TRAVEL_SECONDS_SHEET = "travel_seconds"
TRAVEL_COLUMNS = ("origin", "destination", "metres", "seconds")
SETTINGS_COLUMNS = ("key", "value")

#: Every sheet a person may give, in the order of the workbook.
ALL_SHEETS = (*SHEETS, SETTINGS_SHEET, TRAVEL_SHEET, TRAVEL_METRES_SHEET, TRAVEL_SECONDS_SHEET)

#: Sheets whose rows belong to a policy.
POLICY_PARTS = ("need_weights", "fixed_shares", "baskets")

#: Sheets without which nothing can be computed; ``vehicles`` joins them when an outlet is delivered to, and
#: ``policies`` when one of the ``POLICY_PARTS`` has rows.
REQUIRED_SHEETS = ("areas", "unions", "cooperatives", "outlets", "warehouses", "commodities", "stock", "quotas")

#: Sheets without which it is not known who could be served by whom.
CATCHMENT_SHEETS = ("areas", "unions", "cooperatives", "outlets")

#: (sheet, column) -> the sheets whose codes may stand there.
REFERENCES: Mapping[tuple[str, str], tuple[str, ...]] = types.MappingProxyType(
    {
        ("areas", "parent_code"): ("areas",),
        ("cooperatives", "union_code"): ("unions",),
        ("outlets", "area_code"): ("areas",),
        ("outlets", "cooperative_code"): ("cooperatives",),
        ("stock", "place_code"): ("warehouses", "outlets"),
        ("stock", "commodity_code"): ("commodities",),
        ("vehicles", "warehouse_code"): ("warehouses",),
        ("quotas", "commodity_code"): ("commodities",),
        ("quotas", "eligible_unions"): ("unions",),
        ("quotas", "eligible_areas"): ("areas",),
        ("members", "area_code"): ("areas",),
        ("members", "outlet_code"): ("outlets",),
        ("limits", "outlet_code"): ("outlets",),
        ("limits", "commodity_code"): ("commodities",),
        ("need_weights", "policy_code"): ("policies",),
        ("fixed_shares", "policy_code"): ("policies",),
        ("fixed_shares", "node_code"): ("areas", "unions"),
        ("baskets", "policy_code"): ("policies",),
        ("baskets", "commodity_code"): ("commodities",),
    }
)

#: Sheets whose codes may be merged or split.
SUCCESSION_SHEETS = ("areas", "unions", "cooperatives", "outlets")
_SINGLE_WINDOW = {("warehouses", "opening_hours"), ("vehicles", "shift")}
#: Lists whose order counts and in which a choice may stand twice.
_ORDERED = {("policies", "methods")}


class Kind(StrEnum):
    """The kinds of cell."""

    TEXT = "text"
    CODE = "code"
    INTEGER = "integer"
    DECIMAL = "decimal"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"
    DAY = "day"
    CHOICE = "choice"
    CHOICES = "choices"
    ORDERED_CHOICES = "ordered_choices"
    CODES = "codes"
    WINDOWS = "windows"

    @property
    def is_numeric(self) -> bool:
        """Tell whether the cell holds a number."""
        return self in {Kind.INTEGER, Kind.DECIMAL, Kind.NUMBER}


@dataclass(frozen=True)
class FieldSpec:
    """One column of a sheet.

    ``minimum`` and ``maximum`` are inclusive, in the cell's own unit; ``choices`` are the codes allowed,
    with labels in the catalogue under ``choice_prefix``.
    """

    sheet: str
    name: str
    kind: Kind
    required: bool
    default: Any
    description: str
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    places: int | None = None
    max_length: int | None = None
    choices: tuple[str, ...] = ()
    choice_prefix: str = ""
    references: tuple[str, ...] = ()
    single_window: bool = False


def _bare_type(annotation: Any) -> Any:
    """Strip ``| None`` and what is annotated."""
    if get_origin(annotation) in {Union, types.UnionType}:
        annotation = next(arg for arg in get_args(annotation) if arg is not type(None))
    return get_args(annotation)[0] if get_origin(annotation) is Annotated else annotation


def _kind_of(sheet: str, name: str, bare: Any) -> Kind:
    if (sheet, name) == ("calendar", "day"):
        return Kind.DAY
    if (sheet, name) == ("successions", "sheet"):
        return Kind.CHOICE
    if get_origin(bare) is tuple:
        item = get_args(bare)[0]
        if item is TimeWindow:
            return Kind.WINDOWS
        if not issubclass(item, StrEnum):
            return Kind.CODES
        return Kind.ORDERED_CHOICES if (sheet, name) in _ORDERED else Kind.CHOICES
    if issubclass(bare, StrEnum):
        return Kind.CHOICE
    if bare is str:
        return Kind.CODE if name == "code" or name.endswith("_code") else Kind.TEXT
    by_type = {bool: Kind.BOOLEAN, int: Kind.INTEGER, float: Kind.NUMBER, Decimal: Kind.DECIMAL, dt.date: Kind.DATE}
    return by_type[bare]


def _constraints(info: FieldInfo) -> dict[str, Any]:
    """Collect the bounds that pydantic keeps as a list of small objects."""
    found: dict[str, Any] = {}
    for item in info.metadata:
        for name in ("ge", "gt", "le", "max_length", "decimal_places"):
            value = getattr(item, name, None)
            if value is not None:
                found[name] = value
    return found


def _spec(sheet: str, name: str, info: FieldInfo) -> FieldSpec:
    bare = _bare_type(info.annotation)
    kind = _kind_of(sheet, name, bare)
    bounds = _constraints(info)
    places = bounds.get("decimal_places")
    minimum = None if bounds.get("ge") is None else Decimal(str(bounds["ge"]))
    if "gt" in bounds:  # the least value above an exclusive bound on the field's own grid
        minimum = Decimal(str(bounds["gt"])) + Decimal(1).scaleb(-(places or 0))
    choices: tuple[str, ...] = ()
    prefix = ""
    if kind in {Kind.CHOICE, Kind.CHOICES, Kind.ORDERED_CHOICES}:
        enum = bare if kind is Kind.CHOICE else get_args(bare)[0]
        is_enum = issubclass(enum, StrEnum)
        choices = tuple(enum) if is_enum else SUCCESSION_SHEETS
        prefix = f"enum.{enum.__name__}." if is_enum else "sheet."
    return FieldSpec(
        sheet=sheet,
        name=name,
        kind=kind,
        required=info.is_required(),
        default=None if info.is_required() else info.get_default(call_default_factory=True, validated_data={}),
        description=info.description or "",
        minimum=minimum,
        maximum=None if bounds.get("le") is None else Decimal(str(bounds["le"])),
        places=places,
        max_length=bounds.get("max_length") if kind in {Kind.TEXT, Kind.CODE} else None,
        choices=tuple(str(choice) for choice in choices),
        choice_prefix=prefix,
        references=REFERENCES.get((sheet, name), ()),
        single_window=(sheet, name) in _SINGLE_WINDOW,
    )


#: Sheets of nouns that are no part of a network: each is read alone, from a file of its own.
LIFTED_SHEET = "lifted"
APPORTION_SHEET = "apportion"
AREA_POLYGONS_SHEET = "area_polygons"
RESIDENT_CELLS_SHEET = "resident_cells"
RESIDENT_POLYGONS_SHEET = "resident_polygons"
RECEIPTS_SHEET = "receipts"
KNOWN_WAYS_SHEET = "known_ways"
_ALONE: Mapping[str, type[SQLModel]] = types.MappingProxyType(
    {
        LIFTED_SHEET: LiftedLine,
        APPORTION_SHEET: WeightedName,
        AREA_POLYGONS_SHEET: AreaPolygon,
        RESIDENT_CELLS_SHEET: ResidentCell,
        RESIDENT_POLYGONS_SHEET: ResidentPolygon,
        RECEIPTS_SHEET: ReceiptLine,
        KNOWN_WAYS_SHEET: KnownWay,
    }
)


def noun_of(sheet: str) -> type[SQLModel]:
    """Return the noun in the rows of a sheet."""
    return _ALONE[sheet] if sheet in _ALONE else SHEETS[sheet]


@cache
def field_specs(sheet: str) -> Mapping[str, FieldSpec]:
    """Return the columns of a sheet of nouns, or the keys of the settings, by name."""
    model: type[SQLModel] = NetworkSettings if sheet == SETTINGS_SHEET else noun_of(sheet)
    return {name: _spec(sheet, name, info) for name, info in model.model_fields.items()}

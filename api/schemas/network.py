"""The nouns of the network, each with its name in the language asked for."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from sqlmodel import Field, SQLModel

from distribution.domain.goods import Commodity, Quota
from distribution.domain.network import Area, Cooperative, CoopUnion, Named, Outlet, Warehouse
from distribution.messages import Locale


class NameOut(SQLModel):
    """What the API adds to everything that has a name."""

    display_name: str = Field(description="name in the language of the answer")


class AreaOut(NameOut, Area):
    """A province, county or district with its people."""


class UnionOut(NameOut, CoopUnion):
    """A union of consumer cooperatives."""


class CooperativeOut(NameOut, Cooperative):
    """A consumer cooperative, member of a union."""


class OutletOut(NameOut, Outlet):
    """A distribution point of a cooperative."""


class WarehouseOut(NameOut, Warehouse):
    """A place where goods lie and trucks load."""


class CommodityOut(NameOut, Commodity):
    """A good and the pack it is handed out in."""


class QuotaOut(Quota):
    """Goods a letter of the government assigns to the network."""


#: Sheet -> what a row of it looks like in the API.
SCHEMAS: Mapping[str, type[SQLModel]] = MappingProxyType(
    {
        "areas": AreaOut,
        "unions": UnionOut,
        "cooperatives": CooperativeOut,
        "outlets": OutletOut,
        "warehouses": WarehouseOut,
        "commodities": CommodityOut,
        "quotas": QuotaOut,
    }
)


def show_noun(sheet: str, noun: SQLModel, locale: Locale) -> SQLModel:
    """Make what the API shows of a row."""
    fields = {name: getattr(noun, name) for name in type(noun).model_fields}
    if isinstance(noun, Named):
        fields["display_name"] = noun.name(locale)
    return SCHEMAS[sheet].model_validate(fields)

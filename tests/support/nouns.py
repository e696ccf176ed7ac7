"""Short ways to write the nouns of a network in a test."""

from __future__ import annotations

import datetime as dt
import math
from decimal import Decimal

from distribution.domain.enums import CooperativeKind, StorageClass
from distribution.domain.goods import Commodity, Quota, StockLine
from distribution.domain.network import Cooperative
from distribution.domain.policy import NeedWeight, Policy
from distribution.domain.types import TimeWindow, parse_windows

KM_PER_DEGREE = 111.195
DRY = (StorageClass.DRY,)
EVERY_CLASS = tuple(sorted(StorageClass))


def move(lon: float, lat: float, east_km: float = 0, north_km: float = 0) -> tuple[float, float]:
    """Move a point by a few kilometres."""
    return (
        round(lon + east_km / (KM_PER_DEGREE * math.cos(math.radians(lat))), 6),
        round(lat + north_km / KM_PER_DEGREE, 6),
    )


def windows(text: str) -> tuple[TimeWindow, ...]:
    """Read windows as a person writes them."""
    parsed: tuple[TimeWindow, ...] = parse_windows(text)  # type: ignore[assignment]  # a str always gives a tuple
    return parsed


def quota(round_code: str, commodity_code: str, tonnes: str, start: dt.date, end: dt.date, **more: object) -> Quota:
    """Assign a commodity for a period."""
    return Quota.model_validate(
        {
            "code": f"{round_code}-{commodity_code}",
            "round_code": round_code,
            "commodity_code": commodity_code,
            "tonnes": Decimal(tonnes),
            "period_start": start,
            "period_end": end,
            **more,
        }
    )


def stock(place_code: str, commodity_code: str, packs: int, available_on: dt.date | None = None) -> StockLine:
    """Lay packs at a place."""
    return StockLine(place_code=place_code, commodity_code=commodity_code, packs=packs, available_on=available_on)


def cooperative(code: str, name_fa: str, kind: CooperativeKind, union_code: str) -> Cooperative:
    """Found a cooperative."""
    return Cooperative(code=code, name_fa=f"تعاونی {name_fa}", name_en=code, kind=kind, union_code=union_code)


def commodity(
    code: str, name_fa: str, kg: str, litres: str, storage: StorageClass, *, price: int, name_en: str = ""
) -> Commodity:
    """Describe a commodity and its pack."""
    return Commodity(
        code=code, name_fa=name_fa, name_en=name_en or code.title(), pack_kg=Decimal(kg), pack_litres=Decimal(litres),
        storage_class=storage, price=price,
    )  # fmt: skip


def policy(code: str, **more: object) -> Policy:
    """Declare a policy; what is not given has its default."""
    return Policy.model_validate({"code": code, "name_fa": f"سیاست {code}", "name_en": code.title(), **more})


def need_weight(policy_code: str, basis: str, key: str, weight: str) -> NeedWeight:
    """Weight the need of the outlets that fit a key."""
    return NeedWeight.model_validate({"policy_code": policy_code, "basis": basis, "key": key, "weight": weight})

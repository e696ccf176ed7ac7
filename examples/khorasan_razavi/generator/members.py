"""The synthetic unions and cooperatives, of the kinds that really exist in the province."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count

from generator.places import County
from generator.sheet import Row

_DIGITS = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")

#: Kind -> its name in Persian and in English.
KINDS = {
    "workers": ("کارگران", "workers'"),
    "employees": ("کارمندان", "employees'"),
    "teachers": ("فرهنگیان", "teachers'"),
    "local": ("محلی", "local"),
    "rural": ("روستایی", "rural"),
}

#: The seat of a rural union -> the counties whose rural cooperatives are its members.
RURAL_REGIONS = {
    "0916": ("0916", "0918", "0920", "0922", "0928", "0932"),
    "0917": ("0917", "0933"),
    "0908": ("0908", "0934", "0936", "0938", "0939"),
    "0905": ("0905", "0927", "0930", "0935"),
    "0906": ("0904", "0906", "0919", "0937"),
    "0913": ("0907", "0913"),
    "0914": ("0914", "0923", "0929"),
    "0915": ("0915", "0931"),
}

SHOPS_PER_COOPERATIVE = {"rural": 4}
DEFAULT_SHOPS = 3


@dataclass(frozen=True)
class Member:
    """A cooperative that an outlet belongs to."""

    code: str
    kind: str


def persian(number: int) -> str:
    """Write a number with Persian digits."""
    return str(number).translate(_DIGITS)


def build_unions(counties: tuple[County, ...]) -> list[Row]:
    """List four unions of the whole province and a rural union for every region."""
    rows: list[Row] = []
    for kind, (fa, en) in KINDS.items():
        if kind != "rural":
            rows.append(
                {
                    "code": f"U-{kind.upper()}",
                    "name_fa": f"اتحادیه تعاونی‌های مصرف {fa} خراسان رضوی (فرضی)",
                    "name_en": f"Union of {en} consumer cooperatives of Khorasan Razavi (synthetic)",
                }
            )
    by_code = {county.code: county for county in counties}
    return rows + [
        {
            "code": f"U-RURAL-{seat}",
            "name_fa": f"اتحادیه تعاونی‌های روستایی {by_code[seat].name_fa} (فرضی)",
            "name_en": f"Union of rural cooperatives of {by_code[seat].name_en} (synthetic)",
        }
        for seat in RURAL_REGIONS
    ]


def _union_of(kind: str, county_code: str) -> str:
    if kind != "rural":
        return f"U-{kind.upper()}"
    return next(f"U-RURAL-{seat}" for seat, members in RURAL_REGIONS.items() if county_code in members)


class Cooperatives:
    """Open cooperatives as their outlets come: a new one of a county and kind whenever the last is full."""

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self._open: dict[tuple[str, str], tuple[Member, int]] = {}
        self._numbers: dict[tuple[str, str], count[int]] = {}

    def join(self, county: County, kind: str) -> Member:
        """Return the cooperative that the next outlet of a county and kind belongs to."""
        key = (county.code, kind)
        member, shops = self._open.get(key, (None, 0))
        if member is None or shops == SHOPS_PER_COOPERATIVE.get(kind, DEFAULT_SHOPS):
            member, shops = self._found(county, kind), 0
        self._open[key] = (member, shops + 1)
        return member

    def _found(self, county: County, kind: str) -> Member:
        number = next(self._numbers.setdefault((county.code, kind), count(1)))
        member = Member(code=f"C-{county.code}-{kind.upper()}-{number:02d}", kind=kind)
        fa, en = KINDS[kind]
        what_fa = "تعاونی روستایی" if kind == "rural" else f"تعاونی مصرف {fa}"
        self.rows.append(
            {
                "code": member.code,
                "name_fa": f"{what_fa} {county.name_fa} {persian(number)} (فرضی)",
                "name_en": f"{en.capitalize()} cooperative {number} of {county.name_en} (synthetic)",
                "kind": kind,
                "union_code": _union_of(kind, county.code),
            }
        )
        return member

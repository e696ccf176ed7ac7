"""Apportion seats or packs among the names of a file, and tell the divisor or the level that gives the result."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction
from pathlib import Path

import numpy as np

from distribution.allocation.apportion import apportion
from distribution.allocation.cumulative import round_cumulative
from distribution.allocation.divisors import DivisorRange, divisor_range
from distribution.allocation.grid import NANO, Integers, tie_ranks
from distribution.allocation.waterfill import WaterFill, waterfill
from distribution.domain.apportionment import WeightedName
from distribution.domain.enums import ApportionmentMethod
from distribution.domain.findings import Finding
from distribution.intake.weighted_names import read_weighted_names
from distribution.messages import Locale, render_message
from distribution.services.sentences import spell_params

MOST_PLACES = 60
SHOWN_DIGITS = 15


@dataclass(frozen=True)
class FileApportionment:
    """What the names of a file get, in its order.

    ``note`` and ``params`` are the catalogue's sentence about the divisor or the level.
    """

    names: tuple[str, ...]
    packs: tuple[int, ...]
    findings: tuple[Finding, ...]
    note: str
    params: Mapping[str, str]

    def sentence(self, locale: Locale) -> str:
        """Tell the divisor or the level."""
        return render_message(f"apportion.{self.note}", locale, spell_params(self.params, locale))


def apportion_file(file: Path, packs: int, method: ApportionmentMethod) -> FileApportionment:
    """Apportion packs among the names of a CSV file (columns name, weight and, if wanted, min, max and debt).

    Raises
    ------
    InputError
        With every finding, if the file is wrong or its bounds leave no apportionment.
    """
    rows, findings = read_weighted_names(file, packs, method)
    weights, scale = whole_weights(rows)
    ties = tie_ranks(weights, [row.name for row in rows])
    lower = np.array([row.min for row in rows], dtype=np.int64)
    upper = np.array([packs if row.max is None else row.max for row in rows], dtype=np.int64)
    if method.is_divisor:
        held = apportion(method, packs, weights, ties=ties, lower=lower, upper=upper)
        note, params = _describe_divisor(divisor_range(method, weights, held, lower=lower, upper=upper), scale)
    else:
        fill = waterfill(packs, weights, balances=np.zeros_like(lower), floors=lower, caps=upper, ties=ties)
        note, params = _describe_level(fill, weights, scale)
        if method.carries_debt:
            debt = np.array([int(row.debt * NANO) for row in rows], dtype=np.int64)
            held = round_cumulative(packs, fill.target_nano, debt, lower=lower, upper=upper, ties=ties)
        else:
            held = apportion(method, packs, weights, ties=ties, lower=lower, upper=upper, fill=fill)
    return FileApportionment(tuple(row.name for row in rows), tuple(held.tolist()), findings, note, params)


def whole_weights(rows: list[WeightedName]) -> tuple[Integers, int]:
    """Return the weights as whole numbers, and how many of them make one."""
    places = max((max(0, -int(row.weight.as_tuple().exponent)) for row in rows), default=0)
    scale = 10**places
    whole = [int(row.weight * scale) for row in rows]
    fits = max(whole, default=0) < 2**62
    return np.array(whole, dtype=np.int64 if fits else object), scale


def _describe_divisor(divisors: DivisorRange, scale: int) -> tuple[str, Mapping[str, str]]:
    if divisors.low is None:
        return "no_divisor", {}
    unit = Fraction(1, scale**divisors.power)
    high = None if divisors.high is None else divisors.high * unit
    return "divisor", {"divisor": shortest_between(divisors.low * unit, high, divisors.power)}


def shortest_between(low: Fraction, high: Fraction | None, power: int) -> str:
    """Write the decimal of fewest digits whose power lies between two fractions; as a root or a fraction if none does."""
    if high is None:
        return str(_root(low, power) + 1)
    for places in range(-len(str(math.ceil(high))), MOST_PLACES):
        tenth = Fraction(10) ** -places
        above = (_root(low / tenth**power, power) + 1) * tenth
        if above**power < high:
            return _plain(above)
    exact = Fraction(_root(low * low.denominator**power, power), low.denominator)
    if exact**power == low:
        return str(exact)
    return f"√({low})" if power > 1 else str(low)


def _root(value: Fraction, power: int) -> int:
    """Return the floor of a square root, or of the number itself."""
    return math.isqrt(math.floor(value)) if power > 1 else math.floor(value)


def _plain(value: Fraction) -> str:
    context = Context(prec=400)
    text = format(context.divide(Decimal(value.numerator), Decimal(value.denominator)), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _describe_level(fill: WaterFill, weights: Integers, scale: int) -> tuple[str, Mapping[str, str]]:
    if fill.level is None and fill.placed_packs:
        return "all_full", {}
    row = int(np.argmax(weights > 0))
    unit = int(weights[row]) // int(fill.weights[row]) if fill.level else 1
    level = Fraction(*(fill.level or (0, 1))) * scale / unit
    context = Context(prec=SHOWN_DIGITS, rounding=ROUND_HALF_EVEN)
    shown = context.divide(Decimal(level.numerator), Decimal(level.denominator))
    return "level", {"level": format(shown.normalize(context), "f"), "fraction": str(level)}

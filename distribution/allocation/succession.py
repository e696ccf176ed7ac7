"""What becomes of an outlet's accounts when it closes, merges or splits.

They pass to the declared successors by their parts, else to the area the outlet stood in; the sum of every
commodity's accounts stays what it was.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from distribution.domain.network import Succession

Accounts = dict[tuple[str, str], int]


@dataclass(frozen=True, slots=True)
class AccountMove:
    """A part of a closed outlet's account on its way, in the balances' unit; exactly one of the receivers is named."""

    from_outlet: str
    commodity: str
    amount: int
    to_outlet: str | None = None
    to_area: str | None = None


@dataclass(frozen=True)
class MovedAccounts:
    """The accounts after the moves, (outlet, commodity) and (area, commodity) -> amount, and the moves."""

    outlets: Accounts
    areas: Accounts
    moves: tuple[AccountMove, ...]


def move_accounts(
    balances: Mapping[tuple[str, str], int],
    successions: Iterable[Succession],
    outlet_area: Mapping[str, str],
    active: AbstractSet[str],
) -> MovedAccounts:
    """Pass the accounts of outlets that are no longer active to their successors, else to their area.

    A successor that is itself closed passes its part on; where the declarations run in a circle or end at an
    outlet that is unknown, the part goes to the area of the outlet that passed it on.

    Parameters
    ----------
    balances
        (outlet, commodity) -> billionths of a pack, or whole packs: any unit that is not divided further.
    successions
        Rows of the sheet ``successions``; only those of outlets count.
    outlet_area
        Area of every outlet, closed ones included.
    active
        The outlets that are open.

    Raises
    ------
    ValueError
        If an outlet must pass to its area and none is known.
    """
    parts_of: dict[str, list[tuple[str, Decimal]]] = defaultdict(list)
    for row in successions:
        if row.sheet == "outlets":
            parts_of[row.old_code].append((row.new_code, row.share))
    network = _Network(parts_of, outlet_area, active)
    outlets: Accounts = defaultdict(int)
    areas: Accounts = defaultdict(int)
    moves: list[AccountMove] = []
    for (outlet, commodity), amount in sorted(balances.items()):
        if outlet in active:
            outlets[outlet, commodity] += amount
            continue
        heirs = _heirs(outlet, network, Fraction(1), ())
        for (is_area, heir), part in _split(amount, heirs).items():
            if part == 0:
                continue
            (areas if is_area else outlets)[heir, commodity] += part
            to_outlet, to_area = (None, heir) if is_area else (heir, None)
            moves.append(AccountMove(outlet, commodity, part, to_outlet, to_area))
    return MovedAccounts(dict(outlets), dict(areas), tuple(moves))


@dataclass(frozen=True, slots=True)
class _Network:
    """Who follows whom, with what part; where everyone stands; and who is open."""

    parts_of: Mapping[str, list[tuple[str, Decimal]]]
    outlet_area: Mapping[str, str]
    active: AbstractSet[str]


def _heirs(
    outlet: str, network: _Network, whole: Fraction, passed: tuple[str, ...]
) -> dict[tuple[bool, str], Fraction]:
    """Return the final receivers of a closed outlet, (is area, code), and their parts of the whole."""
    heirs: dict[tuple[bool, str], Fraction] = defaultdict(Fraction)
    declared = sum((Fraction(share) for _, share in network.parts_of.get(outlet, ())), Fraction(0))
    for successor, share in network.parts_of.get(outlet, ()):
        part = whole * Fraction(share) / declared
        if successor in network.active:
            heirs[False, successor] += part
        elif successor in network.outlet_area and successor != outlet and successor not in passed:
            deeper = _heirs(successor, network, part, (*passed, outlet))
            for heir, piece in deeper.items():
                heirs[heir] += piece
        else:
            heirs[True, _area_of(outlet, network.outlet_area)] += part
    if not declared:
        heirs[True, _area_of(outlet, network.outlet_area)] = whole
    return heirs


def _area_of(outlet: str, outlet_area: Mapping[str, str]) -> str:
    if outlet not in outlet_area:
        raise ValueError(f"{outlet} is closed, has no successor, and its area is not known")
    return outlet_area[outlet]


def _split(amount: int, heirs: Mapping[tuple[bool, str], Fraction]) -> dict[tuple[bool, str], int]:
    """Split an amount by parts that add up to 1: floors, then the largest remainders, then the code."""
    size, sign = abs(amount), -1 if amount < 0 else 1
    exact = {heir: size * part for heir, part in heirs.items()}
    whole = {heir: int(value) for heir, value in exact.items()}
    left = size - sum(whole.values())
    for heir in sorted(exact, key=lambda h: (whole[h] - exact[h], h))[:left]:
        whole[heir] += 1
    return {heir: sign * whole[heir] for heir in sorted(whole)}

"""Choose the packs that the sentences of a certificate show: few digits, and yet they add up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from distribution.allocation.certificate import Certificate
from distribution.domain.rounds import NANO_PER_PACK
from distribution.services.round_to_sum import round_to_sum

#: Digits after the point, as far as they do; nine are exact.
FEWEST_PLACES, ALL_PLACES = 3, 9


@dataclass(frozen=True, slots=True)
class ShownPacks:
    """What is shown of a certificate's amounts, billionths of a pack.

    Attributes
    ----------
    terms
        The terms that add up to the packs, by name; those before the debt add up to the target.
    target
        The exact target.
    debt_before
        The rounding-debt account before.
    shortfall_before, shortfall_after
        The shortfall account; ``before + shortfall - carried on - repaid packs = after``.
    carried_on
        What of the shortfall lies in packs that are carried on.
    """

    terms: Mapping[str, int]
    target: int
    debt_before: int
    shortfall_before: int
    shortfall_after: int
    carried_on: int


def show_packs(certificate: Certificate) -> ShownPacks:
    """Round the amounts of a certificate for the eye.

    The terms shown add up to the target shown, and this with the debt and the rounding to the packs. There are three
    digits after the point, or as many more as it takes to show every amount that is not 0 as something.

    Raises
    ------
    ValueError
        If the certificate does not add up.
    """
    for places in range(FEWEST_PLACES, ALL_PLACES):
        shown = _round_at(certificate, 10 ** (ALL_PLACES - places))
        if not _hides_something(certificate, shown):
            return shown
    return _round_at(certificate, 1)


def _round_at(certificate: Certificate, unit: int) -> ShownPacks:
    line, terms = certificate.line, certificate.target_terms
    made_whole = (line.target_nano, certificate.debt_taken_nano, line.rounding_nano)
    target, debt, rounding = round_to_sum(made_whole, line.packs * NANO_PER_PACK, unit)
    of_target = dict(zip(terms, round_to_sum(tuple(terms.values()), target, unit), strict=True))
    shortfall_before, carried_on = _nearest(line.shortfall_before_nano, unit), _nearest(line.carried_on_nano, unit)
    repaid = line.repaid_packs * NANO_PER_PACK
    return ShownPacks(
        terms={**of_target, "debt": debt, "rounding": rounding},
        target=target,
        debt_before=_nearest(line.debt_before_nano, unit),
        shortfall_before=shortfall_before,
        shortfall_after=shortfall_before - of_target["shortfall"] - carried_on - repaid,
        carried_on=carried_on,
    )


def _nearest(nano: int, unit: int) -> int:
    return round(nano, 1 - len(str(unit)))  # a unit is a power of ten


def _hides_something(certificate: Certificate, shown: ShownPacks) -> bool:
    """Tell whether an amount would be shown as 0, or on the other side of it, though it is something."""
    line = certificate.line
    pairs = [(nano, shown.terms[name]) for name, nano in certificate.terms.items()]
    pairs += [
        (line.target_nano, shown.target),
        (line.debt_before_nano, shown.debt_before),
        (line.shortfall_before_nano, shown.shortfall_before),
        (line.shortfall_after_nano, shown.shortfall_after),
        (line.carried_on_nano, shown.carried_on),
    ]
    return any(exact and exact * seen <= 0 for exact, seen in pairs)

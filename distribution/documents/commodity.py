"""A commodity as documents show it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DocumentCommodity:
    """A commodity's name in the reader's language, the mass of one pack and its approved price.

    Where two quotas of a round give one commodity at two prices, each is a column of its own.
    """

    code: str
    name: str
    pack_g: int
    price: int = 0

    def weight_g(self, packs: int) -> int:
        """Return the mass of some packs, g."""
        return packs * self.pack_g

    def amount_due(self, packs: int) -> int:
        """Return the exact price of some packs, in the currency's unit."""
        return packs * self.price


def require_packs(packs: tuple[int, ...], commodities: tuple[DocumentCommodity, ...]) -> None:
    """Check that there is one number of packs per commodity, none negative.

    Raises
    ------
    ValueError
        If the numbers do not fit the commodities.
    """
    if len(packs) != len(commodities) or any(number < 0 for number in packs):
        raise ValueError(f"{len(commodities)} commodities need as many numbers of packs, none negative: {packs}")


def total_weight_g(packs: tuple[int, ...], commodities: tuple[DocumentCommodity, ...]) -> int:
    """Return the mass of the packs of all commodities, g."""
    return sum(c.weight_g(number) for c, number in zip(commodities, packs, strict=True))


def total_amount_due(packs: tuple[int, ...], commodities: tuple[DocumentCommodity, ...]) -> int:
    """Return the exact price of the packs of all commodities, in the currency's unit."""
    return sum(c.amount_due(number) for c, number in zip(commodities, packs, strict=True))


def sum_packs(lines: list[tuple[int, ...]], width: int) -> tuple[int, ...]:
    """Add up packs per commodity over many lines; zeros where there is none."""
    return tuple(sum(line[c] for line in lines) for c in range(width))

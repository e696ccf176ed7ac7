"""Reproducible chance: every draw depends on its own name only, never on the draws before it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from fractions import Fraction
from typing import TypeVar

SEED = "khorasan-razavi-1"
Option = TypeVar("Option")


def chance(*name: object) -> float:
    """Draw a number in [0, 1) that belongs to a name.

    A hash instead of a generator's stream: one outlet more does not move all the others, and neither
    the platform nor a library's version changes a draw.
    """
    digest = hashlib.sha256("/".join([SEED, *map(str, name)]).encode()).digest()
    return int.from_bytes(digest[:6], "big") / 2**48


def choose(options: Sequence[tuple[Option, int]], *name: object) -> Option:
    """Draw an option by its whole-number weight."""
    ticket = int(chance(*name) * sum(weight for _, weight in options))
    for option, weight in options:
        ticket -= weight
        if ticket < 0:
            return option
    raise ValueError("no option has a weight")


def split(total: int, weights: Sequence[int], least: int = 0) -> list[int]:
    """Split a whole number in proportion to weights, by largest remainder; the parts add up exactly.

    Every part gets ``least`` first; ties go to the earlier part.
    """
    rest = total - least * len(weights)
    if rest < 0:
        raise ValueError(f"{total} is too little for {len(weights)} parts of {least}")
    exact = [Fraction(rest * weight, sum(weights)) for weight in weights]
    parts = [int(part) for part in exact]
    by_remainder = sorted(range(len(parts)), key=lambda i: parts[i] - exact[i])
    for i in by_remainder[: rest - sum(parts)]:
        parts[i] += 1
    return [least + part for part in parts]

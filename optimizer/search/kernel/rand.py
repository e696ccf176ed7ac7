"""Random numbers of the compiled search: xorshift64* (Vigna 2016), its state in an array of one."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from optimizer.search.kernel.layout import compiled


@compiled
def next64(state: NDArray[np.uint64]) -> np.uint64:
    """Return the next 64 random bits."""
    x = state[0]
    x ^= x >> np.uint64(12)
    x ^= x << np.uint64(25)
    x ^= x >> np.uint64(27)
    state[0] = x
    return x * np.uint64(0x2545F4914F6CDD1D)


@compiled
def uniform(state: NDArray[np.uint64]) -> float:
    """Return a number from [0, 1)."""
    return float(next64(state) >> np.uint64(11)) * (1.0 / 9007199254740992.0)


@compiled
def below(state: NDArray[np.uint64], n: int) -> int:
    """Return a whole number from 0 .. n - 1."""
    return np.int64(next64(state) >> np.uint64(33)) % np.int64(n)


@compiled
def positions_to_blink(state: NDArray[np.uint64], rate: float) -> int:
    """Return how many positions are seen before one is overlooked, each being so with a probability ``rate``."""
    if rate <= 0.0:
        return 1 << 60
    return np.int64(math.log(1.0 - uniform(state)) / math.log(1.0 - rate))

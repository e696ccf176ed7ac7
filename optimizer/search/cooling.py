"""The temperature of the search, from its beginning to its end."""

from __future__ import annotations

import math
from dataclasses import dataclass

#: Part of the search that goes from hot to critical.
_FAST = 0.2


@dataclass(frozen=True, slots=True)
class Cooling:
    """Temperatures in units of the way to a near neighbour.

    From ``hot``, where any first plan is forgotten, the search is soon cooled to ``critical``, where trips find their
    form, and slowly from there to ``cold``, where nothing moves.
    """

    hot: float
    critical: float
    cold: float

    def begin_at(self, warmth: float) -> Cooling:
        """Return the cooling that begins with a part of the heat, for a plan that is not to be forgotten."""
        hot = max(self.cold, self.hot * warmth)
        return Cooling(hot, min(self.critical, hot), self.cold)

    def temperature(self, fraction: float) -> float:
        """Return the temperature when a part of the search, from 0 to 1, is over."""
        if fraction < _FAST:
            return _between(self.hot, self.critical, fraction / _FAST)
        return _between(self.critical, self.cold, (fraction - _FAST) / (1.0 - _FAST))


def _between(first: float, last: float, part: float) -> float:
    """Go from one temperature to another, by equal factors in equal parts."""
    return first * math.pow(last / first, part)

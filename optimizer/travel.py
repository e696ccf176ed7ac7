"""The travel that a problem asks for: blocks of road metres and seconds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

IntArray = NDArray[np.int64]

#: Stands in both matrices where there is no road.
UNREACHABLE = -1


class Travel(Protocol):
    """Road metres and seconds between places known by index; structural and picklable."""

    def matrix(
        self, origins: Sequence[int] | IntArray, destinations: Sequence[int] | IntArray
    ) -> tuple[IntArray, IntArray]:
        """Return metres and seconds, each of shape (origins, destinations); -1 where there is no road."""
        ...

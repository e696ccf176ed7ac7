"""The contract of travel, kept by what needs no road engine."""

import numpy as np
import pytest

from gis.travel.geodesic import GeodesicTravel
from gis.travel.protocol import TravelProvider
from gis.travel.table import TableTravel
from tests.gis.travel.travel_contract import *  # noqa: F403 - the suite
from tests.gis.travel.travel_contract import PLACES


def geodesic() -> GeodesicTravel:
    rng = np.random.default_rng(1)
    return GeodesicTravel(rng.uniform(56, 61, PLACES), rng.uniform(34, 38, PLACES), 1.3, 50)


def table() -> TableTravel:
    rng = np.random.default_rng(2)
    metres = rng.integers(1, 300_000, (PLACES, PLACES), dtype=np.int32)
    seconds = (metres // 14 + 60).astype(np.int32)
    gap = rng.random((PLACES, PLACES)) < 0.1
    metres[gap] = seconds[gap] = -1
    index = rng.permutation(PLACES)
    index[3] = -1
    index[8] = index[7]
    return TableTravel(metres, seconds, index)


@pytest.fixture(params=[geodesic, table])
def travel(request) -> TravelProvider:
    return request.param()

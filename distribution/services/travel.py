"""Choose the travel of a network: its own road matrix, else geodesic distance times the detour factor."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from distribution.domain.dataset import Dataset
from distribution.domain.network import Positioned
from gis.travel.geodesic import GeodesicTravel
from gis.travel.table import TableTravel


def build_travel(dataset: Dataset, places: Sequence[Positioned]) -> GeodesicTravel | TableTravel:
    """Build the travel between places, known by their position in the sequence.

    A place that the network's matrix does not name is unreachable: a measured matrix is never mixed with estimates.
    """
    if dataset.travel is None:
        return GeodesicTravel(
            np.array([place.lon for place in places]),
            np.array([place.lat for place in places]),
            detour_factor=float(dataset.settings.detour_factor),
            speed_kmh=float(dataset.settings.speed_kmh),
        )
    row = {code: index for index, code in enumerate(dataset.travel.codes)}
    index = np.array([row.get(place.code, -1) for place in places], dtype=np.int64)
    settings = dataset.settings
    source = settings.travel_source or "road table"
    return TableTravel(dataset.travel.metres, dataset.travel.seconds, index, source, settings.travel_is_estimate)

"""The ways of people from where they live to outlets: estimated, or on real roads."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from distribution.domain.dataset import Dataset
from distribution.services.roads import road_travel
from gis.travel.engine import RoadEngine
from gis.travel.geodesic import GeodesicTravel
from gis.travel.protocol import TravelProvider


@dataclass(frozen=True)
class PeopleRoads:
    """Who finds the ways, and the folder in which they are kept; None for none."""

    engine: RoadEngine
    cache: Path | None = None


def people_travel(
    dataset: Dataset, lon: NDArray[np.float64], lat: NDArray[np.float64], roads: PeopleRoads | None
) -> TravelProvider:
    """Return the travel between positions: on roads, or estimated by the network's factor and speed.

    Raises
    ------
    UnavailableError
        If the engine does not answer.
    """
    if roads is not None:
        return road_travel(roads.engine, lon, lat, roads.cache)
    settings = dataset.settings
    return GeodesicTravel(lon, lat, detour_factor=float(settings.detour_factor), speed_kmh=float(settings.speed_kmh))

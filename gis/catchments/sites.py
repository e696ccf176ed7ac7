"""Where people live, and the sites that may serve them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gis.geodesy import require_positions

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]

#: Outlets whose positions agree to this many decimals of a degree (a decimetre) stand at one site.
_DECIMALS = 6


@dataclass(frozen=True, eq=False)
class Cells:
    """Small parts of the country with people, each thought of as one point.

    Attributes
    ----------
    lon, lat
        Degrees, of shape (n,).
    people
        Whole people, of shape (n,).
    zone
        Where they live, of shape (n,): with zones kept apart only sites of the same zone serve them.
    """

    lon: FloatArray
    lat: FloatArray
    people: IntArray
    zone: IntArray

    def __post_init__(self) -> None:
        """Check the positions and the lengths.

        Raises
        ------
        PositionError
            If a position is not a longitude and a latitude in degrees.
        ValueError
            If the lengths differ or a number of people is negative.
        """
        require_positions(self.lon, self.lat)
        if not self.lon.shape == self.people.shape == self.zone.shape:
            raise ValueError(f"{self.lon.size} positions, {self.people.size} counts, {self.zone.size} zones")
        if self.people.size and self.people.min() < 0:
            raise ValueError(f"cell {int(self.people.argmin())} has {self.people.min()} people")


@dataclass(frozen=True, eq=False)
class Sites:
    """Places with one outlet or several, which share whom the site serves by their weights.

    Attributes
    ----------
    lon, lat, zone
        Of shape (m,).
    weight
        Weights of its outlets together, of shape (m,), above 0.
    first
        Of shape (m + 1,): the outlets of site s are ``outlet[first[s] : first[s + 1]]``.
    outlet, outlet_weight
        Outlets by site, then by number, and the weight of each.
    """

    lon: FloatArray
    lat: FloatArray
    zone: IntArray
    weight: FloatArray
    first: IntArray
    outlet: IntArray
    outlet_weight: FloatArray

    def __len__(self) -> int:
        """Return the number of sites."""
        return int(self.lon.size)


def gather_sites(lon: ArrayLike, lat: ArrayLike, weight: ArrayLike, zone: ArrayLike) -> Sites:
    """Gather outlets of one zone that stand at one position into sites; an outlet of weight 0 serves nobody.

    Parameters
    ----------
    lon, lat
        Degrees, of shape (outlets,).
    weight
        Part in whom the site serves, at least 0.
    zone
        Zone of each.

    Raises
    ------
    PositionError
        If a position is not a longitude and a latitude in degrees.
    ValueError
        If a weight is negative or not finite.
    """
    lons, lats = require_positions(lon, lat)
    weights, zones = np.asarray(weight, dtype=np.float64), np.asarray(zone, dtype=np.int64)
    if not (np.isfinite(weights).all() and (weights >= 0).all()):
        raise ValueError("a weight of an outlet is negative or not finite")
    serving = np.flatnonzero(weights > 0)
    keys = np.stack([zones, np.rint(lons * 10**_DECIMALS), np.rint(lats * 10**_DECIMALS)], axis=1)[serving]
    _, leader, site = np.unique(keys, axis=0, return_index=True, return_inverse=True)
    # Sites in the order of their first outlet, so that ties go by the order in which outlets are given.
    rank = np.argsort(np.argsort(leader, kind="stable"), kind="stable")
    site = rank[site.reshape(-1)]
    order = np.argsort(site, kind="stable")
    heads = serving[np.sort(leader)]
    return Sites(
        lon=lons[heads],
        lat=lats[heads],
        zone=zones[heads],
        weight=np.bincount(site, weights=weights[serving], minlength=heads.size).astype(np.float64),
        first=np.cumsum([0, *np.bincount(site, minlength=heads.size)]).astype(np.int64),
        outlet=serving[order].astype(np.int64),
        outlet_weight=weights[serving[order]],
    )

"""What catchments of a whole country cost: ``python -m benchmarks.catchments [--cells N] [--outlets M] [--runs R]``.

Scatters people about outlets in 100 areas, and assigns them by every method through the service of ``taavon catchments``
(files are not written). Printed are the median seconds of a method. It fails if anybody is lost, or a method takes longer
than 10 s (capacity, a minimum-cost flow: 60 s).
"""

from __future__ import annotations

import argparse
import sys
import time
from statistics import median

import numpy as np

from benchmarks.baselines import table
from distribution.domain.catchments import CatchmentMethod, CatchmentOptions
from distribution.domain.dataset import Dataset
from distribution.domain.network import Area, Outlet
from distribution.services.catchments import build_catchments
from distribution.services.residents import ResidentTable

_MOST_S, _MOST_FLOW_S = 10.0, 60.0
_SIDE = 10  # areas along each side of the country
_WEST, _SOUTH, _DEGREES = 56.0, 33.0, 6.0


def make_country(n_cells: int, n_outlets: int, seed: int = 1) -> tuple[Dataset, ResidentTable]:
    """Scatter outlets over a square country, and people about them: most near one, some far from all."""
    random = np.random.default_rng(seed)
    codes = [f"a{n:02d}" for n in range(_SIDE**2)]
    at = random.uniform(0, _DEGREES, (n_outlets, 2))
    homes = at[random.integers(0, n_outlets, n_cells)] + random.normal(0, 0.05, (n_cells, 2))
    far = random.random(n_cells) < 0.1
    homes[far] = random.uniform(0, _DEGREES, (int(far.sum()), 2))
    homes = np.clip(homes, 0, _DEGREES)

    def area_of(points: np.ndarray) -> list[str]:
        column, row = np.minimum(points * (_SIDE / _DEGREES), _SIDE - 1).astype(int).T
        return [codes[number] for number in (row * _SIDE + column).tolist()]

    outlets = tuple(
        Outlet(code=f"o{n:06d}", name_fa="فروشگاه", name_en="Shop", lon=_WEST + x, lat=_SOUTH + y, area_code=area,
               cooperative_code="c")
        for n, ((x, y), area) in enumerate(zip(at.tolist(), area_of(at), strict=True))
    )  # fmt: skip
    areas = tuple(Area(code=code, name_fa="شهرستان", name_en="County") for code in codes)
    residents = ResidentTable(
        tuple(f"c{n}" for n in range(n_cells)),
        _WEST + homes[:, 0],
        _SOUTH + homes[:, 1],
        random.integers(0, 400, n_cells),
        tuple(area_of(homes)),
    )
    return Dataset(areas=areas, outlets=outlets), residents


def main() -> int:
    """Measure as the command line says; return the exit code."""
    parser = argparse.ArgumentParser(description="Measure every method of catchments.")
    parser.add_argument("--cells", type=int, default=100_000, help="cells with people [default: 100000]")
    parser.add_argument("--outlets", type=int, default=5_000, help="outlets [default: 5000]")
    parser.add_argument("--runs", type=int, default=3, help="runs of each method [default: 3]")
    given = parser.parse_args()
    dataset, residents = make_country(given.cells, given.outlets)
    rows, failed = [], False
    for method in CatchmentMethod:
        for within in (True, False):
            seconds = []
            for _ in range(given.runs):
                began = time.perf_counter()
                report = build_catchments(dataset, residents, CatchmentOptions(method, within))
                seconds.append(time.perf_counter() - began)
            lost = int(residents.people.sum() - report.served.sum() - report.catchments.unserved.sum())
            most = _MOST_FLOW_S if method is CatchmentMethod.CAPACITY else _MOST_S
            failed |= bool(lost) or median(seconds) > most
            rows.append(
                [method.value, "within areas" if within else "across areas", f"{median(seconds):.1f}", str(lost)]
            )
    print(table(("method", "people", "median s", "people lost"), rows))
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())

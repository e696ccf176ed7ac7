"""Tiny VRPLIB files for tests.

The depot is at (0, 0), client 1 at (3, 4) and client 2 at (0, 8): depot to 1 is 5, depot to 2 is 8, 1 to 2 is 5.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

POINTS = ((0, 0), (3, 4), (0, 8))


def section(name: str, rows: Sequence[object]) -> str:
    """Write a section of one or several values a row."""
    lines = [f"{name}_SECTION"]
    for number, row in enumerate(rows, start=1):
        values = row if isinstance(row, tuple) else (row,)
        lines.append(" ".join(map(str, (number, *values))))
    return "\n".join(lines) + "\n"


def vrplib(
    kind: str = "CVRP",
    *more: str,
    points: Sequence[tuple[float, float]] = POINTS,
    demand: Sequence[object] | None = None,
    depots: int = 1,
) -> str:
    """Write an instance; ``more`` are further lines and sections, each client's demand is 1 if not given."""
    demands: Sequence[object] = [0] * depots + [1] * (len(points) - depots) if demand is None else demand
    return (
        f"NAME : tiny\nTYPE : {kind}\nDIMENSION : {len(points)}\nEDGE_WEIGHT_TYPE : EUC_2D\n"
        + "".join(line for line in more if "_SECTION" not in line)
        + section("NODE_COORD", points)
        + section("DEMAND", demands)
        + "".join(line for line in more if "_SECTION" in line)
        + "DEPOT_SECTION\n"
        + "".join(f"{depot + 1}\n" for depot in range(depots))
        + "-1\nEOF\n"
    )


def save(folder: Path, text: str, name: str = "tiny.vrp") -> Path:
    """Write a file and return its path."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path

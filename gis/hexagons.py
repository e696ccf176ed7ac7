"""Hexagons of H3 (Brodsky 2018), in which populations of whole countries are published."""

from __future__ import annotations


class HexagonError(ValueError):
    """There is no such hexagon, or no package that knows them; ``code`` says which: ``unknown`` or ``extra``."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def locate_hexagon(name: str) -> tuple[float, float]:
    """Return the middle (lon, lat) of a hexagon by its name, e.g. ``872a1072bffffff``.

    Raises
    ------
    HexagonError
        ``unknown`` if it is none; ``extra`` without the package ``h3`` (extra ``grids``).
    """
    try:
        import h3  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise HexagonError("extra") from error
    name = name.strip().lower()
    if not h3.is_valid_cell(name):
        raise HexagonError("unknown")
    lat, lon = h3.cell_to_latlng(name)
    return round(lon, 7), round(lat, 7)

"""Maps: the one door to the offline page and the words for what it shows."""

from __future__ import annotations

from gis.map_page.data import MapData, MapOutlet, MapPlace, MapRoute, MapStop, MapTexts, MapWarehouse
from gis.map_page.page import render_map_html

__all__ = ["MapData", "MapOutlet", "MapPlace", "MapRoute", "MapStop", "MapTexts", "MapWarehouse", "render_map_html"]

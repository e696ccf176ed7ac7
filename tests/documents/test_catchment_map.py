"""The print map of catchments: everybody's way in its colour, and who is served by none in its own."""

import re

import numpy as np
import shapely

from distribution.documents.map_sheets import render_maps_pdf
from distribution.domain.catchments import CatchmentOptions
from distribution.services.catchment_map import build_catchment_map
from distribution.services.catchments import build_catchments
from distribution.services.residents import ResidentTable
from gis.map_colors import CLASS_COLORS, UNSERVED_COLOR
from tests.support.networks import small_network
from tests.support.nouns import move


def colours(svg):
    return re.findall(r'<circle [^>]*fill="(#[0-9a-f]{6})"', svg)


def residents_at(outlet, *km, people=100):
    at = [move(outlet.lon, outlet.lat, 0, north) for north in km]
    return ResidentTable(
        tuple(f"c{n}" for n in range(len(km))),
        np.array([lon for lon, _ in at]),
        np.array([lat for _, lat in at]),
        np.full(len(km), people),
        (outlet.area_code,) * len(km),
    )


def test_a_cell_has_the_colour_of_its_way_and_who_is_not_served_another(read_pdf):
    network = small_network()
    network = type(network)(areas=network.areas, outlets=network.outlets[:1], settings=network.settings)
    residents = residents_at(network.outlets[0], 1, 6, 12, 30)  # times the detour of 1.3
    report = build_catchments(network, residents, CatchmentOptions(max_km=20))
    book = build_catchment_map(network, report, np.array([shapely.box(59, 36, 59.1, 36.1)]), ("Estimates.",), "en")
    assert colours(book.sheets[0].sketch.svg) == [CLASS_COLORS[0], CLASS_COLORS[1], CLASS_COLORS[2], UNSERVED_COLOR]
    pdf = read_pdf(render_maps_pdf(book))
    for words in ("300 of 400 people", "West", "served by none", "Estimates.", "Nearest by time"):
        assert pdf.shows(words), words


def test_a_sheet_shows_no_more_dots_than_it_has_room_for():
    network = small_network()
    network = type(network)(areas=network.areas, outlets=network.outlets[:1], settings=network.settings)
    residents = residents_at(network.outlets[0], *np.linspace(0, 4, 50_000).tolist(), people=1)
    report = build_catchments(network, residents, CatchmentOptions())
    book = build_catchment_map(network, report, np.array([]), (), "fa")
    assert 100 < len(colours(book.sheets[0].sketch.svg)) < 500

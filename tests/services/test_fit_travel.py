"""A network whose ways are estimated from a few known ones: labelled an estimate, planned and verified like any other."""

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest

from distribution.domain.errors import InputError
from distribution.intake.reading import require_dataset
from distribution.services.fit_travel import describe_fit, fit_travel
from distribution.services.sentences import describe_finding
from distribution.services.travel import build_travel
from gis.geodesy import pair_distances_m
from gis.travel.geodesic import GeodesicTravel
from tests.support.networks import another_country, small_network, write_csv

ROWS = "origin_code,destination_code,km,minutes\n"


def straight_km(network, a, b):
    places = {p.code: p for p in (*network.outlets, *network.warehouses)}
    ends = [v for code in (a, b) for v in (places[code].lon, places[code].lat)]
    return float(pair_distances_m(*([v] for v in ends))[0]) / 1000


def known(tmp_path, text):
    file = tmp_path / "known.csv"
    file.write_text(ROWS + text, encoding="utf-8")
    return file


def make_ways(network, factor_of, pairs):
    return "".join(f"{a},{b},{straight_km(network, a, b) * factor_of(a, b):.3f},\n" for a, b in pairs)


def test_ways_within_and_between_two_counties_have_the_detours_of_each(tmp_path):
    network = small_network()
    east = {f"O{n}" for n in range(5, 10)} | {"W2"}

    def factor_of(a, b):
        return 1.9 if (a in east) != (b in east) else 1.15

    west = [f"O{n}" for n in range(5)]
    pairs = [(a, b) for side in (west, sorted(east)[:5]) for n, a in enumerate(side) for b in side[:n]]
    pairs += [(a, b) for a in west for b in sorted(east)[:5]]
    fitted = fit_travel(network, known(tmp_path, make_ways(network, factor_of, pairs)))
    travel = build_travel(fitted.dataset, (*network.outlets, *network.warehouses))
    assert travel.is_estimate
    assert "45 known ways" in travel.label
    metres, seconds = travel.matrix([0, 0, 11], [1, 9, 5])  # W2 stands in the county of the nearest outlet
    assert metres[0, 0] == pytest.approx(1150 * straight_km(network, "O0", "O1"), rel=0.12)
    assert metres[0, 1] == pytest.approx(1900 * straight_km(network, "O0", "O9"), rel=0.03)
    assert metres[2, 2] == pytest.approx(1150 * straight_km(network, "W2", "O5"), rel=0.12)
    assert seconds == pytest.approx(metres * 3.6 / float(network.settings.speed_kmh), abs=1)
    assert fitted.error is not None
    assert fitted.error < 0.05 < fitted.error_before
    assert fitted.least == pytest.approx(1.15, abs=0.08)
    assert fitted.most == pytest.approx(1.9, abs=0.05)
    for locale in ("fa", "en"):
        assert describe_fit(fitted, locale)


def test_areas_stand_for_their_outlets_and_minutes_give_the_speed(tmp_path):
    network = small_network()
    fitted = fit_travel(network, known(tmp_path, "west,east,80,60\nW1,O9,90,120\n"))
    assert fitted.speed_kmh == round(Decimal(170) / 3, 3)
    assert fitted.dataset.settings.speed_kmh == fitted.speed_kmh
    assert fitted.dataset.settings.detour_factor == pytest.approx(Decimal(str(round(fitted.factor, 3))))
    one = fit_travel(network, known(tmp_path, "west,east,80,\n"))
    assert one.error is None
    assert one.speed_kmh == network.settings.speed_kmh


def test_one_factor_for_all_is_the_plain_estimate(tmp_path):
    network = small_network()
    pairs = [("O0", "O9"), ("O1", "O2"), ("O5", "W1")]
    fitted = fit_travel(network, known(tmp_path, make_ways(network, lambda _a, _b: 1.3, pairs)))
    places = (*network.outlets, *network.warehouses)
    plain = GeodesicTravel(np.array([p.lon for p in places]), np.array([p.lat for p in places]), 1.3, 50.0)
    every = range(len(places))
    for found, right in zip(
        build_travel(fitted.dataset, places).matrix(every, every), plain.matrix(every, every), strict=True
    ):
        assert np.abs(found - right).max() <= 5  # kilometres of the file have three decimals


def test_the_network_is_written_and_read_back_as_an_estimate(tmp_path):
    fitted = fit_travel(small_network(), known(tmp_path, "west,east,80,\n"))
    again = require_dataset(write_csv(fitted.dataset, tmp_path / "out"))
    assert again.settings.travel_is_estimate
    assert again.travel is not None
    assert np.array_equal(again.travel.metres, fitted.dataset.travel.metres)


def test_everything_that_is_wrong_is_told_at_once(tmp_path):
    network = small_network()
    spare = replace(network, areas=(*network.areas, type(network.areas[0])(code="empty", name_en="Empty")))
    text = "O0,O99,5,\nO0,O9,1,\nempty,O1,5,\nO1,O1,5,\nO0,O1,-1,\n"
    with pytest.raises(InputError) as caught:
        fit_travel(spare, known(tmp_path, text))
    assert [(f.code, f.where.row) for f in caught.value.findings] == [
        ("known_way_place", 2), ("known_way_too_short", 3), ("known_way_nowhere", 4), ("known_way_same_place", 5),
        ("value_out_of_range", 6),
    ]  # fmt: skip
    for finding in caught.value.findings:
        for locale in ("fa", "en"):
            assert describe_finding(finding, locale).fix
    for empty in ("", "# nothing\n"):
        with pytest.raises(InputError):
            fit_travel(network, known(tmp_path, empty))
    with pytest.raises(InputError) as caught:
        fit_travel(another_country(), known(tmp_path, "LISBOA,PORTO,300,\n"))
    assert [f.code for f in caught.value.findings] == ["travel_given_and_measured"]

"""A network whose counts have aged: who draws, by how much, and that the whole engine shares anew."""

import csv
import datetime as dt
import io
from dataclasses import replace

import numpy as np
import pytest

from distribution.allocation.allocate import allocate_round
from distribution.allocation.stress import MEASURES, draw_growth
from distribution.domain.errors import NotFoundError, StateError
from distribution.domain.policy import Policy
from distribution.messages import LOCALES
from distribution.services.gather_round import Accounts, gather_round
from distribution.services.stress_populations import StressOptions, stress_populations
from distribution.services.stress_tables import PLACES, describe_stress, list_tables, render_stress_csv
from tests.support.networks import small_network

START = dt.date(2024, 4, 20)


def dated(**ages_years: float):
    """Build the small network with counts that are so many years old."""
    network = small_network()
    areas = tuple(
        area.model_copy(update={"population_date": START - dt.timedelta(days=round(365.2425 * ages_years[area.code]))})
        if area.code in ages_years
        else area
        for area in network.areas
    )
    return replace(network, areas=areas)


def stress(network, **options):
    return stress_populations(network, StressOptions(**{"draws": 20, **options}))


def test_fresh_counts_and_equal_growth_leave_nothing_wrong():
    for report in (stress(dated(west=0, east=0)), stress(dated(west=9, east=4), growth_spread=0)):
        for spreads in report.measures.values():
            for name in set(MEASURES) - {"gini", "gini_fair"}:
                assert spreads[name].high == 0, name
        assert not report.areas.tally.probability_short.any()
        assert not report.outlets.tally.largest_error_packs.any()


def test_one_draw_is_the_round_shared_anew_by_the_people_as_drawn():
    network = dated(west=10, east=10)
    report = stress(network, draws=1, growth_spread=4, seed=3)
    numbers = gather_round(network, network.quotas_by_round["spring"], Accounts()).numbers
    east, west = draw_growth(["east", "west"], [10, 10], 4, draws=1, seed=3)[0]
    factors = [west if outlet.area_code == "west" else east for outlet in network.outlets]
    people = np.array([round(n * f) for n, f in zip(numbers.people.tolist(), factors, strict=True)])
    true, given = allocate_round(replace(numbers, people=people)), allocate_round(numbers)
    assert report.outlets.tally.largest_error_packs.tolist() == np.abs(given.packs - true.packs).tolist()
    rice = report.measures["rice"]
    assert rice["misplaced_packs"].mean == np.maximum(given.packs - true.packs, 0)[:, 2].sum() > 0


def test_only_the_area_whose_count_has_aged_grows():
    report = stress(dated(west=0, east=15), growth_spread=3, draws=60)
    east, west = report.areas.tally.probability_short[:, -1]
    assert [a.code for a in report.areas.holders] == ["east", "west"]
    assert report.areas.ages_years.tolist() == [pytest.approx(15, abs=0.01), 0]
    assert east > 0.2
    assert west > 0  # what the east should have less, the west should have more


def test_older_counts_and_wider_spreads_do_more_harm():
    errors = [
        stress(dated(west=age, east=age), growth_spread=spread, draws=40).measures["rice"]["misplaced_packs"].mean
        for age, spread in ((2, 1), (8, 1), (8, 3))
    ]
    assert errors == sorted(errors)
    assert errors[0] < errors[2]


def test_the_same_seed_gives_the_same_report_and_another_seed_another():
    first, again, other = (render_stress_csv(stress(dated(west=9, east=9), seed=seed)) for seed in (4, 4, 5))
    assert first == again != other


def test_the_area_that_loses_most_by_mass_is_to_be_recounted_first():
    report = stress(dated(west=12, east=1), growth_spread=3)
    lacking = report.areas.tally.mean_short_g[:, -1]
    order = report.areas.order_by_risk()
    assert lacking[order[0]] >= lacking[order[1]] > 0


def test_a_count_without_a_date_needs_an_age():
    with pytest.raises(StateError) as told:
        stress(dated(west=5))
    assert (told.value.code, told.value.params["areas"]) == ("count_undated", "east")
    report = stress(dated(west=5), age_years=7)
    assert report.areas.ages_years.tolist() == [7, pytest.approx(5, abs=0.01)]


def test_an_outlet_grows_with_the_nearest_counted_area_above_it():
    network = dated(province=6, west=3)
    areas = tuple(a.model_copy(update={"population": None}) if a.code == "east" else a for a in network.areas)
    report = stress(replace(network, areas=areas))
    assert [a.code for a in report.areas.holders] == ["province", "west"]


def test_a_policy_and_a_round_are_those_that_were_asked_for():
    network = replace(dated(west=9, east=9), policies=(Policy(code="root", people_exponent="0.5"),))
    plain, root = (
        stress_populations(network, StressOptions(draws=30), round_code="spring", policy_code=code)
        for code in (None, "root")
    )
    assert (plain.round_code, plain.policy_code, root.policy_code) == ("spring", "default", "root")
    errors = [report.measures["rice"]["misplaced_packs"].mean for report in (root, plain)]
    assert errors[0] < errors[1]  # the square root halves what growth does to a share
    with pytest.raises(StateError, match="round_not_in_quotas"):
        stress_populations(network, StressOptions(), round_code="autumn")
    with pytest.raises(NotFoundError, match="policy_unknown"):
        stress_populations(network, StressOptions(), policy_code="nobody's")


def test_the_csv_has_a_line_per_holder_and_commodity_and_one_for_all_goods():
    report = stress(dated(west=9, east=9))
    lines = list(csv.DictReader(io.StringIO(render_stress_csv(report).decode("utf-8-sig"))))
    assert len(lines) == (2 + 10) * (3 + 1)
    whole = {(ln["level"], ln["code"]): float(ln["mean_short_kg"]) for ln in lines if not ln["commodity_code"]}
    goods = [ln for ln in lines if ln["level"] == "areas" and ln["commodity_code"]]
    for code in ("east", "west"):
        # what one good lacks may be made up for by another
        assert whole["areas", code] <= sum(float(ln["mean_short_kg"]) for ln in goods if ln["code"] == code) + 0.01
    packs = [int(ln["packs_given"]) for ln in lines if ln["level"] == "outlets" and ln["commodity_code"] == "rice"]
    assert sum(packs) == 1200


@pytest.mark.parametrize("locale", LOCALES)
def test_every_measure_is_named_and_shown(locale):
    report = stress(dated(west=9, east=9))
    tables = list_tables(report, locale)
    assert len(tables) == 3 + 1
    assert set(PLACES) == set(MEASURES)
    for _, rows in tables[:3]:
        assert len({row[0] for row in rows[1:]}) == len(MEASURES)
        assert all(len(row) == 5 for row in rows)
    assert "spring" in describe_stress(report, locale)


@pytest.mark.parametrize(("locale", "one", "to"), [("en", "3.7", "3.7 to 9.2"), ("fa", "۳٫۷", "۳٫۷ تا ۹٫۲")])
def test_counts_of_one_age_are_told_with_one_age(locale, one, to):
    alike, apart = (describe_stress(stress(dated(west=3.7, east=east), draws=1), locale) for east in (3.7, 9.2))
    assert alike.count(one) == 1
    assert to in apart

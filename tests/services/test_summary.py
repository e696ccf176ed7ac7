"""The figures of a round, computed again by hand from what was allotted and driven."""

import datetime as dt
import json
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from statistics import mean

import pytest

from distribution.domain.enums import Bound
from distribution.domain.policy import MemberCount, OutletLimit
from distribution.services.allocate_round import Accounts, allocate_quotas
from distribution.services.basket_figures import count_baskets
from distribution.services.check_plan import check_plan_file
from distribution.services.unplaced import find_stops
from distribution.services.unplaced_sentences import describe_unplaced
from tests.support.kept import Books, KeptRound
from tests.support.networks import network_with_policies, small_network, two_equal_outlets
from tests.support.nouns import policy


@pytest.fixture(scope="module")
def small(tmp_path_factory) -> KeptRound:
    """Return a round of the small network."""
    books = Books(tmp_path_factory.mktemp("books"))
    kept = books.run(small_network())
    books.uow.engine.dispose()
    return kept


def lines_of(kept: KeptRound, commodity: str):
    return [line for line in kept.allotments if line.commodity_code == commodity]


def figures_of(kept: KeptRound, commodity: str) -> dict:
    return next(goods for goods in kept.summary["goods"] if goods["code"] == commodity)


@pytest.mark.parametrize("commodity", ["rice", "eggs", "chicken"])
def test_gini_is_half_the_mean_difference_between_two_people_over_the_mean(small, commodity):
    lines = lines_of(small, commodity)
    each = [(Fraction(line.packs, line.people), line.people) for line in lines]
    people = sum(n for _, n in each)
    average = sum(x * n for x, n in each) / people
    difference = sum(abs(x - y) * n * m for x, n in each for y, m in each) / Fraction(people) ** 2
    assert figures_of(small, commodity)["fairness"]["gini"] == pytest.approx(float(difference / (2 * average)))


@pytest.mark.parametrize("commodity", ["rice", "eggs", "chicken"])
def test_the_other_measures_of_fairness_are_those_of_the_allotments(small, commodity):
    lines = lines_of(small, commodity)
    people = sum(line.people for line in lines)
    packs = sum(line.packs for line in lines)
    goods = figures_of(small, commodity)
    due = [Fraction(packs * line.people, people) for line in lines]
    furthest = max(abs(line.packs - share) for line, share in zip(lines, due, strict=True))
    kg = sorted((Fraction(line.packs * goods["allotted_g"], packs * 1000 * line.people), line.people) for line in lines)
    by_person = [x for x, n in kg for _ in range(n // 500)]  # everybody in groups of 500
    assert people % 500 == 0
    fairness = goods["fairness"]
    assert fairness["largest_deviation_packs"] == pytest.approx(float(furthest), abs=1e-6)
    assert fairness["kg_per_person_median"] == pytest.approx(float(by_person[len(by_person) // 2]), rel=0.02)
    assert fairness["kg_per_person_min"] == pytest.approx(float(kg[0][0]))
    assert fairness["kg_per_person_max"] == pytest.approx(float(kg[-1][0]))


def test_the_outlet_with_a_small_room_and_the_one_with_goods_on_its_shelf_are_counted(small):
    held = figures_of(small, "rice")["held"]
    assert held["storage"] == 1
    assert held["closing_balance"] == 0  # three packs on a shelf lower a share, but not to nothing


def test_the_work_of_one_trip_is_what_it_is(books):
    kept = books.run(two_equal_outlets(near_km=5, far_km=150))
    (trip,) = kept.loaded.plan.trips
    (leg_out, leg_back) = kept.loaded.travel.legs[0, 1], kept.loaded.travel.legs[1, 0]
    metres = leg_out[0] + leg_back[0]
    assert metres == pytest.approx(2 * 150_000 * 1.3, rel=0.01)
    # half an hour of loading, a quarter of an hour at the stop, ten minutes a tonne
    seconds = 1800 + leg_out[1] + 900 + 1200 + leg_back[1]
    assert trip.end_s - trip.start_s == seconds
    cost = 2_000_000 + Fraction(metres, 1000) * 15_000 + Fraction(seconds, 3600) * 300_000
    delivery = kept.summary["delivery"]
    assert delivery["metres"] == metres
    assert delivery["cost"] == round(cost)
    assert delivery["tonne_km"] == round(2 * leg_out[0] / 1000)
    litres = Decimal(metres) * 14 / 100_000
    assert Decimal(delivery["fuel_litres"]) == litres.quantize(Decimal("0.1"))
    assert Decimal(delivery["co2_kg"]) == (litres * Decimal("2.68")).quantize(Decimal("0.1"))
    counted = ("trips", "stops", "trucks", "truck_days", "days_used", "working_days", "outlets_due", "outlets_served")
    assert [delivery[name] for name in counted] == [1, 1, 1, 1, 1, 1, 2, 1]
    assert delivery["people_covered"] == 5000
    assert (delivery["routed_g"], delivery["collected_g"], delivery["waiting_g"]) == (2_000_000, 0, 2_000_000)


@pytest.mark.parametrize(("near_waits", "ranks"), [(False, [(1, 1.0), (0, 0.0)]), (True, [(0, 0.0), (1, 1.0)])])
def test_an_outlet_that_gets_nothing_ranks_last_in_its_fifth_of_the_distance(books, near_waits, ranks):
    since = dt.date(2024, 3, 1)
    network = two_equal_outlets(
        near_waits_since=since if near_waits else None, far_waits_since=None if near_waits else since
    )
    fifths = books.run(network).summary["delivery"]["rank_by_distance"]
    assert [(fifth["waiting"], fifth["mean_rank"]) for fifth in fifths] == ranks
    assert [fifth["mean_km"] for fifth in fifths] == pytest.approx([6.5, 195], rel=0.01)


def test_outlets_stand_in_fifths_by_distance_with_the_mean_rank_of_their_first_days(small):
    problem, plan = small.loaded.problem, small.loaded.plan
    first: dict[int, int] = {}
    for trip in plan.trips:
        for stop in trip.stops:
            place = problem.deliveries[stop.delivery].place
            first[place] = min(first.get(place, trip.day), trip.day)
    before = {day: sum(d < day for d in first.values()) for day in first.values()}
    same = {day: sum(d == day for d in first.values()) for day in first.values()}
    rank = {place: (before[d] + (same[d] - 1) / 2) / (len(first) - 1) for place, d in first.items()}
    fifths = small.summary["delivery"]["rank_by_distance"]
    # nine outlets are delivered to (the tenth collects): fifths of two, two, two, two and one
    assert [fifth["outlets"] for fifth in fifths] == [2, 2, 2, 2, 1]
    assert [fifth["mean_km"] for fifth in fifths] == sorted(fifth["mean_km"] for fifth in fifths)
    weighted = sum(fifth["outlets"] * fifth["mean_rank"] for fifth in fifths)
    assert weighted == pytest.approx(sum(rank.values()), abs=0.005)
    assert weighted / 9 == pytest.approx(0.5, abs=0.001)
    # the two nearest: O0, 2.2 km from the first warehouse, and O5, 3.6 km from the second
    nearest = [place for place in first if problem.places[place].name in {"O0", "O5"}]
    assert fifths[0]["mean_rank"] == pytest.approx(mean(rank[place] for place in nearest), abs=0.001)


def test_a_halt_at_which_two_loads_are_unloaded_is_one_stop(small, tmp_path):
    halts = 0
    for trip in small.loaded.plan.trips:
        places = [small.loaded.problem.deliveries[stop.delivery].place for stop in trip.stops]
        halts += sum(place != before for place, before in zip(places, [None, *places], strict=False))
    assert small.summary["delivery"]["stops"] == halts
    assert halts < sum(len(trip.stops) for trip in small.loaded.plan.trips)
    (tmp_path / "plan.json").write_bytes(small.files["plan.json"])
    assert check_plan_file(tmp_path / "plan.json", "en").stops == halts


def test_the_summary_file_is_the_summary_that_is_kept(small):
    assert json.loads(small.files["summary.json"]) == small.summary


@pytest.mark.parametrize("commodity", ["rice", "eggs", "chicken"])
def test_fifths_of_the_people_add_up_to_all_of_them_and_to_all_their_goods(small, commodity):
    lines, goods = lines_of(small, commodity), figures_of(small, commodity)
    for key in ("by_need", "by_distance"):
        fifths = goods["fairness"][key]
        assert [fifth["fifth"] for fifth in fifths] == [1, 2, 3, 4, 5]
        assert sum(fifth["people"] for fifth in fifths) == sum(line.people for line in lines)
        assert sum(fifth["outlets"] for fifth in fifths) == sum(line.people > 0 for line in lines)
        mass = sum((fifth["kg_per_person"] or 0) * fifth["people"] for fifth in fifths)
        assert mass == pytest.approx(goods["allotted_g"] / 1000)


def test_the_summary_carries_every_measure_of_inequality(small):
    fairness = figures_of(small, "rice")["fairness"]
    assert all(0 <= fairness[key] <= 1 for key in ("gini", "hoover", "theil", "jain", "atkinson_half", "atkinson_one"))
    assert fairness["hoover"] <= fairness["gini"]


def test_complete_baskets_are_counted_from_the_packs_of_the_scarcer_good():
    network = network_with_policies()
    quotas = tuple(q for q in network.quotas if q.commodity_code != "chicken")
    allocation = allocate_quotas(network, quotas, Accounts(), "by-people")
    figures = count_baskets(allocation)
    packs = {(line.outlet_code, line.commodity_code): line.packs for line in allocation.allotments}
    whole, people = {}, {}
    for outlet in network.outlets:
        in_grams = {
            "eggs": (packs[outlet.code, "eggs"] * 11_000, 25),
            "rice": (packs[outlet.code, "rice"] * 10_000, 200),
        }
        whole[outlet.code] = min(there // need for there, need in in_grams.values())
        people[outlet.code] = allocation.served[outlet.code].people
    assert figures.mean == pytest.approx(sum(whole.values()) / sum(people.values()))
    assert figures.minimum == pytest.approx(min(whole[code] / people[code] for code in whole))
    assert figures.outlets == sum(figures.scarcest.values()) == sum(figures.held_by.values()) == 10
    assert count_baskets(allocate_quotas(network, quotas, Accounts(), "half-west")) is None


# What found no place


def stops_of(network, policy_code=None):
    """Share the one round of a network, and find what stopped its only commodity."""
    allocation = allocate_quotas(network, network.quotas, Accounts(), policy_code)
    (goods,) = allocation.goods
    return allocation, find_stops(network, goods.unplaced_packs, allocation.allotments)


def limited(**caps: int):
    """Return two equal outlets of 200 packs each, with limits."""
    limits = tuple(OutletLimit(outlet_code=code, commodity_code="rice", cap_packs=cap) for code, cap in caps.items())
    return replace(two_equal_outlets(), limits=limits)


def test_where_every_pack_finds_a_place_there_is_nothing_to_explain(small):
    assert stops_of(two_equal_outlets())[1] is None
    assert all(goods["unplaced"] is None and goods["unplaced_packs"] == 0 for goods in small.summary["goods"])


def test_unplaced_packs_are_told_with_the_capacity_that_stopped_them_the_largest_shortfall_first(books):
    network = limited(NEAR=50)
    network.outlets[0].storage_dry_kg = 1000  # FAR: 100 packs
    network.outlets[0].deliveries_per_period = 1
    goods = books.run(network).summary["goods"][0]
    assert goods["unplaced_packs"] == goods["unplaced"]["packs"] == 250
    assert goods["unplaced"]["stops"] == {"storage": 1, "cap": 1}
    told = [(o["code"], o["stop"], o["packs"], o["shortfall_nano"]) for o in goods["unplaced"]["outlets"]]
    assert told == [("NEAR", "cap", 50, 150 * 10**9), ("FAR", "storage", 100, 100 * 10**9)]
    (area,) = goods["unplaced"]["areas"]
    assert (area["code"], area["outlets"], area["shortfall_nano"]) == ("A", 2, 250 * 10**9)
    assert goods["held"] == {bound.value: 0 for bound in Bound if bound is not Bound.NONE} | {"storage": 1, "cap": 1}


def test_a_deviation_bound_that_stops_packs_is_counted_beside_the_full_outlet_behind_it():
    network = replace(limited(NEAR=50), policies=(policy("even", deviation_percent="10"),))
    allocation, stopped = stops_of(network, "even")
    assert stopped is not None
    assert stopped.packs == 400 - sum(line.packs for line in allocation.allotments) > 0
    assert stopped.stops == {"cap": 1, "deviation": 1}
    assert [outlet.code for outlet in stopped.outlets] == ["NEAR"]
    sentences = " ".join(describe_unplaced("Rice", stopped, "en"))
    assert "at their limit 1" in sentences
    assert "deviation bound 1" in sentences


def test_outlets_whose_delivery_would_be_too_small_are_counted_among_the_held_and_the_stops():
    network = replace(limited(NEAR=30, FAR=40), policies=(policy("large", min_drop_packs=50),))
    _, stopped = stops_of(network, "large")
    assert stopped is not None
    assert (stopped.packs, stopped.stops) == (400, {"min_drop": 2})
    assert [(outlet.code, outlet.packs) for outlet in stopped.outlets] == [("FAR", 0), ("NEAR", 0)]


def test_where_nobody_has_a_share_that_is_what_is_said():
    network = two_equal_outlets()
    for outlet in network.outlets:
        outlet.served_population = 0
    _, stopped = stops_of(network)
    assert stopped is not None
    assert (stopped.packs, stopped.stops, stopped.outlets) == (400, {}, ())
    assert list(describe_unplaced("Rice", stopped, "en")) == [
        "Rice: packs that found no place: 400. No outlet that takes part has a share of it."
    ]


def test_the_summary_names_the_policy(small):
    assert small.summary["policy"] == {"code": "default", "name_fa": "", "name_en": ""}


def test_members_are_known_and_only_the_residents_of_an_outlet_are_assumed(small, tmp_path):
    network = small_network()
    blank = next(o for o in network.outlets if o.served_population is None)
    member = MemberCount(area_code=blank.area_code, outlet_code=blank.code, people=7)
    books = Books(tmp_path)
    listed = books.run(replace(network, members=(member,))).summary
    books.uow.engine.dispose()
    assert listed["people"] == small.summary["people"]
    assert listed["people_assumed"] == small.summary["people_assumed"] - 7 > 0

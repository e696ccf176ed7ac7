"""What a tighter deviation bound costs, on the published example dressed up as a network, and by hand on a larger one."""

import csv
import io
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from typer.testing import CliRunner

from api.cli import app
from distribution.domain.enums import DeviationKind
from distribution.domain.errors import NotFoundError, StateError
from distribution.domain.frontier import DEFAULT_BOUNDS
from distribution.domain.network import Area
from distribution.domain.policy import OutletLimit
from distribution.messages import LOCALES
from distribution.services.frontier_tables import CSV_HEADER, describe_frontier, list_tables, render_frontier_csv
from distribution.services.gather_round import Accounts
from distribution.services.price_of_fairness import trace_frontier
from tests.support.networks import network_with_policies, small_network, two_equal_outlets, write_csv
from tests.support.nouns import policy, quota


def published_example():
    """Build three outlets with half, three tenths and a fifth of the people, 100 packs, and room for 40, 60 and 60."""
    network = two_equal_outlets()
    first = network.outlets[0]
    people, caps = {"A": 5000, "B": 3000, "C": 2000}, {"A": 40, "B": 60, "C": 60}
    only = network.quotas[0]
    return replace(
        network,
        areas=(*network.areas, Area(code="N", name_en="North", parent_code="A")),
        outlets=tuple(
            first.model_copy(
                update={"code": code, "served_population": count, "area_code": "A" if code != "C" else "N"}
            )
            for code, count in people.items()
        ),
        quotas=(quota("r1", "rice", "1", only.period_start, only.period_end),),
        limits=tuple(OutletLimit(outlet_code=code, commodity_code="rice", cap_packs=cap) for code, cap in caps.items()),
        policies=(
            policy("default"),
            policy("research", deviation_kind="absolute", deviation_percent="3", deviation_spares_full=False),
        ),
    )


def bounds(*texts):
    return tuple(Decimal(text) for text in texts)


@pytest.fixture(scope="module")
def research():
    return trace_frontier(published_example(), bounds("0", "0.05", "0.1"), policy_code="research")


def test_the_published_example_delivers_more_the_looser_the_bound(research):
    (rice,) = research.commodities
    assert [(point.bound, point.packs) for point in rice.points] == [
        (Decimal(0), 80),
        (Decimal("0.05"), 88),
        (Decimal("0.1"), 100),
        (None, 100),
    ]
    assert [point.price for point in rice.points] == pytest.approx([0.2, 0.12, 0, 0])
    assert [point.mass_g for point in rice.points] == [800_000, 880_000, 1_000_000, 1_000_000]


def test_equal_fill_has_no_inequality_and_more_goods_bring_more(research):
    gini = [point.gini for point in research.commodities[0].points]
    assert gini[0] == pytest.approx(0)
    assert gini == sorted(gini)


def test_the_outlet_that_holds_back_is_named_with_its_worth_and_its_area(research):
    tight, looser, free, none = research.commodities[0].points
    assert [(b.outlet.code, b.capacity_packs, b.worth) for b in tight.bottlenecks] == [("A", 40, pytest.approx(2))]
    assert [(b.outlet.code, b.worth) for b in looser.bottlenecks] == [("A", pytest.approx(1 / 0.45))]
    assert [(a.area.code, a.outlets, a.capacity_packs) for a in tight.areas(research.dataset)] == [("A", 1, 40)]
    assert free.bottlenecks == none.bottlenecks == ()


def test_the_policys_own_bound_is_replaced_and_how_it_is_read_is_kept(research):
    assert (research.kind, research.spare_full) == (DeviationKind.ABSOLUTE, False)
    assert trace_frontier(published_example(), bounds("0.1")).spare_full
    relative = trace_frontier(published_example(), bounds("0.1"), spare_full=False)
    assert relative.kind is DeviationKind.RELATIVE
    assert relative.commodities[0].points[0].packs == 88  # 40 / (0.5 x 0.9) = 88.9


def test_full_outlets_that_are_spared_no_longer_hold_the_others_back():
    network = published_example()
    held, spared = (trace_frontier(network, bounds("0.2"), spare_full=spare) for spare in (False, True))
    assert [f.commodities[0].points[0].packs for f in (held, spared)] == [100, 100]
    held, spared = (trace_frontier(network, bounds("0.1"), spare_full=spare) for spare in (False, True))
    assert [f.commodities[0].points[0].packs for f in (held, spared)] == [88, 88]  # 40 + 0.55 T = T
    tiny = replace(
        network, limits=(OutletLimit(outlet_code="C", commodity_code="rice", cap_packs=1), *network.limits[1:2])
    )
    held, spared = (trace_frontier(tiny, bounds("0.1"), spare_full=spare) for spare in (False, True))
    assert [f.commodities[0].points[0].packs for f in (held, spared)] == [5, 8]  # 1 / 0.18, and 1 + 0.88 T = T


@pytest.mark.parametrize("code", ["rice", "eggs", "chicken"])
def test_a_looser_bound_never_costs_more_and_none_costs_nothing(code):
    frontier = trace_frontier(small_network())
    line = next(line for line in frontier.commodities if line.commodity.code == code)
    assert [point.bound for point in line.points] == [*DEFAULT_BOUNDS, None]
    prices = [point.price for point in line.points]
    assert prices == sorted(prices, reverse=True)
    assert prices[-1] == 0
    for point in line.points:
        assert point.mass_g == point.packs * line.commodity.pack_g
        assert bool(point.bottlenecks) == (point.bound is not None and point.price > 0)


@pytest.mark.parametrize("code", ["all-fields", "by-people", "half-west"])
def test_every_policy_has_a_frontier_also_one_with_baskets_or_a_smallest_drop(code):
    frontier = trace_frontier(network_with_policies(), bounds("0", "0.1"), policy_code=code)
    for line in frontier.commodities:
        assert 0 < line.points[0].packs <= line.points[1].packs <= line.points[2].packs


def test_what_earlier_rounds_carried_on_is_shared_too():
    richer = trace_frontier(published_example(), bounds("1"), accounts=Accounts(carried_g={"rice": 200_000}))
    assert richer.commodities[0].points[-1].packs == 120


def test_rounds_policies_and_bounds_that_are_not_there_are_refused():
    with pytest.raises(StateError, match="round_not_in_quotas"):
        trace_frontier(published_example(), round_code="r9")
    with pytest.raises(NotFoundError, match="policy_unknown"):
        trace_frontier(published_example(), policy_code="nobody's")
    with pytest.raises(StateError, match="bound_negative"):
        trace_frontier(published_example(), bounds("-0.1"))


@pytest.mark.parametrize("locale", LOCALES)
def test_tables_show_every_bound_and_who_holds_back_at_the_tightest(research, locale):
    frontier, areas, outlets = list_tables(research, locale)
    assert len(frontier[1]) == 1 + len(research.commodities[0].points)
    assert [len(areas[1]), len(outlets[1])] == [2, 2]
    assert len(describe_frontier(research, locale)) == 3


def test_the_csv_holds_every_point_with_its_bottlenecks(research):
    rows = list(csv.DictReader(io.StringIO(render_frontier_csv(research).decode("utf-8-sig"))))
    assert tuple(rows[0]) == CSV_HEADER
    assert [(row["bound"], row["level"], row["code"]) for row in rows] == [
        ("0", "all", "rice"),
        ("0", "area", "A"),
        ("0", "outlet", "A"),
        ("0.05", "all", "rice"),
        ("0.05", "area", "A"),
        ("0.05", "outlet", "A"),
        ("0.1", "all", "rice"),
        ("", "all", "rice"),
    ]
    assert (rows[0]["packs"], rows[0]["price"], rows[2]["worth"]) == ("80", "0.2", "2")


def test_the_command_prints_the_tables_and_writes_the_file(tmp_path: Path):
    source, file = write_csv(published_example(), tmp_path / "in"), tmp_path / "frontier.csv"
    arguments = ["frontier", str(source), "--policy", "research", "--eps", "۰،0.05", "--out", str(file)]
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == 0, done.output
    assert "20.00%" in done.output
    assert "12.00%" in done.output
    assert file.read_bytes().count(b"\n") == 8  # header, three lines for each bound, one for none


@pytest.mark.parametrize("text", ["", "a", "0,nan"])
def test_the_command_refuses_what_is_no_list_of_bounds(tmp_path: Path, text: str):
    done = CliRunner().invoke(app, ["frontier", str(tmp_path), "--eps", text, "--lang", "en"])
    assert done.exit_code == 2
    assert "list of bounds" in done.output

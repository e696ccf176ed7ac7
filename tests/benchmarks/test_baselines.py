"""Figures of plans, the tables made of them, and what is promised of the joint search."""

from dataclasses import replace

import pytest

from benchmarks import baselines
from benchmarks.baselines import PlanError, Run, describe, middle, run_solver, saving, table, write_json
from benchmarks.joint import is_kept, problems, rows_of, savings
from benchmarks.khorasan_razavi import SOLVERS, pose_round
from benchmarks.khorasan_razavi import rows_of as province_rows
from optimizer.engines.by_hand import solve as plan_by_hand
from optimizer.peers import SOLVERS as KNOWN
from optimizer.plan import Limits
from optimizer.problem import Depot
from tests.support.routing import make_delivery, make_problem, make_truck

LINE = [(15_000 * i, 0) for i in range(12)]
RUN = Run("p", "taavon", 1, 1000.0, 10.0, 1, 1, 0, 0.0, 0, 1.0)


def two_depots():
    """One delivery is given by the nearer depot, not the tagged one, one does not fit any truck."""
    deliveries = [make_delivery("a", 1, 100, depot=1), make_delivery("b", 1, 600)]
    depots = [Depot(0, ((1000,),)), Depot(10, ((1000,),))]
    trucks = [make_truck(cost_per_hour=0), make_truck(name="east", depot=1)]
    return make_problem(LINE, deliveries, trucks, depots=depots)


def test_the_figures_of_a_plan_are_those_of_its_trips_and_of_who_waits():
    problem = two_depots()

    run = describe("p", problem, plan_by_hand(problem, Limits(iterations=0)), "by_hand", 0.5)

    # 30 km at 10 and the truck's 100.
    assert run == Run("p", "by_hand", 1, 400.0, 30.0, 1, 1, 1, 6000.0, 1, 0.5)


def test_a_solver_runs_in_a_process_of_its_own_and_its_plan_is_checked(monkeypatch):
    run = run_solver("p", two_depots(), "by_hand", 1.0, 7)

    assert (run.cost, run.seed, run.seconds > 0) == (400.0, 7, True)
    monkeypatch.setattr(baselines, "verify_plan", lambda *_: ("broken",))
    with pytest.raises(PlanError, match=r"p, by_hand, seed 7: \('broken',\)"):
        run_solver("p", two_depots(), "by_hand", 1.0, 7)


def test_medians_savings_and_tables():
    assert middle([RUN, replace(RUN, cost=5000.0), replace(RUN, cost=1100.0)], "cost") == 1100.0
    assert saving(98.0, 100.0) == pytest.approx(2)
    assert saving(110.0, 100.0) == pytest.approx(-10)
    assert saving(0.0, 0.0) == 0
    assert table(("a", "b"), [("x", "1")]) == "| a | b |\n| --- | ---: |\n| x | 1 |"


@pytest.mark.parametrize(
    ("first", "second", "kept"),
    [
        (975.0, {"cost": 985.0}, True),
        (975.0, {"cost": 990.0}, False),  # 1.75 % on average
        (900.0, {"cost": 1001.0}, False),  # dearer on one
        (900.0, {"cost": 900.0, "unserved_kg": 1.0}, False),
    ],
)
def test_the_promise_of_the_joint_search_is_kept_only_if_it_saves_and_is_nowhere_worse(first, second, kept):
    tagged = [replace(RUN, problem=name, solver="tagged") for name in ("p", "q")]
    joint = [replace(RUN, problem="p", cost=first), replace(RUN, problem="q", **second)]

    assert is_kept([*tagged, *joint]) == kept
    assert savings([*tagged, *joint])[0] == pytest.approx((1000 - first) / 10)
    assert [row[0] for row in rows_of([*tagged, *joint])] == ["p", "q", "mean"]


def test_the_instances_that_were_asked_for_are_measured():
    assert [name for name, _ in problems("2,none", None)] == ["2: 116 loads, 3 depots"]
    assert list(problems("none", None)) == []


def test_the_runs_are_kept_in_a_file(tmp_path):
    write_json(tmp_path / "runs.json", 5.0, 2, [RUN])

    text = (tmp_path / "runs.json").read_text()
    assert '"solver": "taavon"' in text
    assert '"cores": 2' in text


def test_the_example_is_posed_as_the_services_do_and_its_table_has_a_row_for_each_way_of_planning():
    problem = pose_round()
    runs = [replace(RUN, solver=solver, cost=cost) for solver, cost in zip(SOLVERS, (2e3, 1250, 1e3, 1e3), strict=True)]

    rows = province_rows(runs)

    assert len(problem.depots) == 7
    assert len(problem.deliveries) > 1000
    assert set(SOLVERS) <= set(KNOWN)
    assert [(row[0], row[-1]) for row in rows] == [
        ("by_hand", "50.00 %"),
        ("apart", "20.00 %"),
        ("tagged", "0.00 %"),
        ("taavon", ""),
    ]

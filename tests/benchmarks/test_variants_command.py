"""The command that measures the variants: its table, and its refusal of what cannot be."""

import sys

import pytest

import benchmarks.variants as command
from optimizer.plan import Limits
from optimizer.solve import solve


def test_it_prints_a_row_for_each_variant_asked_for(monkeypatch, capsys):
    monkeypatch.setattr(command, "SMALL_SEEDS", range(2))
    monkeypatch.setattr(sys, "argv", ["variants.py", "--quick", "--only", "open,compart"])

    assert command.main() == 0

    rows = [line.strip("| ").split(" | ") for line in capsys.readouterr().out.splitlines()]
    assert [row[0] for row in rows] == ["variant", "open routes", "compartments"]
    assert [row[1:5] for row in rows[1:]] == [["2", "2", "0.000", "0.000"]] * 2


def test_a_large_problem_is_measured_against_its_bound(monkeypatch):
    monkeypatch.setattr(command, "large", lambda name: command.small(name, 4))

    name, stops, cost, bound, gap, *_ = command.measure_large("open routes", iterations=20)

    assert (name, stops) == ("open routes", 12)
    assert float(str(bound).replace(",", "")) <= float(str(cost).replace(",", ""))
    assert 0 <= float(str(gap)) < 10


def test_calls_around_solve_are_measured_against_what_is_proven(monkeypatch, capsys):
    monkeypatch.setattr(command, "SMALL_SEEDS", range(2))
    monkeypatch.setattr(sys, "argv", ["variants.py", "--quick", "--only", "split,balance,docks"])

    assert command.main() == 0

    rows = [line.strip("| ").split(" | ") for line in capsys.readouterr().out.splitlines()]
    assert [row[:3] for row in rows[1:]] == [
        ["docks", "2", "2"], ["split delivery", "2", "2"], ["workload balance", "2", "2"],
    ]  # fmt: skip


@pytest.mark.parametrize("measure", command.LARGE_AROUND.values(), ids=command.LARGE_AROUND)
def test_large_problems_of_calls_around_solve_are_measured_against_bounds(monkeypatch, measure):
    monkeypatch.setattr(command, "LARGE_STOPS", 12)

    for _, stops, cost, bound, gap, *_ in measure(iterations=180):
        assert stops == 12
        assert 0 < float(str(bound).replace(",", "")) <= float(str(cost).replace(",", ""))
        assert 0 <= float(str(gap)) < 40


def test_a_plan_that_leaves_someone_out_ends_it_with_1(monkeypatch, capsys):
    def hasty(problem, limits, seed):
        plan = solve(problem, Limits(iterations=0), seed)
        return type(plan)(plan.trips[1:], plan.unserved, plan.scaled_cost, plan.status, plan.iterations, plan.seed)

    monkeypatch.setattr(command, "solve", hasty)
    monkeypatch.setattr(sys, "argv", ["variants.py", "--quick", "--only", "open"])

    assert command.main() == 1
    assert "delivery_missing" in capsys.readouterr().err


def test_a_plan_below_what_is_proven_is_refused(monkeypatch):
    with pytest.raises(command.PlanError, match="below"):
        command._gap(99, 100)

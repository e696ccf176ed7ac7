"""``taavon bench routing`` on tiny instances of its own."""

import json

import pytest
from typer.testing import CliRunner

from api.cli import app

INSTANCE = """NAME : tiny
TYPE : CVRP
DIMENSION : 5
EDGE_WEIGHT_TYPE : EUC_2D
CAPACITY : 2
NODE_COORD_SECTION
1 0 0
2 10 0
3 20 0
4 0 10
5 0 20
DEMAND_SECTION
1 0
2 1
3 1
4 1
5 1
DEPOT_SECTION
1
-1
EOF
"""
SOLUTION = "Route #1: 1 2\nRoute #2: 3 4\nCost 80\n"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "set").mkdir()
    (tmp_path / "set" / "tiny.vrp").write_text(INSTANCE)
    (tmp_path / "set" / "tiny.sol").write_text(SOLUTION)
    return tmp_path


def test_ours_and_a_peer_are_run_in_turn_and_every_run_is_kept_and_not_made_again(folder):
    target = folder / "runs.json"
    arguments = ["bench", "routing", str(folder), "--seconds", "3", "--peers", "ortools", "--json", str(target)]

    first = CliRunner().invoke(app, arguments)
    document = json.loads(target.read_text())
    again = CliRunner().invoke(app, arguments)

    assert (first.exit_code, again.exit_code) == (0, 0), first.output
    assert [(r["solver"], r["cost"], r["gap"], r["note"]) for r in document["runs"]] == [
        ("taavon", 80.0, 0.0, ""),
        ("ortools", 80.0, 0.0, ""),
    ]
    assert json.loads(target.read_text())["runs"] == document["runs"]


def test_plain_ways_of_planning_are_peers_that_need_no_package(folder):
    target = folder / "runs.json"
    arguments = ["bench", "routing", str(folder), "--seconds", "1", "--json", str(target)]

    got = CliRunner().invoke(app, [*arguments, "--peers", "by_hand,tagged,apart"])

    assert got.exit_code == 0, got.output
    runs = json.loads(target.read_text())["runs"]
    assert [r["solver"] for r in runs] == ["taavon", "by_hand", "tagged", "apart"]
    assert runs[1]["cost"] == 80.0  # the others may have had no time to search on a busy machine
    assert all(r["cost"] >= 80.0 for r in runs)


def test_an_unknown_peer_or_an_empty_folder_is_told(folder, tmp_path):
    unknown = CliRunner().invoke(app, ["bench", "routing", str(folder), "--peers", "magic"])
    seeds = CliRunner().invoke(app, ["bench", "routing", str(folder), "--seeds", "1,x"])
    empty = CliRunner().invoke(app, ["bench", "routing", str(folder), "--only", "none", "--peers", ""])

    assert (unknown.exit_code, seeds.exit_code, empty.exit_code) == (2, 2, 2)
    assert "magic" in unknown.output
    assert str(folder) in empty.output.replace("\n", "")

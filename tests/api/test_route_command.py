"""``taavon route`` routes an instance, compares it with a known solution, and says what is wrong with a file."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from api.cli import app
from tests.support.vrplib import save, section, vrplib


def route(*arguments: object) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, ["route", *map(str, arguments)])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.output
    return result.exit_code, result.stdout, result.stderr


def table(text: str) -> dict[str, str]:
    cells = [[cell.strip() for cell in line.split("│")[1:-1]] for line in text.splitlines() if line.startswith("│")]
    return {row[0]: row[1] for row in cells}


def test_it_finds_the_best_routes_of_a_tiny_instance_and_writes_them(tmp_path: Path) -> None:
    file = save(tmp_path, vrplib("CVRP", "CAPACITY : 2\n"))
    target = tmp_path / "out.sol"
    code, text, errors = route(file, "--iterations", 2, "--workers", 1, "--out", target, "--seed", 7)
    assert (code, errors) == (0, "")
    rows = table(text)
    assert rows.pop("Seconds")
    assert rows == {
        "Stops": "2",
        "Routes": "1",
        "Cost": "18",
        "Iterations": "2",
        "Seed": "7",
        "Rounding": "round",
        "Feasible": "yes",
    }
    assert str(target) in text
    assert target.read_text(encoding="utf-8") in {"Route #1: 1 2\nCost 18\n", "Route #1: 2 1\nCost 18\n"}


def test_the_gap_is_to_the_cost_of_the_known_routes_in_the_unit_they_state(tmp_path: Path) -> None:
    file = save(tmp_path, vrplib("VRPTW", "CAPACITY : 2\n"))
    known = save(tmp_path, "Route #1: 1\nRoute #2: 2\nCost 2600\n", "known.sol")  # routes that cost 26
    code, text, errors = route(file, "--iterations", 1, "--workers", 1, "--sol", known)
    assert (code, errors) == (0, "")
    rows = table(text)
    assert (rows["Cost"], rows["Cost of the solution given"], rows["Cost it states"]) == ("1,800", "2,600", "2,600")
    assert rows["Gap to it, %"] == "-30.769"  # 18 / 26 - 1


def test_with_no_seconds_the_known_solution_alone_is_checked(tmp_path: Path) -> None:
    file = save(tmp_path, vrplib())
    known = save(tmp_path, "Route #1: 1\nRoute #2: 2\nCost 26\n", "known.sol")
    code, text, errors = route(file, "--seconds", 0, "--sol", known)
    assert (code, errors) == (0, "")
    assert table(text) == {
        "Stops": "2",
        "Routes": "2",
        "Cost": "26",
        "Cost it states": "26",
        "Rounding": "round",
        "Feasible": "yes",
    }


def test_a_known_solution_that_breaks_a_rule_ends_with_code_1_and_the_rule(tmp_path: Path) -> None:
    file = save(tmp_path, vrplib("CVRP", "CAPACITY : 1\n"))
    known = save(tmp_path, "Route #1: 1 2\nCost 18\n", "known.sol")
    code, text, errors = route(file, "--seconds", 0, "--sol", known)
    assert (code, table(text)["Feasible"]) == (1, "no")
    assert "The load of 2 g is more than the truck's 1 g." in errors
    code, text, errors = route(file, "--iterations", 1, "--workers", 1, "--sol", known)
    assert (code, table(text)["Feasible"]) == (0, "yes")
    assert "known.sol breaks rules of the instance (1 times)" in errors


def test_a_stated_cost_that_is_not_that_of_the_routes_is_told(tmp_path: Path) -> None:
    file = save(tmp_path, vrplib())
    known = save(tmp_path, "Route #1: 1 2\nCost 17\n", "known.sol")
    code, _, errors = route(file, "--seconds", 0, "--sol", known)
    assert code == 0
    assert "known.sol states a cost of 17; its routes cost 18." in errors.replace("\n", " ")


def test_clients_that_are_not_served_are_listed_with_the_reason_and_end_with_code_1(tmp_path: Path) -> None:
    file = save(tmp_path, vrplib("CVRP", "CAPACITY : 5\n", "VEHICLES : 1\n", demand=(0, 5, 9)))
    code, text, _ = route(file, "--iterations", 1, "--workers", 1)
    assert code == 1
    assert table(text)["Stops"] == "1"
    assert "Client 2 is not served: too_large (needs_g=9, largest_g=5," in text
    assert "Client 1" not in text


def test_trips_are_told_where_a_vehicle_makes_several(tmp_path: Path) -> None:
    reload = section("VEHICLES_RELOAD_DEPOT", [1])
    file = save(tmp_path, vrplib("CVRP", "CAPACITY : 1\n", "VEHICLES : 1\n", reload))
    code, text, _ = route(file, "--iterations", 1, "--workers", 1)
    rows = table(text)
    assert (code, rows["Routes"], rows["Trips"], rows["Cost"]) == (0, "1", "2", "26")


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("en", ["row 11", "DEMAND_SECTION", "“x” is not a number.", "→"]),
        ("fa", ["ردیف ۱۱", "DEMAND_SECTION", "عدد نیست", "→"]),
    ],
)
def test_a_bad_file_ends_with_code_2_the_line_and_a_repair(tmp_path: Path, lang: str, words: list[str]) -> None:
    file = save(tmp_path, vrplib(demand=(0, "x", 1)))
    code, text, errors = route(file, "--lang", lang)
    assert (code, text) == (2, "")
    assert all(word in errors for word in words), errors


def test_a_file_that_is_not_there_and_one_that_cannot_be_written_are_named(tmp_path: Path) -> None:
    code, _, errors = route(tmp_path / "none.vrp")
    assert code == 2
    assert "none.vrp" in errors
    file = save(tmp_path, vrplib())
    known = save(tmp_path, "Route #1: 1 2\n", "known.sol")
    code, _, errors = route(file, "--seconds", 0, "--sol", known, "--out", tmp_path / "no" / "out.sol")
    assert code == 1
    assert "out.sol" in errors


def test_the_rounding_can_be_chosen(tmp_path: Path) -> None:
    file = save(tmp_path, vrplib("CVRP", points=((0, 0), (1, 1), (1, 0))))
    known = save(tmp_path, "Route #1: 1 2\n", "known.sol")
    _, text, _ = route(file, "--seconds", 0, "--sol", known, "--rounding", "exact")
    assert (table(text)["Cost"], table(text)["Rounding"]) == ("3.414", "exact")
    _, text, _ = route(file, "--seconds", 0, "--sol", known, "--rounding", "dimacs", "--lang", "fa")
    assert table(text)["هزینه"] == "۳٫۴"

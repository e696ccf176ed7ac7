"""``taavon run`` on networks large and small: what goes in comes out, exactly, verified, and the same each time."""

import csv
import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.support.networks import (
    another_country,
    county_populations_only,
    small_network,
    two_equal_outlets,
    write_csv,
)


def read_summary(folder: Path) -> dict:
    return json.loads((folder / "summary.json").read_text(encoding="utf-8"))


def read_rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def small(tmp_path_factory, taavon) -> Path:
    """Return the folder of a finished run on the small network."""
    base = tmp_path_factory.mktemp("small")
    source = write_csv(small_network(), base / "in")
    taavon("run", source, "--out", base / "out", "--iterations", "4")
    return base


def test_a_run_writes_every_file_it_lists_and_no_other(small):
    out = small / "out"
    written = {str(p.relative_to(out)) for p in out.rglob("*") if p.is_file()}
    assert written == {*read_summary(out)["files"], "taavon.db", "findings.csv"}
    assert any(name.startswith("crew/") for name in written)


def test_every_pack_to_share_is_allotted_or_reported(small):
    summary = read_summary(small / "out")
    packs = {g["code"]: 0 for g in summary["goods"]}
    for row in read_rows(small / "out" / "allotments.csv"):
        packs[row["commodity_code"]] += int(row["packs"])
    for goods in summary["goods"]:
        assert packs[goods["code"]] == goods["allotted_packs"]
        assert goods["allotted_packs"] + goods["unplaced_packs"] == goods["packs_to_share"]


def test_what_is_allotted_is_carried_collected_or_waits(small):
    summary = read_summary(small / "out")
    delivery = summary["delivery"]
    allotted_g = sum(g["allotted_g"] for g in summary["goods"])
    assert delivery["routed_g"] + delivery["collected_g"] + delivery["waiting_g"] == allotted_g


def test_the_plan_that_was_written_verifies(small, taavon):
    assert "constraint" in taavon("verify-plan", small / "out" / "plan.json").stdout


def test_a_plan_with_a_forged_distance_does_not_verify(small, taavon, tmp_path):
    plan = json.loads((small / "out" / "plan.json").read_text(encoding="utf-8"))
    plan["plan"]["trips"][0]["metres"] += 1
    forged = tmp_path / "plan.json"
    forged.write_text(json.dumps(plan), encoding="utf-8")
    assert "its roads are" in taavon("verify-plan", forged, expect=1).stderr


@pytest.mark.parametrize(("field", "value"), [("packs", [0, 0, 0]), ("weight_g", 1000), ("volume_ml", 1)])
def test_a_plan_with_a_forged_load_does_not_verify(small, taavon, tmp_path, field, value):
    plan = json.loads((small / "out" / "plan.json").read_text(encoding="utf-8"))
    served = plan["plan"]["trips"][0]["stops"][0]["delivery"]
    plan["problem"]["deliveries"][served][field] = value
    forged = tmp_path / "plan.json"
    forged.write_text(json.dumps(plan), encoding="utf-8")
    assert "its packs weigh" in taavon("verify-plan", forged, expect=1).stderr


def test_a_plan_with_a_forged_road_does_not_verify(small, taavon, tmp_path):
    plan = json.loads((small / "out" / "plan.json").read_text(encoding="utf-8"))
    for leg in plan["travel"]:
        leg[2] //= 2
    forged = tmp_path / "plan.json"
    forged.write_text(json.dumps(plan), encoding="utf-8")
    assert "from the positions" in taavon("verify-plan", forged, expect=1).stderr


def test_one_seed_and_one_amount_of_work_give_one_plan_whatever_the_workers(small, taavon, tmp_path):
    for name, workers in (("one", "1"), ("two", "2")):
        taavon("run", small / "in", "--out", tmp_path / name, "--iterations", "4", "--workers", workers)
        assert (tmp_path / name / "plan.json").read_bytes() == (small / "out" / "plan.json").read_bytes()


def test_the_network_file_holds_every_layer(small):
    with closing(sqlite3.connect(small / "out" / "network.gpkg")) as database:
        tables = {row[0] for row in database.execute("SELECT table_name FROM gpkg_contents")}
    assert {"areas", "outlets", "warehouses", "routes", "stops"} <= tables


def test_a_folder_that_is_not_empty_is_left_alone(small, taavon):
    before = (small / "out" / "summary.json").read_bytes()
    done = taavon("run", small / "in", "--out", small / "out", "--iterations", "1", expect=2)
    assert "--overwrite" in done.stderr
    assert (small / "out" / "summary.json").read_bytes() == before


def test_a_folder_of_other_files_is_never_replaced(small, taavon, tmp_path):
    (tmp_path / "thesis.txt").write_text("ten years", encoding="utf-8")
    taavon("run", small / "in", "--out", tmp_path, "--iterations", "1", "--overwrite", expect=2)
    assert (tmp_path / "thesis.txt").read_text(encoding="utf-8") == "ten years"


def test_bad_input_ends_with_code_2_and_writes_nothing(small, taavon, tmp_path):
    source = shutil.copytree(small / "in", tmp_path / "in")
    outlets = source / "outlets.csv"
    outlets.write_text(outlets.read_text(encoding="utf-8-sig").replace("delivered", "by-camel"), encoding="utf-8")
    done = taavon("run", source, "--out", tmp_path / "out", "--iterations", "1", "--lang", "fa", expect=2)
    assert "by-camel" in done.stderr
    assert "خطا" in done.stderr
    assert not (tmp_path / "out").exists()


def test_a_second_round_carries_the_debts_of_the_first(tmp_path, taavon):
    network = small_network()
    source = write_csv(network, tmp_path / "in")
    taavon("run", source, "--out", tmp_path / "first", "--iterations", "2")
    first = {(r["outlet_code"], r["commodity_code"]): r for r in read_rows(tmp_path / "first" / "allotments.csv")}
    quotas = read_rows(source / "quotas.csv")
    for row in quotas:
        row["round_code"] += "-again"
        row["code"] += "-again"
    with (source / "quotas.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, quotas[0].keys())
        writer.writeheader()
        writer.writerows(quotas)
    taavon("run", source, "--out", tmp_path / "second", "--previous", tmp_path / "first", "--iterations", "2")
    second = read_rows(tmp_path / "second" / "allotments.csv")
    assert any(row["debt_before_packs"] != "0" for row in second)
    for row in second:
        before = first[row["outlet_code"], row["commodity_code"]]
        assert row["debt_before_packs"] == before["debt_after_packs"]
    assert read_summary(tmp_path / "second")["dataset_version"] == 2


def test_a_round_is_never_run_twice(small, taavon, tmp_path):
    done = taavon(
        "run", small / "in", "--out", tmp_path / "again", "--previous", small / "out", "--iterations", "1", expect=2
    )
    assert "no_round_left" in done.stderr
    assert not (tmp_path / "again").exists()


def served_codes(folder: Path) -> set[str]:
    plan = json.loads((folder / "plan.json").read_text(encoding="utf-8"))
    deliveries = plan["problem"]["deliveries"]
    return {deliveries[s["delivery"]]["name"].split("/")[0] for t in plan["plan"]["trips"] for s in t["stops"]}


@pytest.mark.parametrize("distances", [(5, 150), (150, 5)])
def test_of_two_equal_outlets_the_one_that_waited_longer_is_served_whatever_its_distance(tmp_path, taavon, distances):
    first, second = distances
    network = two_equal_outlets(near_km=first, far_km=second)
    waiting = {o.code for o in network.outlets if o.waiting_since}
    assert len(waiting) == 1
    taavon("run", write_csv(network, tmp_path / "in"), "--out", tmp_path / "out", "--iterations", "2")
    assert served_codes(tmp_path / "out") == waiting
    reasons = read_summary(tmp_path / "out")["delivery"]["unserved"]
    assert reasons == {"fleet_used_up": 1}


@pytest.mark.slow
def test_another_country_with_a_road_matrix_runs_without_touching_code(tmp_path, taavon):
    network = another_country()
    taavon("run", write_csv(network, tmp_path / "in"), "--out", tmp_path / "out", "--seconds", "10")
    summary = read_summary(tmp_path / "out")
    assert summary["outlets"] == 228
    assert not summary["travel_is_estimate"]
    assert summary["delivery"]["outlets_served"] == 228
    taavon("verify-plan", tmp_path / "out" / "plan.json")


@pytest.mark.slow
def test_3900_outlets_with_county_populations_only_run_without_touching_code(tmp_path, taavon):
    network = county_populations_only(3900)
    taavon("run", write_csv(network, tmp_path / "in"), "--out", tmp_path / "out", "--seconds", "40", timeout=900)
    summary = read_summary(tmp_path / "out")
    assert summary["people"] == summary["people_assumed"]
    counted = sum(a.population for a in network.areas if a.population is not None and a.parent_code is not None)
    assert summary["people"] == counted
    taavon("verify-plan", tmp_path / "out" / "plan.json")

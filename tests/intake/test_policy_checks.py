"""Policies that cannot be carried out, or can hardly be meant, are told with the cell and the repair."""

from __future__ import annotations

from pathlib import Path

import pytest

from distribution.domain.enums import ApportionmentMethod, Hierarchy, NeedBasis, Severity
from distribution.intake import check_dataset, read_dataset
from distribution.intake.policy_checks import count_levels
from distribution.messages import load_catalogue
from tests.support.intake import CsvFolder, assert_told, by_code, fill_template, only, place
from tests.support.networks import network_with_policies, small_network


def test_the_network_of_these_tests_is_in_order(policy_folder: CsvFolder) -> None:
    result = read_dataset(policy_folder.path)
    assert result.findings == ()
    assert result.dataset == network_with_policies()
    assert check_dataset(network_with_policies()) == ()


def test_a_filled_template_gives_the_same_policies(tmp_path: Path) -> None:
    result = read_dataset(fill_template(network_with_policies(), tmp_path / "filled.xlsx"))
    assert result.findings == ()
    assert result.dataset == network_with_policies()


def test_policies_are_read_in_persian(policy_folder: CsvFolder) -> None:
    fa = load_catalogue("fa")
    for sheet in ("members", "limits", "policies", "need_weights", "fixed_shares", "baskets"):
        header, *rows = policy_folder.rows(sheet)
        policy_folder.write(sheet, [[fa[f"column.{sheet}.{name}"] for name in header], *rows])
        policy_folder.file(sheet).rename(policy_folder.path / f"{fa[f'sheet.{sheet}']}.csv")
    policies = policy_folder.path / f"{fa['sheet.policies']}.csv"
    text = policies.read_text(encoding="utf-8")
    for word, label in (
        ("webster;cumulative", "وبستر؛ تجمعي"),
        ("households", "خانوار"),
        (",areas,", ",مناطق,"),
        ("absolute", "مطلق"),
        ("12.5", "۱۲٫۵"),
    ):
        assert word in text
        text = text.replace(word, label)
    policies.write_text(text, encoding="utf-8")
    result = read_dataset(policy_folder.path)
    assert result.findings == ()
    assert result.dataset == network_with_policies()


@pytest.mark.parametrize(
    ("basis", "typed", "key"),
    [
        ("kind", "روستایی", "rural"), ("نوع تعاونی", "Workers'", "workers"), ("setting", "روستايي", "rural"),
        ("شهری یا روستایی", "شهری", "urban"), ("distance_km", "۱۲۰٫۵۰", "120.5"), ("فاصله (کیلومتر)", "1,000", "1000"),
        ("distance_km", "0.0", "0"), ("منطقه", "west", "west"), ("area", "۱۲", "12"),
    ],
)  # fmt: skip
def test_a_key_is_read_by_its_basis(policy_folder: CsvFolder, basis: str, typed: str, key: str) -> None:
    policy_folder.append("areas", code="12", parent_code="province", population="0", households="0")
    policy_folder.append("need_weights", policy_code="half-west", basis=basis, key=typed, weight="1.5")
    result = read_dataset(policy_folder.path)
    assert result.findings == ()
    assert result.dataset is not None
    [line] = [w for w in result.dataset.need_weights if w.policy_code == "half-west"]
    assert line.key == key
    assert isinstance(line.basis, NeedBasis)


@pytest.mark.parametrize(
    ("basis", "key", "code"),
    [
        ("area", "wset", "unknown_reference"),
        ("area", "غرب", "value_bad_code"),
        ("kind", "bankers", "value_not_choice"),
        ("kind", "urban", "value_not_choice"),
        ("setting", "workers", "value_not_choice"),
        ("distance_km", "far", "value_not_number"),
        ("distance_km", "-1", "value_out_of_range"),
        ("distance_km", "100001", "value_out_of_range"),
        ("distance_km", "1.2345", "value_too_many_decimals"),
        ("distance_km", "#REF!", "error_cell"),
        ("setting", "", "value_missing"),
    ],
)
def test_a_key_that_does_not_fit_its_basis_is_an_error(
    policy_folder: CsvFolder, basis: str, key: str, code: str
) -> None:
    row = policy_folder.append("need_weights", policy_code="half-west", basis=basis, key=key, weight="2")
    finding = only(read_dataset(policy_folder.path), code)
    assert place(finding) == ("need_weights", row, "key", key)
    assert_told(finding)


def test_a_wrong_area_in_a_key_suggests_the_nearest_code(policy_folder: CsvFolder) -> None:
    policy_folder.append("need_weights", policy_code="half-west", basis="area", key="wset", weight="2")
    assert only(read_dataset(policy_folder.path), "unknown_reference").params["suggestion"] == "west"


def test_a_wrong_basis_is_told_and_its_key_is_not(policy_folder: CsvFolder) -> None:
    row = policy_folder.append("need_weights", policy_code="half-west", basis="weather", key="سرد", weight="2")
    assert place(only(read_dataset(policy_folder.path), "value_not_choice"))[:3] == ("need_weights", row, "basis")


def test_two_ways_to_write_one_key_are_one_key(policy_folder: CsvFolder) -> None:
    first = policy_folder.row_of("need_weights", "by-people", "distance_km", "50")
    row = policy_folder.append("need_weights", policy_code="by-people", basis="distance_km", key="۵۰٫۰", weight="2")
    finding = only(read_dataset(policy_folder.path), "duplicate_key")
    assert (finding.where.row, finding.params["first_row"]) == (row, first)


@pytest.mark.parametrize(
    ("sheet", "cells"),
    [
        ("members", {"area_code": "nowhere", "outlet_code": "O9", "people": "1", "households": "1"}),
        ("members", {"area_code": "province", "outlet_code": "nowhere", "people": "0", "households": "0"}),
        ("limits", {"outlet_code": "nowhere", "commodity_code": "rice"}),
        ("limits", {"outlet_code": "O1", "commodity_code": "nowhere"}),
        ("need_weights", {"policy_code": "nowhere", "basis": "kind", "key": "local", "weight": "1"}),
        ("fixed_shares", {"policy_code": "nowhere", "node_code": "west", "percent": "1"}),
        ("fixed_shares", {"policy_code": "half-west", "node_code": "nowhere", "percent": "1"}),
        ("baskets", {"policy_code": "nowhere", "commodity_code": "rice", "kg": "1"}),
        ("baskets", {"policy_code": "by-people", "commodity_code": "nowhere", "kg": "1"}),
    ],
)
def test_a_code_that_leads_nowhere_is_told(policy_folder: CsvFolder, sheet: str, cells: dict[str, str]) -> None:
    row = policy_folder.append(sheet, **cells)
    finding = only(read_dataset(policy_folder.path), "unknown_reference")
    column = next(name for name, value in cells.items() if value == "nowhere")
    assert place(finding) == (sheet, row, column, "nowhere")


@pytest.mark.parametrize("sheet", ["need_weights", "fixed_shares", "baskets"])
def test_parts_of_policies_need_the_policies(policy_folder: CsvFolder, sheet: str) -> None:
    for other in {"policies", "need_weights", "fixed_shares", "baskets"} - {sheet}:
        policy_folder.file(other).unlink()
    assert place(only(read_dataset(policy_folder.path), "sheet_missing"))[0] == "policies"


def test_fixed_shares_of_more_than_all_are_told_at_the_last(policy_folder: CsvFolder) -> None:
    row = policy_folder.append("fixed_shares", policy_code="half-west", node_code="east", percent="50")
    assert read_dataset(policy_folder.path).findings == ()
    policy_folder.edit("fixed_shares", row, "percent", "50.000001")
    finding = only(read_dataset(policy_folder.path), "fixed_shares_over_all")
    assert place(finding) == ("fixed_shares", row, "percent", "half-west")
    assert str(finding.params["total"]) == "100.000001"
    assert_told(finding)


def test_shares_of_two_policies_are_not_added_up(policy_folder: CsvFolder) -> None:
    policy_folder.append("fixed_shares", policy_code="by-people", node_code="west", percent="60")
    assert read_dataset(policy_folder.path).findings == ()


def test_fixed_shares_are_of_areas_or_of_unions(policy_folder: CsvFolder) -> None:
    row = policy_folder.append("fixed_shares", policy_code="half-west", node_code="U1", percent="10")
    policy_folder.append("fixed_shares", policy_code="half-west", node_code="U2", percent="10")
    finding = only(read_dataset(policy_folder.path), "fixed_shares_mixed")
    assert place(finding) == ("fixed_shares", row, "node_code", "U1")
    assert finding.params["other"] == "west"
    assert_told(finding)
    policy_folder.edit("fixed_shares", 2, "node_code", "U2")
    policy_folder.edit("fixed_shares", row + 1, "policy_code", "by-people")
    assert read_dataset(policy_folder.path).findings == ()


def test_a_code_that_is_an_area_and_a_union_is_of_the_sort_of_the_others(policy_folder: CsvFolder) -> None:
    policy_folder.append("unions", code="west")
    policy_folder.append("fixed_shares", policy_code="half-west", node_code="U1", percent="10")
    assert read_dataset(policy_folder.path).findings == ()
    policy_folder.append("fixed_shares", policy_code="half-west", node_code="east", percent="10")
    assert only(read_dataset(policy_folder.path), "fixed_shares_mixed").where.value == "east"


def test_no_fixed_share_lies_inside_another(policy_folder: CsvFolder) -> None:
    policy_folder.append("fixed_shares", policy_code="half-west", node_code="province", percent="20")
    finding = only(read_dataset(policy_folder.path), "fixed_share_inside_another")
    assert place(finding) == ("fixed_shares", 2, "node_code", "west")
    assert finding.params["outer"] == "province"
    assert_told(finding)


@pytest.mark.parametrize(
    ("methods", "wrong"),
    [
        ("", False),
        ("cumulative", False),
        ("webster;cumulative", False),
        ("hamilton;adams;cumulative", False),
        ("cumulative;cumulative;cumulative", False),
        ("cumulative;webster", True),
        ("webster;cumulative;jefferson", True),
        ("cumulative;dean;cumulative", True),
    ],
)
def test_below_cumulative_all_is_cumulative(policy_folder: CsvFolder, methods: str, wrong: bool) -> None:
    row = policy_folder.append("policies", code="tried", hierarchy="unions", methods=methods)
    findings = read_dataset(policy_folder.path).findings
    assert [(f.code, *place(f)) for f in findings] == (
        [("methods_lose_debt", "policies", row, "methods", methods)] if wrong else []
    )
    for finding in findings:
        assert finding.params["above"] is ApportionmentMethod.CUMULATIVE
        assert_told(finding)


def test_the_order_and_the_repeats_of_methods_are_kept(policy_folder: CsvFolder) -> None:
    policy_folder.append("policies", code="tried", hierarchy="unions", methods="webster;adams;webster")
    dataset = read_dataset(policy_folder.path).dataset
    assert dataset is not None
    assert [m.value for m in dataset.policies[-1].methods] == ["webster", "adams", "webster"]


def test_a_smallest_drop_and_a_deviation_bound_together_are_refused(policy_folder: CsvFolder) -> None:
    row = policy_folder.append("policies", code="tried", min_drop_packs="5", deviation_percent="10")
    finding = only(read_dataset(policy_folder.path), "min_drop_against_deviation")
    assert place(finding) == ("policies", row, "min_drop_packs", "5")
    assert_told(finding)


@pytest.mark.parametrize(("hierarchy", "levels"), [("flat", 1), ("areas", 2), ("unions", 3)])
def test_methods_beyond_the_last_level_are_a_warning(policy_folder: CsvFolder, hierarchy: str, levels: int) -> None:
    assert count_levels(small_network(), Hierarchy(hierarchy)) == levels
    row = policy_folder.append("policies", code="tried", hierarchy=hierarchy, methods=";".join(["adams"] * levels))
    assert read_dataset(policy_folder.path).findings == ()
    policy_folder.edit("policies", row, "methods", ";".join(["adams"] * (levels + 1)))
    result = read_dataset(policy_folder.path)
    finding = only(result, "methods_beyond_levels")
    assert place(finding) == ("policies", row, "methods", "tried")
    assert (finding.params["methods"], finding.params["levels"]) == (levels + 1, levels)
    assert_told(finding, Severity.WARNING)
    assert result.dataset is not None


def test_a_policy_that_counts_households_names_where_there_are_none(policy_folder: CsvFolder) -> None:
    for row in (policy_folder.row_of("areas", code) for code in ("east", "province")):
        policy_folder.edit("areas", row, "households", "")
    finding = only(read_dataset(policy_folder.path), "households_unknown")
    assert place(finding) == ("policies", policy_folder.row_of("policies", "all-fields"), "counts", "all-fields")
    assert finding.params["count"] == 5
    assert (finding.params["outlets"], finding.params["areas"]) == ("O5, O6, O7, …", "east")
    assert_told(finding)
    policy_folder.edit("policies", policy_folder.row_of("policies", "all-fields"), "counts", "people")
    assert read_dataset(policy_folder.path).findings == ()


def test_members_without_households_are_told_by_a_policy_that_counts_them(policy_folder: CsvFolder) -> None:
    policy_folder.edit("members", 2, "households", "")
    finding = only(read_dataset(policy_folder.path), "households_unknown")
    assert (finding.params["count"], finding.params["outlets"]) == (1, "O9")


def test_an_outlet_of_members_only_needs_no_households_of_its_area(policy_folder: CsvFolder) -> None:
    for code in ("east", "province"):
        policy_folder.edit("areas", policy_folder.row_of("areas", code), "households", "")
    for code in ("O5", "O6", "O7", "O8"):
        policy_folder.edit("outlets", policy_folder.row_of("outlets", code), "served_households", "1000")
    assert only(read_dataset(policy_folder.path), "households_unknown").params["outlets"] == "O9"
    policy_folder.edit("outlets", policy_folder.row_of("outlets", "O9"), "resident_weight", "0")
    assert read_dataset(policy_folder.path).findings == ()


def test_a_round_that_shares_a_part_of_a_basket_is_noted(policy_folder: CsvFolder) -> None:
    for code in ("spring-chicken", "spring-eggs"):
        policy_folder.edit("quotas", policy_folder.row_of("quotas", code), "round_code", "summer")
    findings = by_code(read_dataset(policy_folder.path), "basket_not_shared_whole")
    told = {str(f.params["round"]): (*place(f), f.params["commodities"]) for f in findings}
    assert told == {
        "spring": ("baskets", policy_folder.row_of("baskets", "by-people", "eggs"), "commodity_code", "eggs", "eggs"),
        "summer": ("baskets", policy_folder.row_of("baskets", "by-people", "rice"), "commodity_code", "rice", "rice"),
    }
    for finding in findings:
        assert_told(finding, Severity.NOTE)


def test_a_round_that_shares_nothing_of_a_basket_is_no_finding(policy_folder: CsvFolder) -> None:
    for row, line in enumerate(policy_folder.rows("baskets")[1:], start=2):
        policy_folder.edit("baskets", row, "commodity_code", {"eggs": "chicken", "rice": "rice"}[line[1]])
    policy_folder.edit("quotas", policy_folder.row_of("quotas", "spring-eggs"), "round_code", "summer")
    assert read_dataset(policy_folder.path).findings == ()


def test_baskets_and_a_deviation_bound_together_are_refused(policy_folder: CsvFolder) -> None:
    policy_folder.edit("policies", row := policy_folder.row_of("policies", "by-people"), "deviation_percent", "5")
    finding = only(read_dataset(policy_folder.path), "basket_against_deviation")
    assert place(finding) == ("policies", row, "deviation_percent", "by-people")
    assert_told(finding)


def test_a_fixed_share_of_an_area_or_a_union_without_outlets_is_a_warning(policy_folder: CsvFolder) -> None:
    policy_folder.append("areas", code="desert", parent_code="province", population="0", households="0")
    policy_folder.append("unions", code="U9")
    rows = {
        "desert": policy_folder.append("fixed_shares", policy_code="half-west", node_code="desert", percent="12.5"),
        "U9": policy_folder.append("fixed_shares", policy_code="by-people", node_code="U9", percent="5"),
    }
    result = read_dataset(policy_folder.path)
    findings = by_code(result, "fixed_share_without_outlets")
    assert {place(f) for f in findings} == {("fixed_shares", row, "node_code", code) for code, row in rows.items()}
    assert len(findings) == len(result.findings) == 2
    for finding in findings:
        assert_told(finding, Severity.WARNING)
    assert result.dataset is not None
    policy_folder.edit("outlets", policy_folder.row_of("outlets", "O7"), "area_code", "desert")
    policy_folder.edit("cooperatives", 2, "union_code", "U9")
    assert not by_code(read_dataset(policy_folder.path), "fixed_share_without_outlets")


def test_a_fixed_share_is_not_called_empty_while_a_row_of_an_outlet_cannot_be_read(policy_folder: CsvFolder) -> None:
    policy_folder.append("areas", code="desert", parent_code="province", population="0", households="0")
    policy_folder.append("fixed_shares", policy_code="half-west", node_code="desert", percent="1")
    row = policy_folder.row_of("outlets", "O7")
    policy_folder.edit("outlets", row, "area_code", "desert")
    policy_folder.edit("outlets", row, "lon", "east")
    assert not by_code(read_dataset(policy_folder.path), "fixed_share_without_outlets")


def test_a_basket_of_which_no_round_shares_anything_is_a_warning(policy_folder: CsvFolder) -> None:
    for code in ("spring-rice", "spring-eggs"):
        policy_folder.edit("quotas", policy_folder.row_of("quotas", code), "commodity_code", "chicken")
        policy_folder.edit("quotas", policy_folder.row_of("quotas", code), "round_code", code)
    findings = by_code(read_dataset(policy_folder.path), "basket_never_shared")
    first = policy_folder.row_of("baskets", "by-people")
    assert [place(f) for f in findings] == [
        ("baskets", first, "commodity_code", policy_folder.rows("baskets")[first - 1][1])
    ]
    assert findings[0].params["commodities"] == "eggs, rice"
    assert_told(findings[0], Severity.WARNING)


def test_what_is_wrong_with_policies_is_told_with_bad_cells_in_every_sheet(policy_folder: CsvFolder) -> None:
    """None of these findings depends on the rows that cannot be read."""
    policy_folder.append("fixed_shares", policy_code="half-west", node_code="east", percent="60")
    policy_folder.append("fixed_shares", policy_code="by-people", node_code="U1", percent="10")
    policy_folder.append("fixed_shares", policy_code="by-people", node_code="east", percent="10")
    policy_folder.edit("policies", policy_folder.row_of("policies", "by-people"), "deviation_percent", "5")
    policy_folder.append("policies", code="deep", hierarchy="unions", methods="adams;adams;adams;adams")
    for code in ("east", "province"):
        policy_folder.edit("areas", policy_folder.row_of("areas", code), "households", "")
    wanted = {
        "fixed_shares_over_all", "fixed_shares_mixed", "basket_against_deviation", "methods_beyond_levels",
        "households_unknown",
    }  # fmt: skip
    before = {f.code: f for f in read_dataset(policy_folder.path).findings if f.code in wanted}
    assert before.keys() == wanted
    for sheet, cells in {
        "areas": {"code": "bad-area", "population": "many"},
        "unions": {"code": "bad union"},
        "cooperatives": {"code": "bad-coop", "kind": "bankers"},
        "outlets": {"code": "bad-outlet", "lon": "east"},
        "commodities": {"code": "bad-goods", "pack_kg": "heavy"},
        "quotas": {"code": "bad-quota", "tonnes": "many"},
        "members": {"area_code": "west", "outlet_code": "O9", "people": "many"},
        "policies": {"code": "bad-policy", "hierarchy": "deep"},
        "fixed_shares": {"policy_code": "half-west", "node_code": "U2", "percent": "half"},
        "baskets": {"policy_code": "half-west", "commodity_code": "rice", "kg": "some"},
    }.items():
        policy_folder.append(sheet, **cells)
    result = read_dataset(policy_folder.path)
    assert {f.code: f for f in result.findings if f.code in wanted} == before
    assert result.dataset is None


def test_a_node_whose_row_has_errors_is_still_an_area_or_a_union(policy_folder: CsvFolder) -> None:
    policy_folder.edit("areas", policy_folder.row_of("areas", "east"), "population", "many")
    policy_folder.append("fixed_shares", policy_code="half-west", node_code="east", percent="10")
    policy_folder.append("fixed_shares", policy_code="half-west", node_code="nowhere", percent="10")
    codes = [f.code for f in read_dataset(policy_folder.path).findings]
    assert "fixed_shares_mixed" not in codes
    assert "unknown_reference" in codes


def test_households_that_a_row_with_errors_may_tell_are_not_called_unknown(policy_folder: CsvFolder) -> None:
    policy_folder.edit("areas", policy_folder.row_of("areas", "province"), "households", "")
    policy_folder.edit("areas", policy_folder.row_of("areas", "east"), "population", "many")
    assert not by_code(read_dataset(policy_folder.path), "households_unknown")


def test_a_fixed_share_written_twice_is_not_added_up(policy_folder: CsvFolder) -> None:
    policy_folder.append("fixed_shares", policy_code="half-west", node_code="west", percent="60")
    only(read_dataset(policy_folder.path), "duplicate_key")

"""Nobody has two figures, no area has more members than people, and no floor is above its cap."""

from __future__ import annotations

import pytest

from distribution.domain.enums import CountBasis, Severity
from distribution.intake import read_dataset
from distribution.intake.member_checks import members_beyond_count
from tests.support.intake import CsvFolder, assert_told, by_code, only, place
from tests.support.networks import network_with_policies


@pytest.mark.parametrize(("column", "figure"), [("served_population", 4000), ("served_households", 1500)])
def test_an_outlet_with_members_declares_no_figure(policy_folder: CsvFolder, column: str, figure: int) -> None:
    row = policy_folder.row_of("outlets", "O9")
    policy_folder.edit("outlets", row, column, str(figure))
    result = read_dataset(policy_folder.path)
    finding = next(f for f in result.findings if f.code == "members_and_declared")
    assert result.dataset is None
    assert place(finding) == ("outlets", row, column, "O9")
    assert finding.params["figure"] == figure
    assert_told(finding)


def test_more_members_than_people_are_told_once_of_the_lowest_area(policy_folder: CsvFolder) -> None:
    policy_folder.edit("members", policy_folder.row_of("members", "west", "O9"), "people", "30100")
    finding = only(read_dataset(policy_folder.path), "members_exceed_area")
    assert place(finding) == ("areas", policy_folder.row_of("areas", "west"), "population", "west")
    assert finding.params["people"] == 100
    assert_told(finding, Severity.WARNING)


def test_more_member_households_than_households_are_told(policy_folder: CsvFolder) -> None:
    policy_folder.edit("members", policy_folder.row_of("members", "west", "O9"), "households", "9001")
    finding = only(read_dataset(policy_folder.path), "member_households_exceed_area")
    assert place(finding) == ("areas", policy_folder.row_of("areas", "west"), "households", "west")
    assert finding.params["people"] == 1
    assert_told(finding, Severity.WARNING)


def test_members_and_declared_people_together_may_not_exceed_an_area(policy_folder: CsvFolder) -> None:
    policy_folder.edit("members", policy_folder.row_of("members", "west", "O9"), "people", "301")
    finding = only(read_dataset(policy_folder.path), "people_exceed_area")
    assert (finding.where.value, finding.params["people"]) == ("west", 1)
    assert_told(finding, Severity.WARNING)


def test_declared_households_may_not_exceed_an_area(policy_folder: CsvFolder) -> None:
    policy_folder.edit("outlets", policy_folder.row_of("outlets", "O0"), "served_households", "8911")
    finding = only(read_dataset(policy_folder.path), "households_exceed_area")
    assert place(finding) == ("areas", policy_folder.row_of("areas", "west"), "households", "west")
    assert finding.params["people"] == 1
    assert_told(finding, Severity.WARNING)


def test_members_below_an_uncounted_area_count_in_the_one_above(policy_folder: CsvFolder) -> None:
    policy_folder.append("areas", code="village", parent_code="west")
    policy_folder.append("members", area_code="village", outlet_code="O9", people="29701", households="1")
    found = {f.code: f.params["people"] for f in read_dataset(policy_folder.path).findings}
    assert found["members_exceed_area"] == 1


def test_an_excess_of_a_county_is_not_one_of_the_province() -> None:
    network = network_with_policies()
    network.members[1].people = 10**6
    assert members_beyond_count(network, CountBasis.PEOPLE) == {"west": 970_000}
    network.area_by_code["province"].population = 31_000
    assert members_beyond_count(network, CountBasis.PEOPLE) == {"west": 970_000, "province": 200}


def test_members_are_people_that_an_outlet_serves(policy_folder: CsvFolder) -> None:
    policy_folder.edit("outlets", policy_folder.row_of("outlets", "O9"), "resident_weight", "0")
    assert not by_code(read_dataset(policy_folder.path), "outlet_without_people")
    policy_folder.file("members").unlink()
    assert only(read_dataset(policy_folder.path), "outlet_without_people").where.value == "O9"


def test_a_floor_above_the_cap_is_an_error(policy_folder: CsvFolder) -> None:
    row = policy_folder.row_of("limits", "O7", "rice")
    policy_folder.edit("limits", row, "floor_packs", "20")
    assert read_dataset(policy_folder.path).findings == ()
    policy_folder.edit("limits", row, "floor_packs", "21")
    finding = only(read_dataset(policy_folder.path), "floor_above_cap")
    assert place(finding) == ("limits", row, "floor_packs", "21")
    assert (finding.params["floor"], finding.params["cap"]) == (21, 20)
    assert_told(finding)


def test_a_floor_without_a_cap_is_none(policy_folder: CsvFolder) -> None:
    policy_folder.edit("limits", policy_folder.row_of("limits", "O2", "eggs"), "floor_packs", "1000000")
    assert read_dataset(policy_folder.path).findings == ()

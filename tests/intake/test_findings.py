"""Each mistake gives one finding that names the cell and the repair."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from distribution import intake
from distribution.domain.enums import Severity
from distribution.domain.findings import Finding
from distribution.intake import ReadResult, check_dataset, read_dataset
from distribution.intake.limits import MAX_FINDINGS_PER_CODE
from distribution.intake.log import FindingLog
from distribution.messages import LOCALES, load_catalogue, render_message
from tests.support.intake import CsvFolder, by_code, only
from tests.support.networks import small_network


def sentences(finding: Finding) -> list[str]:
    return [
        render_message(key, loc, finding.params) for key in (finding.message_key, finding.fix_key) for loc in LOCALES
    ]


def first(folder: CsvFolder, sheet: str, column: str = "code") -> str:
    rows = folder.rows(sheet)
    return rows[1][rows[0].index(column)]


CELLS = [
    ("outlets", "lon", "east", "value_not_number"),
    ("outlets", "lat", "", "value_missing"),
    ("outlets", "served_population", "12.5", "value_not_integer"),
    ("outlets", "served_population", "-3", "value_out_of_range"),
    ("outlets", "priority", "10", "value_out_of_range"),
    ("outlets", "mode", "flown", "value_not_choice"),
    ("outlets", "receiving_windows", "13:00-08:00", "value_not_windows"),
    ("outlets", "receiving_windows", "08:00-12:00;11:00-14:00", "value_not_windows"),
    ("outlets", "receiving_days", "sat;someday", "value_not_choice"),
    ("outlets", "waiting_since", "yesterday", "value_not_date"),
    ("outlets", "name_fa", "x" * 201, "value_too_long"),
    ("outlets", "largest_vehicle_kg", "0", "value_out_of_range"),
    ("outlets", "code", "نقطه ۱", "value_bad_code"),
    ("outlets", "area_code", "wset", "unknown_reference"),
    ("outlets", "cooperative_code", "nobody", "unknown_reference"),
    ("outlets", "lat", "#REF!", "error_cell"),
    ("commodities", "pack_kg", "0", "value_out_of_range"),
    ("commodities", "pack_kg", "1.2345", "value_too_many_decimals"),
    ("commodities", "price", "9" * 40, "value_out_of_range"),
    ("cooperatives", "kind", "bankers", "value_not_choice"),
    ("cooperatives", "union_code", "U-none", "unknown_reference"),
    ("vehicles", "shift", "06:00-10:00;12:00-18:00", "value_not_single_window"),
    ("vehicles", "shift", "", "value_missing"),
    ("vehicles", "storage_classes", ";", "value_rejected"),
    ("vehicles", "warehouse_code", "W-none", "unknown_reference"),
    ("stock", "place_code", "nowhere", "unknown_reference"),
    ("stock", "commodity_code", "gold", "unknown_reference"),
    ("stock", "packs", "1/2", "value_not_number"),
    ("quotas", "commodity_code", "gold", "unknown_reference"),
    ("quotas", "tonnes", "a lot", "value_not_number"),
    ("quotas", "eligible_areas", "west;nowhere", "unknown_reference"),
    ("quotas", "eligible_unions", "nobody", "unknown_reference"),
    ("quotas", "eligible_kinds", "bankers", "value_not_choice"),
    ("quotas", "period_end", "2024-04-01", "period_backwards"),
    ("quotas", "period_end", "2029-04-26", "period_too_long"),
    ("quotas", "absorption_deadline", "2024-05-26", "deadline_outside_period"),
    ("areas", "parent_code", "nowhere", "unknown_reference"),
    ("areas", "need_weight", "0", "value_out_of_range"),
]


@pytest.mark.parametrize(("sheet", "column", "value", "code"), CELLS)
def test_a_wrong_cell_is_one_error_that_names_it(
    folder: CsvFolder, sheet: str, column: str, value: str, code: str
) -> None:
    rows = folder.rows(sheet)
    row = len(rows)
    folder.edit(sheet, row, column, value)
    result = read_dataset(folder.path)
    finding = next(f for f in result.findings if f.code == code)
    assert result.dataset is None
    assert finding.severity is Severity.ERROR
    assert (finding.where.sheet, finding.where.row, finding.where.column) == (sheet, row, column)
    assert {f.code for f in result.findings if f.severity is Severity.ERROR} <= {code, "unknown_reference"}
    assert all(sentences(finding))


def test_a_wrong_code_suggests_the_nearest_right_one(folder: CsvFolder) -> None:
    folder.edit("outlets", 2, "area_code", "wset")
    finding = only(read_dataset(folder.path), "unknown_reference")
    assert finding.params["suggestion"] == "west"
    assert finding.params["target_sheet"] == "areas"


def test_one_mistake_in_a_code_is_not_told_again_by_those_who_use_it(folder: CsvFolder) -> None:
    for row, cells in enumerate(folder.rows("areas"), start=1):
        if cells[0] == "west":
            folder.edit("areas", row, "population", "many")
    only(read_dataset(folder.path), "value_not_number")


def test_a_row_with_a_wrong_code_is_not_told_again_by_those_who_meant_it(folder: CsvFolder) -> None:
    row = [cells[0] for cells in folder.rows("cooperatives")].index("C-rural") + 1
    folder.edit("cooperatives", row, "code", "تعاونی روستایی")
    only(read_dataset(folder.path), "value_bad_code")


def test_more_unknown_codes_than_rows_with_wrong_codes_are_told(folder: CsvFolder) -> None:
    folder.edit("cooperatives", 2, "code", "")
    for row, code in ((2, "one"), (3, "two")):
        folder.edit("outlets", row, "cooperative_code", code)
    told = {f.where.value for f in by_code(read_dataset(folder.path), "unknown_reference")}
    assert {"one", "two"} <= told


def test_where_no_known_code_is_near_the_repair_names_none(folder: CsvFolder) -> None:
    folder.edit("outlets", 2, "cooperative_code", "zzzzzz")
    finding = only(read_dataset(folder.path), "unknown_reference")
    assert finding.params["suggestion"] == ""
    assert finding.fix_key == "fix_plain.unknown_reference"
    assert all(sentences(finding))


def test_a_missing_sheet_does_not_make_every_reference_to_it_wrong(folder: CsvFolder) -> None:
    folder.file("areas").unlink()
    assert only(read_dataset(folder.path), "sheet_missing").where.sheet == "areas"


def test_a_missing_column_is_named_once(folder: CsvFolder) -> None:
    folder.drop_column("outlets", "lon")
    finding = only(read_dataset(folder.path), "column_missing")
    assert (finding.where.row, finding.where.column) == (1, "lon")


def test_an_unknown_column_is_a_warning_with_the_nearest_name(folder: CsvFolder) -> None:
    rows = folder.rows("areas")
    folder.write("areas", [[*rows[0], "populaton_sorce"], *([*row, "x"] for row in rows[1:])])
    result = read_dataset(folder.path)
    finding = only(result, "column_unknown")
    assert finding.severity is Severity.WARNING
    assert finding.params["suggestion"] == "population_source"
    assert result.dataset == small_network()


def test_a_column_given_twice_is_an_error(folder: CsvFolder) -> None:
    rows = folder.rows("areas")
    folder.write("areas", [[*rows[0], "جمعیت"], *([*row, "5"] for row in rows[1:])])
    assert only(read_dataset(folder.path), "column_twice").where.column == "population"


def test_a_stray_separator_is_found_before_it_shifts_the_row(folder: CsvFolder) -> None:
    with folder.file("areas").open("a", encoding="utf-8") as stream:
        stream.write("south,جنوب,South,,1,200,000,,,1,1\r\n")
    finding = only(read_dataset(folder.path), "row_longer_than_header")
    assert finding.where.row == len(folder.rows("areas"))


def test_a_code_used_twice_names_the_first_row(folder: CsvFolder) -> None:
    folder.edit("outlets", 5, "code", first(folder, "outlets"))
    finding = next(f for f in read_dataset(folder.path).findings if f.code == "duplicate_key")
    assert (finding.where.row, finding.params["first_row"]) == (5, 2)


def test_an_outlet_and_a_warehouse_may_not_share_a_code(folder: CsvFolder) -> None:
    folder.append("warehouses", code=first(folder, "outlets"), lon="59.1", lat="36")
    assert only(read_dataset(folder.path), "code_in_two_sheets").params["other_row"] == 2


def test_areas_in_a_circle_are_told_once(folder: CsvFolder) -> None:
    for code, parent in (("a", "b"), ("b", "c"), ("c", "a"), ("d", "a")):
        folder.append("areas", code=code, parent_code=parent, population="5")
    finding = only(read_dataset(folder.path), "cycle_in_areas")
    assert finding.params["circle"] == "a -> b -> c -> a"


def test_an_area_inside_itself_is_a_circle(folder: CsvFolder) -> None:
    row = folder.append("areas", code="a", parent_code="a", population="5")
    assert only(read_dataset(folder.path), "cycle_in_areas").where.row == row


def test_a_round_shares_a_commodity_once(folder: CsvFolder) -> None:
    rows = folder.rows("quotas")
    cells = dict(zip(rows[0], rows[1], strict=True)) | {"code": "Q-again"}
    row = folder.append("quotas", **cells)
    finding = only(read_dataset(folder.path), "quota_commodity_twice_in_round")
    assert (finding.where.row, finding.params["first_row"]) == (row, 2)


def test_swapped_coordinates_are_suspected_by_the_rest_of_the_network(folder: CsvFolder) -> None:
    rows = folder.rows("outlets")
    lon, lat = rows[0].index("lon"), rows[0].index("lat")
    rows[3][lon], rows[3][lat] = rows[3][lat], rows[3][lon]
    folder.write("outlets", rows)
    finding = only(read_dataset(folder.path), "lonlat_swapped")
    assert (finding.severity, finding.where.row) == (Severity.ERROR, 4)


def test_a_latitude_that_can_only_be_a_longitude_is_an_error(folder: CsvFolder) -> None:
    folder.edit("outlets", 4, "lon", "40")
    folder.edit("outlets", 4, "lat", "140")
    assert only(read_dataset(folder.path), "lonlat_swapped").severity is Severity.ERROR


def test_a_position_in_the_ocean_is_an_error(folder: CsvFolder) -> None:
    folder.edit("outlets", 4, "lon", "0")
    folder.edit("outlets", 4, "lat", "0")
    assert only(read_dataset(folder.path), "coordinates_zero").where.row == 4


def test_a_quota_for_nobody_is_an_error(folder: CsvFolder) -> None:
    folder.append("unions", code="U-empty")
    folder.edit("quotas", 2, "eligible_unions", "U-empty")
    assert only(read_dataset(folder.path), "no_eligible_outlet").where.row == 2


def test_an_outlet_whose_people_nobody_counted_is_an_error_of_its_area(folder: CsvFolder) -> None:
    row = folder.append("areas", code="north")
    folder.edit("outlets", 2, "area_code", "north")
    folder.edit("outlets", 2, "served_population", "")
    finding = only(read_dataset(folder.path), "no_population")
    assert (finding.where.row, finding.params["count"]) == (row, 1)


def test_outlets_that_claim_more_people_than_their_area_has_are_told(folder: CsvFolder) -> None:
    folder.edit("outlets", 2, "served_population", "105000")
    finding = only(read_dataset(folder.path), "people_exceed_area")
    assert (finding.severity, finding.params["people"]) == (Severity.WARNING, 100_000)


def test_an_outlet_without_people_is_told(folder: CsvFolder) -> None:
    folder.edit("outlets", 2, "served_population", "0")
    assert only(read_dataset(folder.path), "outlet_without_people").where.row == 2


def test_eligible_outlets_without_room_for_a_class_are_told_per_quota(folder: CsvFolder) -> None:
    folder.edit("outlets", 2, "storage_frozen_kg", "0")
    folder.edit("outlets", 3, "storage_frozen_kg", "")
    finding = only(read_dataset(folder.path), "storage_missing_for_class")
    assert (finding.params["count"], finding.params["storage_class"]) == (2, "frozen")


def test_a_quota_larger_than_the_stock_is_told_with_the_missing_packs(folder: CsvFolder) -> None:
    folder.edit("quotas", 2, "tonnes", "1000")
    finding = only(read_dataset(folder.path), "stock_short_of_quota")
    dataset = small_network()
    quota = next(q for q in dataset.quotas if q.code == finding.where.value)
    packs = sum(
        s.packs for s in dataset.stock
        if s.commodity_code == quota.commodity_code and s.place_code in dataset.warehouse_by_code
    )  # fmt: skip
    needed = 1_000_000_000 // dataset.commodity_by_code[quota.commodity_code].pack_g
    assert finding.params["missing"] == needed - packs


def test_stock_that_comes_after_the_deadline_does_not_count(folder: CsvFolder) -> None:
    for row, cells in enumerate(folder.rows("stock"), start=1):
        if cells[0].startswith("W"):
            folder.edit("stock", row, "available_on", "2024-12-01")
    findings = by_code(read_dataset(folder.path), "stock_short_of_quota")
    assert len(findings) == len(small_network().quotas)
    assert {f.params["packs"] for f in findings} == {0}


def test_rounds_that_are_each_covered_but_not_all_together_are_told_with_the_sum(folder: CsvFolder) -> None:
    rows = folder.rows("quotas")
    cells = dict(zip(rows[0], rows[[r[0] for r in rows].index("spring-rice")], strict=True))
    row = folder.append("quotas", **(cells | {"code": "summer-rice", "round_code": "summer"}))
    finding = only(read_dataset(folder.path), "stock_short_of_rounds")
    assert (finding.where.row, finding.where.value, finding.severity) == (row, "rice", Severity.WARNING)
    assert (finding.params["needed"], finding.params["packs"], finding.params["missing"]) == (2400, 1240, 1160)


def test_a_closing_balance_has_no_day_of_arrival(folder: CsvFolder) -> None:
    row = [cells[0] for cells in folder.rows("stock")].index("O0") + 1
    folder.edit("stock", row, "available_on", "1403/02/05")
    finding = only(read_dataset(folder.path), "closing_balance_dated")
    assert (finding.severity, finding.where.row, finding.params["outlet"]) == (Severity.ERROR, row, "O0")


def test_outlets_no_truck_of_a_class_is_small_enough_for_are_told_once(folder: CsvFolder) -> None:
    codes = [cells[0] for cells in folder.rows("outlets")]
    for code in ("O1", "O4", "O5", "O8"):
        folder.edit("outlets", codes.index(code) + 1, "largest_vehicle_kg", "2999")
    folder.edit("outlets", codes.index("O3") + 1, "largest_vehicle_kg", "100")  # collects its goods itself
    folder.edit("outlets", codes.index("O8") + 1, "storage_frozen_kg", "0")
    findings = by_code(read_dataset(folder.path), "truck_missing_for_outlets")
    told = {str(f.params["storage_class"]): (f.params["count"], f.params["outlets"], f.params["kg"]) for f in findings}
    assert told == {
        "frozen": (3, "O1, O4, O5", 3000),
        "chilled": (4, "O1, O4, O5, …", 3000),
        "dry": (4, "O1, O4, O5, …", 3000),
    }


def test_a_truck_just_small_enough_is_no_finding(folder: CsvFolder) -> None:
    folder.edit("outlets", 2, "largest_vehicle_kg", "3000")
    assert read_dataset(folder.path).findings == ()


def test_a_class_no_truck_carries_is_told(folder: CsvFolder) -> None:
    for row in range(2, len(folder.rows("vehicles")) + 1):
        folder.edit("vehicles", row, "storage_classes", "dry;chilled")
    assert only(read_dataset(folder.path), "vehicle_missing_for_class").where.value == "frozen"


def test_a_period_of_holidays_is_an_error(folder: CsvFolder) -> None:
    folder.file("calendar").unlink(missing_ok=True)
    for day in ("mon", "سه‌شنبه", "wed", "پنجشنبه", "جمعه", "sat", "sun"):
        folder.append("calendar", day=day, working="خیر")
    findings = read_dataset(folder.path).findings
    assert {f.code for f in findings} == {"no_working_day"}
    assert len(findings) == len(small_network().quotas)


def test_successions_lead_from_codes_that_ended_to_codes_that_are(folder: CsvFolder) -> None:
    outlet = first(folder, "outlets")
    folder.append("successions", sheet="outlets", old_code="gone", new_code=outlet, share="0.4")
    folder.append("successions", sheet="نقاط توزیع", old_code="gone", new_code="O1", share="0.6")
    assert read_dataset(folder.path).findings == ()
    folder.append("successions", sheet="outlets", old_code="lost", new_code="nowhere", share="1")
    folder.append("successions", sheet="outlets", old_code=outlet, new_code="O2", share="1")
    folder.append("successions", sheet="areas", old_code="part", new_code="west", share="0.5")
    found = [(f.code, f.where.row) for f in read_dataset(folder.path).findings]
    assert found == [("succession_unknown", 4), ("succession_not_ended", 5), ("succession_shares_not_one", 6)]


def test_of_many_like_findings_the_first_are_kept_and_the_rest_counted(folder: CsvFolder) -> None:
    rows = folder.rows("outlets")
    template = rows[1]
    lon = rows[0].index("lon")
    for n in range(500):
        wrong = [f"X{n}", *template[1:]]
        wrong[lon] = "x"
        rows.append(wrong)
    folder.write("outlets", rows)
    result = read_dataset(folder.path)
    assert len(by_code(result, "value_not_number")) == MAX_FINDINGS_PER_CODE
    more = by_code(result, "more_like_these")
    assert [(f.severity, f.params["count"], f.params["code"]) for f in more] == [
        (Severity.ERROR, 300, "value_not_number")
    ]
    assert result.findings[-1] == more[0]


def test_check_dataset_gives_the_same_findings_without_rows(folder: CsvFolder) -> None:
    folder.edit("quotas", 2, "tonnes", "1000")
    folder.edit("outlets", 2, "storage_frozen_kg", "0")
    result = read_dataset(folder.path)
    assert result.dataset is not None
    found = check_dataset(result.dataset)
    assert [f.code for f in found] == [f.code for f in result.findings] != []
    assert all(f.where.row is None for f in found)


def test_every_code_the_intake_emits_has_sentences_in_both_languages() -> None:
    source = "".join(f.read_text(encoding="utf-8") for f in Path(intake.__file__).parent.glob("*.py"))
    codes = set(re.findall(r'(?:log\.add\(|CellError\()\s*"(\w+)"', source)) | {"more_like_these", "error_cell"}
    assert len(codes) > 50
    for locale in LOCALES:
        catalogue = load_catalogue(locale).keys()
        assert {f"finding.{code}" for code in codes} <= catalogue
        assert {f"fix.{code}" for code in codes} <= catalogue


def test_a_long_or_wild_value_is_shown_short_and_clean() -> None:
    log = FindingLog()
    log.add("value_rejected", sheet="areas", value="a\n\u202eb" + "c" * 1000)
    shown = log.findings()[0].where.value
    assert shown.startswith("a bccc")
    assert len(shown) == 60


@pytest.mark.parametrize("breaker", [lambda rows: rows[:1], lambda rows: rows[1:], lambda rows: [r[::-1] for r in rows], lambda rows: [["#"], *rows], lambda rows: [r[:2] for r in rows]])  # fmt: skip
def test_no_shape_of_a_sheet_gives_a_traceback(
    folder: CsvFolder, breaker: Callable[[list[list[str]]], list[list[str]]]
) -> None:
    for sheet in ("areas", "outlets", "quotas", "vehicles", "stock", "settings"):
        folder.write(sheet, breaker(folder.rows(sheet)))
    result = read_dataset(folder.path)
    assert isinstance(result, ReadResult)
    for finding in result.findings:
        assert all(sentences(finding))

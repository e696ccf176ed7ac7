"""Values that can be read but can hardly be meant are told, and ordinary ones are not."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distribution.allocation.grid import MAX_PACKS
from distribution.domain.enums import Severity
from distribution.domain.goods import Quota
from distribution.intake import read_dataset
from distribution.intake.plausibility import MOST_ROUND_DAYS, find_apart
from tests.support.intake import CsvFolder, by_code, only
from tests.support.nouns import quota

DAY = dt.date(2024, 4, 20)


@pytest.mark.parametrize(
    ("litres", "unlikely"),
    [("0.012", True), ("3.333", True), ("3.334", False), ("200", False), ("201", True)],
)
def test_a_pack_of_10_kg_has_a_believable_volume(folder: CsvFolder, litres: str, unlikely: bool) -> None:
    rows = folder.rows("commodities")
    row = [cells[0] for cells in rows].index("rice") + 1
    folder.edit("commodities", row, "pack_litres", litres)
    findings = by_code(read_dataset(folder.path), "density_unlikely")
    assert [(f.where.row, f.where.column, f.severity) for f in findings] == (
        [(row, "pack_litres", Severity.WARNING)] if unlikely else []
    )


@pytest.mark.parametrize(("m3", "unlikely"), [("9000", True), ("0.9", True), ("1", False), ("100", False)])
def test_a_truck_of_3_t_has_a_believable_load_space(folder: CsvFolder, m3: str, unlikely: bool) -> None:
    rows = folder.rows("vehicles")
    row = [cells[0] for cells in rows].index("V-W1-cold") + 1
    folder.edit("vehicles", row, "capacity_m3", m3)
    findings = by_code(read_dataset(folder.path), "truck_density_unlikely")
    assert [f.where.row for f in findings] == ([row] if unlikely else [])


def test_kg_written_as_tonnes_are_told_by_what_each_person_would_get(folder: CsvFolder) -> None:
    rows = folder.rows("quotas")
    row = [cells[0] for cells in rows].index("spring-rice") + 1
    folder.edit("quotas", row, "tonnes", "12000")
    finding = by_code(read_dataset(folder.path), "quota_tonnes_unlikely")[0]
    assert (finding.where.row, finding.params["people"], finding.params["kg"]) == (row, 60_000, 200)
    folder.edit("quotas", row, "tonnes", "3000")  # 50 kg
    assert not by_code(read_dataset(folder.path), "quota_tonnes_unlikely")


def test_more_packs_than_accounts_can_hold_are_an_error(folder: CsvFolder) -> None:
    rows = folder.rows("quotas")
    row = [cells[0] for cells in rows].index("spring-rice") + 1
    folder.edit("quotas", row, "tonnes", str(MAX_PACKS // 100 - 1))  # packs of 10 kg; 3 packs lie at an outlet
    assert not by_code(read_dataset(folder.path), "quota_too_large")
    folder.edit("quotas", row, "tonnes", str(MAX_PACKS // 100))
    result = read_dataset(folder.path)
    finding = by_code(result, "quota_too_large")[0]
    assert result.dataset is None
    assert (finding.where.row, finding.params["packs"]) == (row, MAX_PACKS + 3)


def test_a_quota_a_year_after_the_rest_of_its_round_is_told(folder: CsvFolder) -> None:
    rows = folder.rows("quotas")
    row = [cells[0] for cells in rows].index("spring-rice") + 1
    for column in ("period_start", "period_end"):
        folder.edit("quotas", row, column, rows[row - 1][rows[0].index(column)].replace("2024", "2025"))
    folder.edit("quotas", row, "absorption_deadline", "")
    finding = only(read_dataset(folder.path), "periods_apart")
    assert (finding.where.row, finding.severity) == (row, Severity.WARNING)
    assert (finding.params["period_start"], finding.params["others_end"]) == (
        dt.date(2025, 4, 20),
        dt.date(2024, 4, 26),
    )


def _quota(code: str, start: int, days: int) -> Quota:
    first = DAY + dt.timedelta(days=start)
    return quota("round", "rice", "1", first, first + dt.timedelta(days=days - 1)).model_copy(update={"code": code})


def test_one_long_quota_that_stretches_a_round_is_named() -> None:
    long = _quota("long", 0, MOST_ROUND_DAYS + 1)
    assert find_apart([_quota("a", 0, 30), long, _quota("b", 5, 30)]) == (long,)
    assert find_apart([_quota("a", 0, 30), _quota("b", 5, MOST_ROUND_DAYS - 5)]) == ()
    assert find_apart([long]) == ()


def test_of_two_quotas_that_do_not_meet_the_later_is_named() -> None:
    assert find_apart([_quota("late", 50, 10), _quota("early", 0, 10)]) == (_quota("late", 50, 10),)


@given(st.lists(st.tuples(st.integers(0, 400), st.integers(1, 366)), min_size=1, max_size=8))
def test_some_quota_of_a_round_is_always_believed(periods: list[tuple[int, int]]) -> None:
    quotas = [_quota(f"q{n}", start, days) for n, (start, days) in enumerate(periods)]
    apart = find_apart(quotas)
    assert len(apart) < len(quotas)
    assert set(map(id, apart)) <= set(map(id, quotas))
    if all(start == periods[0][0] and days == periods[0][1] for start, days in periods):
        assert apart == ()

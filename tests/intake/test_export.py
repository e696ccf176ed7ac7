"""What is written as a folder of CSV files reads back as it was."""

from __future__ import annotations

import datetime as dt
import tempfile
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from distribution.domain.dataset import SHEETS, Dataset
from distribution.domain.settings import NetworkSettings
from distribution.domain.types import TimeWindow
from distribution.intake import read_dataset
from distribution.intake.cells import ERROR_VALUES, is_blank, parse_cell
from distribution.intake.export import write_cell, write_csv_folder
from distribution.intake.fields import SETTINGS_SHEET, FieldSpec, Kind, field_specs
from distribution.intake.persian import normalise_text
from distribution.intake.rows import validate_noun
from tests.support.intake import without_travel
from tests.support.networks import another_country, network_with_policies, small_network

CODES = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_.\-]{0,20}", fullmatch=True)
DAYS = st.dates(dt.date(1900, 1, 1), dt.date(2199, 12, 31))
TEXT = st.text(max_size=40).map(normalise_text).filter(lambda text: text not in ERROR_VALUES)
WINDOW = st.tuples(st.integers(0, 700), st.integers(1, 700)).map(lambda w: TimeWindow(w[0] * 60, (w[0] + w[1]) * 60))


def values_of(spec: FieldSpec) -> st.SearchStrategy[Any]:
    low, high = spec.minimum, spec.maximum
    strategy: dict[Kind, Any] = {
        Kind.TEXT: TEXT.map(lambda t: t[: spec.max_length].strip()),
        Kind.CODE: CODES,
        Kind.CODES: st.lists(CODES, unique=True).map(lambda c: tuple(sorted(c))),
        Kind.BOOLEAN: st.booleans(),
        Kind.DATE: DAYS,
        Kind.DAY: st.one_of(DAYS.map(dt.date.isoformat), st.sampled_from(["fri", "sat"])),
        Kind.WINDOWS: WINDOW.map(lambda w: (w,)),
        Kind.INTEGER: st.integers(int(low or 0), int(high or 0)),
        Kind.NUMBER: st.floats(float(low or 0), float(high or 0), width=32),
        Kind.DECIMAL: st.decimals(low, high, places=spec.places),
    }
    if spec.choices:
        one = st.sampled_from(spec.choices)
        if spec.kind is Kind.ORDERED_CHOICES:
            return st.lists(one, min_size=1, max_size=4).map(tuple)
        return one if spec.kind is Kind.CHOICE else st.sets(one, min_size=1).map(lambda c: tuple(sorted(c)))
    base: st.SearchStrategy[Any] = strategy[spec.kind]
    return base


ALL_SPECS = [spec for sheet in (*SHEETS, SETTINGS_SHEET) for spec in field_specs(sheet).values()]


@pytest.mark.parametrize("spec", ALL_SPECS, ids=lambda s: f"{s.sheet}.{s.name}")
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_every_column_reads_what_it_writes(spec: FieldSpec, data: st.DataObject) -> None:
    value = data.draw(values_of(spec))
    cell = write_cell(value)
    if is_blank(cell):
        return
    read = parse_cell(cell, spec)
    if spec.kind is Kind.NUMBER:
        assert read == pytest.approx(value, rel=1e-14)
    else:
        assert read == value
    model = NetworkSettings if spec.sheet == SETTINGS_SHEET else SHEETS[spec.sheet]
    _, errors = validate_noun(model, {spec.name: read}, field_specs(spec.sheet))
    assert not errors


def test_a_whole_network_reads_back_equal(tmp_path: Path) -> None:
    network = small_network()
    write_csv_folder(network, tmp_path)
    assert read_dataset(tmp_path).dataset == network


def test_a_network_with_policies_reads_back_equal(tmp_path: Path) -> None:
    network = network_with_policies()
    write_csv_folder(network, tmp_path)
    assert read_dataset(tmp_path).dataset == network


def test_a_network_with_a_road_matrix_reads_back_equal(tmp_path: Path) -> None:
    network = another_country()
    write_csv_folder(network, tmp_path)
    assert (tmp_path / "travel.csv").exists()
    result = read_dataset(tmp_path)
    assert result.dataset is not None
    assert without_travel(result.dataset) == without_travel(network)
    assert network.travel is not None
    assert result.dataset.travel is not None
    assert result.dataset.travel.codes == network.travel.codes
    np.testing.assert_array_equal(result.dataset.travel.metres, network.travel.metres)
    np.testing.assert_array_equal(result.dataset.travel.seconds, network.travel.seconds)


def test_a_matrix_with_gaps_reads_back_equal_in_both_forms(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    network = another_country()
    assert network.travel is not None
    metres, seconds = network.travel.metres.copy(), network.travel.seconds.copy()
    metres[3, 5] = seconds[3, 5] = -1
    gapped = replace(network, travel=replace(network.travel, metres=metres, seconds=seconds))
    for limit, folder in ((1000, tmp_path / "long"), (10, tmp_path / "square")):
        monkeypatch.setattr("distribution.intake.export.MAX_LONG_FORM_PLACES", limit)
        write_csv_folder(gapped, folder)
        result = read_dataset(folder)
        assert [f.code for f in result.findings] == ["travel_gap"]
        assert result.dataset is not None
        assert result.dataset.travel is not None
        np.testing.assert_array_equal(result.dataset.travel.metres, metres)
        np.testing.assert_array_equal(result.dataset.travel.seconds, seconds)
    assert sorted(f.name for f in (tmp_path / "square").glob("travel*")) == ["travel_metres.csv", "travel_seconds.csv"]


@settings(max_examples=40, deadline=None)
@given(name=TEXT, other=TEXT, population=st.integers(10**6, 10**9), title=TEXT)
def test_any_name_reads_back_equal(name: str, other: str, population: int, title: str) -> None:
    network = small_network()
    network.areas[0].name_fa, network.areas[0].name_en = name, other
    network.areas[0].population = population
    changed = replace(network, settings=network.settings.model_copy(update={"title_fa": title}))
    with tempfile.TemporaryDirectory() as folder:
        write_csv_folder(changed, Path(folder))
        assert read_dataset(Path(folder)).dataset == changed


def test_files_open_as_unicode_in_a_spreadsheet_and_empty_optional_sheets_are_left_out(tmp_path: Path) -> None:
    write_csv_folder(replace(small_network(), calendar=(), successions=()), tmp_path)
    assert (tmp_path / "areas.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    assert not (tmp_path / "calendar.csv").exists()
    write_csv_folder(Dataset(), tmp_path / "none")
    assert (tmp_path / "none" / "outlets.csv").exists()


def test_cells_are_written_plainly() -> None:
    assert write_cell(Decimal("1E+3")) == "1000"
    assert write_cell(59.6) == "59.6"
    assert write_cell(1e-7) == "0.0000001"
    assert write_cell(True) == "yes"
    assert write_cell(None) == ""
    assert write_cell((TimeWindow(28800, 46800),)) == "08:00-13:00"

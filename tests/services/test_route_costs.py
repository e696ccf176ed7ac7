"""What the routes of a round cost, in the workbook and on the map."""

from __future__ import annotations

import io
import json

import pytest
from python_calamine import CalamineWorkbook

from distribution.messages import render_message
from optimizer.plan import COST_SCALE
from tests.support.kept import Books, KeptRound
from tests.support.networks import small_network

Row = dict[str, object]


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> KeptRound:
    books = Books(tmp_path_factory.mktemp("costs"))
    kept = books.run(small_network())
    books.uow.engine.dispose()
    return kept


def words(key: str) -> str:
    locale = small_network().settings.language.locale
    currency = render_message("document.currency.IRR", locale)
    return render_message(f"document.routes.{key}", locale, {"currency": currency})


def read_table(kept: KeptRound, sheet: str) -> tuple[list[Row], Row]:
    """Return the rows under the header, and the row of totals."""
    book = CalamineWorkbook.from_filelike(io.BytesIO(kept.files["allotments.xlsx"]))
    header, *rows = book.get_sheet_by_name(words(sheet)).to_python(skip_empty_area=False)[3:]
    named = [dict(zip(map(str, header), row, strict=True)) for row in rows]
    return named[:-1], named[-1]


def number(row: Row, key: str) -> float:
    value = row[words(key)]
    assert isinstance(value, float | int)
    return value


def test_the_sheet_of_routes_has_a_row_per_trip_whose_parts_add_up_to_the_cost_of_the_plan(kept: KeptRound) -> None:
    rows, totals = read_table(kept, "sheet_routes")
    plan = kept.loaded.plan
    assert len(rows) == len(plan.trips)
    for row, trip in zip(rows, plan.trips, strict=True):
        vehicle = kept.loaded.problem.vehicle_types[trip.vehicle_type]
        assert row[words("truck")] == f"{vehicle.name}-{trip.vehicle + 1}"
        parts = [number(row, part) for part in ("fixed", "road", "time")]
        assert parts[0] == (vehicle.fixed_cost if trip.trip == 0 else 0)
        assert parts[1] == pytest.approx(trip.metres * vehicle.cost_per_km / 1000, abs=0.01)
        assert sum(parts) == pytest.approx(number(row, "total"), abs=0.03)
        assert number(row, "km") == trip.metres / 1000
        assert 0 < number(row, "load_factor") <= 1
    assert number(totals, "total") == pytest.approx(plan.scaled_cost / COST_SCALE, abs=0.01 * len(rows))


def test_the_sheet_of_stops_shares_out_the_same_cost(kept: KeptRound) -> None:
    rows, totals = read_table(kept, "sheet_halts")
    routes, all_routes = read_table(kept, "sheet_routes")
    assert len(rows) == sum(int(number(route, "halts")) for route in routes)
    assert number(totals, "halt_total") == pytest.approx(number(all_routes, "total"), abs=0.02 * len(rows))
    assert number(totals, "halt_fixed") == pytest.approx(number(all_routes, "fixed"), abs=0.01 * len(rows))
    for row in rows:
        assert number(row, "halt_saved") <= number(row, "halt_way") + 0.01


def test_the_lines_of_the_map_carry_the_cost_of_their_trips(kept: KeptRound) -> None:
    lines = [feature["properties"] for feature in json.loads(kept.files["routes.geojson"])["features"]]
    cost = sum(line["cost"] for line in lines)
    assert cost == pytest.approx(kept.loaded.plan.scaled_cost / COST_SCALE, abs=0.01 * len(lines))
    for line in lines:
        assert line["cost_fixed"] + line["cost_road"] + line["cost_time"] == pytest.approx(line["cost"], abs=0.03)

"""Everybody rests at the same hours: plans allow for it, and every time that people read is a time of day."""

import csv
import io
import zipfile
from dataclasses import replace

import pytest
from typer.testing import CliRunner

from api.cli import app
from distribution.domain.enums import Language
from distribution.domain.types import TimeWindow
from distribution.intake.reading import read_dataset
from distribution.services.exports.crew_packs import render_crew_pack
from tests.support.networks import small_network, write_csv
from tests.support.nouns import windows
from tests.support.outcomes import outcome_of

REST = TimeWindow(9 * 3600, 10 * 3600)
H = 3600


def resting(network):
    settings = network.settings.model_copy(update={"rest_hours": (REST,), "language": Language.EN})
    return replace(network, settings=settings)


@pytest.fixture(scope="module")
def outcome():
    return outcome_of(resting(small_network()))


def test_nobody_arrives_leaves_or_begins_within_a_rest(outcome):
    clock = outcome.dataset.work_clock
    crossing = 0
    for truck in outcome.truck_days:
        for trip in truck.trips:
            hours = outcome.hours(trip)
            times = [hours.start_s, hours.departure_s, hours.end_s, *(v.arrival_s for v in outcome.visits(trip))]
            times += [clock.begins(stop.start_s) for stop in trip.stops]
            assert not any(REST.start_s < time < REST.end_s for time in times)
            rested = max(0, min(hours.end_s, REST.end_s) - max(hours.start_s, REST.start_s))
            assert hours.end_s - hours.start_s - rested == trip.end_s - trip.start_s
            crossing += rested > 0
    assert crossing > 0  # or nothing was shown


def test_stops_begin_within_the_hours_of_their_outlet(outcome):
    clock, problem = outcome.dataset.work_clock, outcome.deliveries.problem
    held = 0
    for trip in outcome.deliveries.plan.trips:
        for stop in trip.stops:
            outlet = outcome.dataset.outlet_by_code[problem.places[problem.deliveries[stop.delivery].place].name]
            begins = clock.begins(stop.start_s)
            if outlet.receiving_windows:
                held += 1
                assert any(w.start_s <= begins <= w.end_s for w in outlet.receiving_windows)
    assert held > 0


def test_a_plan_with_a_rest_is_the_plan_of_a_day_that_is_shorter(outcome):
    """Hours that end after the rest, made an hour shorter, leave the planner the same day."""

    def shorter(spans):
        return tuple(TimeWindow(s - H * (s >= REST.end_s), e - H * (e >= REST.end_s)) for s, e in spans)

    network = small_network()
    outlets = tuple(o.model_copy(update={"receiving_windows": shorter(o.receiving_windows)}) for o in network.outlets)
    vehicles = tuple(v.model_copy(update={"shift": shorter(v.shift)}) for v in network.vehicles)
    warehouses = tuple(w.model_copy(update={"opening_hours": ((TimeWindow(0, 23 * H)),)}) for w in network.warehouses)
    other = outcome_of(replace(network, outlets=outlets, vehicles=vehicles, warehouses=warehouses))
    assert other.deliveries.plan == outcome.deliveries.plan


def test_the_stop_list_of_a_crew_shows_the_times_of_the_day(outcome):
    for truck in outcome.truck_days:
        with zipfile.ZipFile(io.BytesIO(render_crew_pack(outcome, truck))) as archive:
            (name,) = (n for n in archive.namelist() if n.endswith(".csv") and "receipts" not in n)
            rows = list(csv.DictReader(archive.read(name).decode("utf-8-sig").splitlines()))
        told = [row["arrival"] for row in rows]
        wanted = [v.arrival_s // 60 for trip in truck.trips for v in outcome.visits(trip)]
        assert [int(t[:2]) * 60 + int(t[3:]) for t in told] == pytest.approx(wanted, abs=1)


def run(*arguments):
    return CliRunner(env={"COLUMNS": "200"}).invoke(app, [*map(str, arguments)])


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("rest")
    source = write_csv(resting(small_network()), folder / "in")
    done = run("run", source, "--out", folder / "out", "--iterations", 5)
    assert done.exit_code == 0, done.stderr
    return folder / "out"


def test_the_round_is_verified_and_its_plan_says_when_its_clock_stands_still(folder):
    assert run("verify", folder / "bundle.zip").exit_code == 0
    assert run("verify-plan", folder / "plan.json").exit_code == 0
    assert '"rest_hours":"09:00-10:00"' in (folder / "plan.json").read_text(encoding="utf-8")


def test_costs_and_replanning_tell_times_of_the_day(folder):
    costs = run("costs", folder, "--json")
    assert costs.exit_code == 0, costs.stderr
    packs = sorted((folder / "crew").glob("*.zip"))
    day, truck = packs[0].stem[:10], packs[0].stem[11:]
    done = run("replan", folder, "--at", f"{day} 10:30", "--broken", truck, "--until", day, "--iterations", 2)
    assert done.exit_code == 0, done.stderr
    assert "10:30" in done.stdout


def test_hours_within_the_rest_are_refused_with_their_rows(tmp_path):
    network = resting(small_network())
    outlet = network.outlets[1].model_copy(update={"receiving_windows": windows("09:15-09:45")})
    vehicle = network.vehicles[0].model_copy(update={"shift": windows("09:00-10:00")})
    source = write_csv(
        replace(
            network,
            outlets=(network.outlets[0], outlet, *network.outlets[2:]),
            vehicles=(vehicle, *network.vehicles[1:]),
        ),
        tmp_path / "in",
    )
    result = read_dataset(source)
    assert result.dataset is None
    told = [
        (f.where.sheet, f.where.row, f.where.column, f.where.value)
        for f in result.findings
        if f.code == "hours_within_rest"
    ]
    assert told == [("outlets", 3, "receiving_windows", "O1"), ("vehicles", 2, "shift", vehicle.code)]


def test_settings_with_a_rest_are_read_back(tmp_path):
    again = read_dataset(write_csv(resting(small_network()), tmp_path / "in")).dataset
    assert again.settings.rest_hours == (REST,)

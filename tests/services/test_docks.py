"""Docks of a warehouse, from the sheet to the plan."""

from dataclasses import replace
from itertools import groupby

import pytest

from distribution.domain.errors import StateError
from distribution.domain.network import Warehouse
from distribution.services.kept_plan import load_kept_plan
from distribution.services.opened_run import opened_run
from distribution.services.replan_run import Happened, replan_run
from optimizer.search.dock_times import most_at_once
from tests.support.networks import small_network
from tests.support.rounds import keep_round
from tests.support.service import open_store, settings_for


def test_a_plan_of_a_round_keeps_the_docks_of_the_sheet(tmp_path):
    network = small_network()
    assert [w.docks for w in network.warehouses] == [None, None]
    docked = tuple(w.model_copy(update={"docks": 1}) for w in network.warehouses)
    uow = open_store(settings_for(tmp_path))
    keep_round(uow, replace(network, warehouses=docked), "spring")
    uow.engine.dispose()
    with opened_run(tmp_path) as opened, opened.read() as tx:
        kept = load_kept_plan(tx, tmp_path, None)  # which verifies the plan
    assert [depot.docks for depot in kept.problem.depots] == [1, 1]
    assert kept.problem.docks_may_bind
    days = groupby(sorted(kept.plan.trips, key=lambda t: (t.depot, t.day)), key=lambda t: (t.depot, t.day))
    loading = [[(trip.start_s, trip.departure_s) for trip in trips] for _, trips in days]
    assert max(map(len, loading)) > 1
    assert {most_at_once(spans) for spans in loading} == {1}
    with pytest.raises(StateError) as caught:
        replan_run(tmp_path, Happened(kept.date_of(0), 0))
    assert caught.value.code == "replan_docks"


@pytest.mark.parametrize("docks", [0, -1, 1001])
def test_a_number_of_docks_that_cannot_be_is_refused(docks):
    with pytest.raises(ValueError, match="docks"):
        Warehouse.model_validate({"code": "w", "lon": 59, "lat": 36, "docks": docks})

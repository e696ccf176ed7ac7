"""On networks drawn at random every pack is carried, collected or waits, within stock, room and days."""

import datetime as dt
from collections import Counter, defaultdict
from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from distribution.domain.dataset import Dataset
from distribution.domain.enums import OutletMode, StorageClass, Weekday
from distribution.domain.rounds import WaitingPacks
from distribution.services.allocate_round import allocate_quotas
from distribution.services.gather_round import Accounts
from distribution.services.plan_deliveries import DeliveryPlan, SearchOptions, plan_deliveries
from distribution.services.progress import SilentReporter
from optimizer.plan import Limits, Reason
from tests.support.networks import small_network
from tests.support.nouns import commodity, quota, stock

START = dt.date(2024, 4, 20)
GOODS = {"eggs": StorageClass.CHILLED, "rice": StorageClass.DRY, "sugar": StorageClass.DRY, "tea": StorageClass.DRY}
SMALL = small_network()


@st.composite
def networks(draw) -> Dataset:
    outlets = [
        outlet.model_copy(
            update={
                "served_population": draw(st.sampled_from([0, 500, 4000, 9000])),
                "storage_dry_kg": draw(st.sampled_from([0, 150, 900, 4000])),
                "storage_chilled_kg": draw(st.sampled_from([0, 200, 2000])),
                "deliveries_per_period": draw(st.integers(1, 5)),
                "receiving_days": tuple(draw(st.sets(st.sampled_from(Weekday), max_size=2))),
                "mode": draw(st.sampled_from([OutletMode.DELIVERED, OutletMode.DELIVERED, OutletMode.COLLECTS])),
                "largest_vehicle_kg": draw(st.sampled_from([None, None, 3000])),
            }
        )
        for outlet in SMALL.outlets[: draw(st.integers(1, 6))]
    ]
    first = draw(st.dictionaries(st.sampled_from(list(GOODS)), st.integers(0, 8), min_size=1))
    quotas = []
    for code, day in first.items():
        start = START + dt.timedelta(days=day)
        tonnes = draw(st.sampled_from(["0.004", "0.7", "3.21", "12"]))
        last = start + dt.timedelta(days=draw(st.integers(1, 7)))  # two days or more: one of them is no Friday
        quotas.append(quota("r", code, tonnes, start, last, floor_packs=draw(st.sampled_from([0, 0, 5]))))
    arrives = st.none() | st.integers(0, 20).map(lambda day: START + dt.timedelta(days=day))
    return replace(
        SMALL,
        outlets=tuple(outlets),
        commodities=tuple(commodity(code, code, "10", "12.5", cls, price=1) for code, cls in GOODS.items()),
        stock=tuple(
            stock(home, code, draw(st.sampled_from([0, 60, 400, 2000])), draw(arrives))
            for home in ("W1", "W2")
            for code in GOODS
        ),
        quotas=tuple(quotas),
    )


def check_reasons(plan: DeliveryPlan) -> None:
    """Storage may be the reason only where the waiting load stands beside others, or its store is too small for it."""
    problem = plan.problem
    served = {stop.delivery for trip in plan.plan.trips for stop in trip.stops}
    together: dict[tuple[int, str, int], int] = defaultdict(int)
    for index in served:
        delivery = problem.deliveries[index]
        together[delivery.place, delivery.storage_class, delivery.drop] += delivery.weight_g
    for unserved in plan.plan.unserved:
        if unserved.reason is Reason.STORAGE_FULL:
            delivery = problem.deliveries[unserved.delivery]
            key = (delivery.place, delivery.storage_class, delivery.drop)
            assert together[key] + delivery.weight_g > problem.storage_g[key[:2]]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(networks(), st.data())
def test_every_pack_is_carried_collected_or_waits(network, data):
    waiting = tuple(
        WaitingPacks(outlet_code=o.code, commodity_code="tea", packs=packs, waiting_since=dt.date(2024, 3, 1))
        for o in network.outlets
        if (packs := data.draw(st.sampled_from([0, 0, 7, 40])))
    )
    allocation = allocate_quotas(network, network.quotas, Accounts(waiting=waiting))
    due = Counter({(a.outlet_code, a.commodity_code): a.packs for a in allocation.allotments})
    due.update({(line.outlet_code, line.commodity_code): line.packs for line in waiting})
    rank = {outlet.code: n for n, outlet in enumerate(network.outlets)}
    plan = plan_deliveries(
        network, network.quotas, due, rank, SearchOptions(Limits(iterations=1), 1, 1), SilentReporter()
    )  # which verifies the plan
    problem, done = plan.problem, plan.waiting_packs()
    left_warehouse: Counter[tuple[str, str]] = Counter()
    for trip in plan.plan.trips:
        warehouse = problem.places[problem.depots[trip.depot].place].name
        for stop in trip.stops:
            delivery = problem.deliveries[stop.delivery]
            for code, packs in zip(problem.commodities, delivery.packs, strict=True):
                done[problem.places[delivery.place].name, code] += packs
                left_warehouse[warehouse, code] += packs
    for order in plan.collections:
        assert order.valid_from <= order.valid_until
        for code, packs in order.packs.items():
            done[order.outlet_code, code] += packs
            left_warehouse[order.warehouse_code, code] += packs
            (line,) = (s for s in network.stock if (s.place_code, s.commodity_code) == (order.warehouse_code, code))
            assert line.available_on is None or line.available_on <= order.valid_from
            for q in network.quotas:
                assert q.commodity_code != code or q.period_start <= order.valid_from <= order.valid_until <= q.deadline
    assert +done == +due
    for line in network.stock:
        assert left_warehouse[line.place_code, line.commodity_code] <= line.packs
    check_reasons(plan)

"""Rounds at the edge: whatever the network lacks, every pack is accounted for and the plan is right."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest

from distribution.domain.dataset import Dataset
from distribution.domain.enums import ApportionmentMethod, CooperativeKind, Language, OutletMode, StorageClass, Weekday
from distribution.domain.errors import StateError
from tests.support.kept import check_round
from tests.support.networks import small_network
from tests.support.nouns import commodity, quota, stock, windows

START, END = dt.date(2024, 4, 20), dt.date(2024, 4, 26)


def with_outlets(network: Dataset, **fields: object) -> Dataset:
    return replace(network, outlets=tuple(o.model_copy(update=fields) for o in network.outlets))


def with_quotas(network: Dataset, **fields: object) -> Dataset:
    return replace(network, quotas=tuple(q.model_copy(update=fields) for q in network.quotas))


def arriving(network: Dataset, day: dt.date) -> Dataset:
    return replace(
        network,
        stock=tuple(
            line if line.place_code in network.outlet_by_code else line.model_copy(update={"available_on": day})
            for line in network.stock
        ),
    )


def with_sugar(network: Dataset, start: dt.date, end: dt.date) -> Dataset:
    """Add a second dry commodity with a period of its own."""
    return replace(
        network,
        commodities=(*network.commodities, commodity("sugar", "شکر", "10", "12", StorageClass.DRY, price=1)),
        stock=(*network.stock, stock("W1", "sugar", 700), stock("W2", "sugar", 700)),
        quotas=(*network.quotas, quota("spring", "sugar", "13", start, end)),
    )


SMALL = small_network()
SERVED_IN_FULL = {
    "one outlet": replace(SMALL, outlets=SMALL.outlets[:1]),
    "a single day": with_quotas(SMALL, period_end=START),
    "floors": with_quotas(SMALL, floor_packs=20),
    "floors above the quota": with_quotas(SMALL, floor_packs=2000),
    "webster": with_quotas(SMALL, method=ApportionmentMethod.WEBSTER),
    "one kind": with_quotas(SMALL, eligible_kinds=(CooperativeKind.RURAL,)),
    "one union": with_quotas(SMALL, eligible_unions=("U1",)),
    "one area": with_quotas(SMALL, eligible_areas=("east",)),
    "no room for one class": with_outlets(SMALL, storage_chilled_kg=0),
    "no room at all": with_outlets(SMALL, storage_dry_kg=0, storage_chilled_kg=0, storage_frozen_kg=0),
    "little room": with_outlets(SMALL, storage_dry_kg=300),
    "a quota below a pack": with_quotas(SMALL, tonnes=Decimal("0.001")),
    "goods at every outlet": replace(
        SMALL, stock=(*SMALL.stock[1:], *(stock(o.code, c, 40) for o in SMALL.outlets for c in ("eggs", "rice")))
    ),
    "nobody declares people in one area": replace(
        SMALL, outlets=tuple(o.model_copy(update={"served_population": 0}) for o in SMALL.outlets[:5]) + SMALL.outlets[5:]
    ),
    "no prices": replace(SMALL, commodities=tuple(c.model_copy(update={"price": 0}) for c in SMALL.commodities)),
    "no names": replace(with_outlets(SMALL, name_fa="", name_en=""), settings=SMALL.settings.model_copy(update={"title_fa": "", "title_en": ""})),
    "English and euros": replace(
        with_outlets(SMALL, name_fa=""),
        settings=SMALL.settings.model_copy(update={"language": Language.EN, "currency": "EUR"}),
    ),
    "two periods in one class": with_sugar(SMALL, dt.date(2024, 4, 24), dt.date(2024, 4, 30)),
    "stock that comes in the middle": arriving(with_outlets(SMALL, receiving_days=()), dt.date(2024, 4, 23)),
    "little room and stock that comes in the middle": arriving(
        with_outlets(SMALL, receiving_days=(), storage_dry_kg=1200), dt.date(2024, 4, 24)
    ),
    "everybody collects and there is no truck": replace(with_outlets(SMALL, mode=OutletMode.COLLECTS), vehicles=()),
}  # fmt: skip


@pytest.mark.parametrize("network", SERVED_IN_FULL.values(), ids=SERVED_IN_FULL)
def test_every_pack_is_allotted_and_arrives(books, network):
    kept = books.run(network)
    check_round(kept)
    assert kept.reasons == {}
    assert not kept.waits


#: What keeps packs from their outlets, and the reasons that are told.
WAITING = {
    "trucks that are too small": (
        replace(SMALL, vehicles=tuple(v.model_copy(update={"capacity_kg": 5}) for v in SMALL.vehicles)), {"too_large"},
    ),
    "no day": (with_outlets(SMALL, receiving_days=(Weekday.FRI,)), {"no_day"}),
    "no day for one commodity": (
        with_sugar(with_outlets(SMALL, receiving_days=(Weekday.SAT,)), dt.date(2024, 4, 23), dt.date(2024, 4, 25)),
        {"no_day"},
    ),
    "no hour": (with_outlets(SMALL, receiving_windows=windows("02:00-03:00")), {"window_unreachable"}),
    "no stock of two commodities": (
        replace(SMALL, stock=tuple(s for s in SMALL.stock if s.commodity_code == "rice")), {"stock_short"},
    ),
    "stock after the deadline": (arriving(SMALL, dt.date(2024, 5, 20)), {"stock_short"}),
    "stock after the only day of one outlet": (arriving(SMALL, dt.date(2024, 4, 23)), {"stock_short"}),
    "stock on the last day, and little room": (
        arriving(with_outlets(SMALL, receiving_days=(), storage_dry_kg=700), dt.date(2024, 4, 25)), {"storage_full"},
    ),
    "no cold truck": (
        replace(
            SMALL, vehicles=tuple(v.model_copy(update={"storage_classes": (StorageClass.DRY,)}) for v in SMALL.vehicles)
        ),
        {"no_compatible_vehicle"},
    ),
    "more than the trucks can carry": (
        replace(
            with_quotas(with_outlets(SMALL, storage_dry_kg=10**5, storage_chilled_kg=10**5, storage_frozen_kg=10**5),
                        tonnes=Decimal(60)),
            stock=tuple(s.model_copy(update={"packs": s.packs * 60}) for s in SMALL.stock),
        ),
        {"fleet_used_up"},
    ),
}  # fmt: skip


@pytest.mark.parametrize(("network", "reasons"), WAITING.values(), ids=WAITING)
def test_what_cannot_arrive_waits_with_its_reason(books, network, reasons):
    kept = books.run(network)
    check_round(kept)
    assert kept.reasons.keys() == reasons
    assert kept.waits


def test_a_store_that_cannot_hold_all_of_a_drop_still_gets_what_it_can_hold(books):
    late = dt.date(2024, 4, 25)
    kept = books.run(arriving(with_outlets(SMALL, receiving_days=(), storage_dry_kg=700), late))
    for outlet in kept.loaded.problem.places[2:]:
        if kept.unserved[outlet.name, "rice"] and outlet.name != "O3":
            assert kept.routed[outlet.name, "rice"] == 70 - (3 if outlet.name == "O0" else 0)


def test_a_commodity_with_fewer_days_is_capped_by_the_deliveries_in_its_own_period(books):
    network = with_sugar(
        with_outlets(SMALL, storage_dry_kg=900, deliveries_per_period=3, receiving_days=()),
        dt.date(2024, 4, 24),
        dt.date(2024, 4, 30),
    )
    rice_ends = dt.date(2024, 4, 21)
    network = replace(
        network,
        quotas=tuple(
            q.model_copy(update={"period_end": rice_ends}) if q.commodity_code == "rice" else q for q in network.quotas
        ),
    )
    kept = books.run(network)
    check_round(kept)
    assert kept.goods["rice"].unplaced_packs
    assert kept.reasons == {}


def test_goods_are_fetched_between_the_days_of_their_own_quota(books):
    network = with_sugar(with_outlets(SMALL, mode=OutletMode.COLLECTS), dt.date(2024, 4, 24), dt.date(2024, 4, 30))
    kept = books.run(arriving(network, dt.date(2024, 4, 22)))
    check_round(kept)
    days = {c: (o["valid_from"], o["valid_until"]) for o in kept.loaded.header["collections"] for c in o["packs"]}
    # Friday the 26th is no working day
    assert days["rice"] == ("2024-04-22", "2024-04-25")
    assert days["sugar"] == ("2024-04-24", "2024-04-30")


def test_forty_commodities_share_one_store(books):
    goods = tuple(
        commodity(f"c{i:02d}", f"کالای {i}", str(1 + i % 7), "5", StorageClass.DRY, price=1000 + i) for i in range(40)
    )
    network = replace(
        with_outlets(SMALL, storage_dry_kg=1500),
        commodities=goods,
        stock=tuple(stock(home, c.code, 3000) for home in ("W1", "W2") for c in goods),
        quotas=tuple(quota("spring", c.code, "0.5", START, END) for c in goods),
    )
    kept = books.run(network)
    check_round(kept)
    assert kept.reasons == {}


def test_a_quota_beyond_what_the_accounts_can_hold_is_refused_in_words(books):
    with pytest.raises(StateError) as told:
        books.run(with_quotas(SMALL, tonnes=Decimal(99_000_000)))
    assert told.value.code == "quota_too_large"
    assert told.value.params["packs"] > told.value.params["most"]

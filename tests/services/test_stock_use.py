"""Stock counts once, until it is counted anew."""

import datetime as dt
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from distribution.domain.dataset import Dataset
from distribution.domain.goods import StockLine
from distribution.services.stock_use import remaining_stock, use_stock
from tests.support.networks import small_network

MONDAY, FRIDAY = dt.date(2026, 11, 2), dt.date(2026, 11, 6)


def line(packs: int, day: dt.date | None = None, place: str = "W") -> StockLine:
    return StockLine(place_code=place, commodity_code="rice", packs=packs, available_on=day)


def test_the_earliest_arrivals_are_used_first():
    uses = use_stock([line(5, FRIDAY), line(5), line(5, MONDAY)], {("W", "rice"): 7})
    assert [(use.available_on, use.packs) for use in uses] == [(None, 5), (MONDAY, 2)]


@given(st.lists(st.integers(0, 20), min_size=3, max_size=3), st.data())
def test_what_is_used_and_what_remains_is_what_there_was(packs, data):
    stock = [line(count, day) for count, day in zip(packs, (None, MONDAY, FRIDAY), strict=True)]
    wanted = data.draw(st.integers(0, sum(packs)))
    uses = use_stock(stock, {("W", "rice"): wanted})
    assert sum(use.packs for use in uses) == wanted
    taken = {(use.place_code, use.commodity_code, use.available_on): use.packs for use in uses}
    assert sum(left.packs for left in remaining_stock(stock, taken)) == sum(packs) - wanted


def again(network: Dataset, **stock_of: int) -> Dataset:
    """Return the network with the same quotas once more, as a later round, and warehouses counted anew."""
    later = dt.timedelta(days=14)
    quotas = tuple(
        q.model_copy(
            update={
                "code": f"{q.code}-2",
                "round_code": f"{q.round_code}-2",
                "period_start": q.period_start + later,
                "period_end": q.period_end + later,
                "absorption_deadline": q.absorption_deadline and q.absorption_deadline + later,
            }
        )
        for q in network.quotas
    )
    stock = tuple(
        s.model_copy(update={"packs": stock_of[s.commodity_code]}) if s.commodity_code in stock_of else s
        for s in network.stock
    )
    return replace(network, quotas=(*network.quotas, *quotas), stock=stock)


def of_warehouses(network: Dataset) -> dict[str, int]:
    packs: dict[str, int] = {}
    for row in network.stock:
        if row.place_code in network.warehouse_by_code:
            packs[row.commodity_code] = packs.get(row.commodity_code, 0) + row.packs
    return packs


def test_two_rounds_never_hand_out_more_than_the_stock_that_was_counted(books):
    network = again(small_network())
    first, second = books.run(network), books.run(network)
    for commodity, stock in of_warehouses(network).items():
        out = sum(
            count
            for kept in (first, second)
            for packs in (kept.routed, kept.collected)
            for (_, code), count in packs.items()
            if code == commodity
        )
        assert out <= stock
    assert second.stock_short


def test_stock_that_is_counted_anew_is_there_again(books):
    network = small_network()
    first = books.run(network)
    counted = again(network, **{code: 1000 * packs for code, packs in of_warehouses(network).items()})
    second = books.run(counted)
    assert first.allotted
    assert not second.stock_short


def test_a_closing_balance_is_netted_once(books):
    network = small_network()
    opening = StockLine(place_code="O0", commodity_code=network.commodities[0].code, packs=3)
    network = again(replace(network, stock=(*network.stock, opening)))
    first, second = books.run(network), books.run(network)
    netted = [sum(a.opening_packs for a in kept.allotments) for kept in (first, second)]
    assert netted[0] >= 3
    assert netted[1] == 0

import numpy as np
import pytest

from optimizer.sharing import SharedCapacities, SharingProblem, solve_sharing


def problem(packs, shares, stray, caps, *, floors=None, worth=None, shared=None):
    """Build a problem from lists, one row per outlet; a single number is the bound of everyone."""
    shares = np.array(shares, dtype=float).reshape(len(shares), -1)
    caps = np.array(caps, dtype=float).reshape(shares.shape)
    return SharingProblem(
        packs=np.array(packs, dtype=float),
        shares=shares,
        stray=np.broadcast_to(np.array(stray, dtype=float), shares.shape),
        floors=np.zeros(shares.shape) if floors is None else np.array(floors, dtype=float).reshape(shares.shape),
        caps=caps,
        worth=np.ones(shares.shape[1]) if worth is None else np.array(worth, dtype=float),
        shared=shared or SharedCapacities.none(),
    )


def shared(capacity, entries):
    row, outlet, commodity, use = (list(column) for column in zip(*entries, strict=True))
    return SharedCapacities(
        np.array(capacity, dtype=float),
        np.array(row),
        np.array(outlet),
        np.array(commodity),
        np.array(use, dtype=float),
    )


@pytest.mark.parametrize(("eps", "most"), [(0, 80), (0.05, 800 / 9), (0.1, 100)])
def test_the_published_example_delivers_more_the_looser_the_bound(eps, most):
    got = solve_sharing(problem([100], [0.5, 0.3, 0.2], eps, [40, 60, 60]))
    assert got.feasible
    assert got.delivered[0] == pytest.approx(most)
    assert got.amounts.sum() == pytest.approx(most)


def test_the_outlet_that_holds_all_back_has_a_price_and_the_others_none():
    got = solve_sharing(problem([100], [0.5, 0.3, 0.2], 0, [40, 60, 60]))
    assert got.outlet_price[:, 0].tolist() == pytest.approx([2, 0, 0])  # one pack more for half of all: two more in all
    assert got.pack_price[0] == 0


def test_the_price_of_a_capacity_is_what_one_more_pack_of_it_brings():
    shares, caps = [0.5, 0.3, 0.2], np.array([40.0, 60.0, 15.5])
    got = solve_sharing(problem([100], shares, 0.06, caps))
    for i, price in enumerate(got.outlet_price[:, 0]):
        more = solve_sharing(problem([100], shares, 0.06, caps + 0.01 * (np.arange(3) == i)))
        assert price == pytest.approx((more.delivered[0] - got.delivered[0]) / 0.01, abs=1e-6)
    assert got.outlet_price.max() > 1


def test_with_room_for_all_only_more_packs_would_help():
    got = solve_sharing(problem([100], [0.5, 0.5], 0, [90, 90]))
    assert got.pack_price.tolist() == pytest.approx([1])
    assert got.outlet_price.max() == 0


def test_without_a_bound_everything_that_fits_is_delivered():
    assert solve_sharing(problem([100], [0.9, 0.1], np.inf, [5, 80])).delivered[0] == pytest.approx(85)


def test_a_warehouse_that_serves_two_outlets_is_the_bottleneck_of_both():
    store = shared([30], [(0, 0, 0, 1), (0, 1, 0, 1)])
    got = solve_sharing(problem([100], [0.4, 0.2, 0.4], 0, [90, 90, 90], shared=store))
    assert got.delivered[0] == pytest.approx(50)
    assert got.shared_price.tolist() == pytest.approx([1 / 0.6])
    assert got.outlet_price.max() == 0


def test_two_commodities_share_the_throughput_of_an_area_and_the_dearer_one_takes_it():
    area = shared([60], [(0, 0, 0, 1), (0, 0, 1, 1), (0, 1, 0, 1), (0, 1, 1, 1)])
    shares = [[0.5, 0.5], [0.5, 0.5]]
    got = solve_sharing(problem([40, 40], shares, 0, [[90, 90], [90, 90]], worth=[3, 1], shared=area))
    assert got.delivered.tolist() == pytest.approx([40, 20])
    assert got.shared_price.tolist() == pytest.approx([1])
    assert got.pack_price.tolist() == pytest.approx([2, 0])


def test_each_commodity_has_its_own_shares_and_its_own_bottleneck():
    got = solve_sharing(problem([100, 100], [[0.5, 1], [0.5, 0]], 0, [[10, 70], [90, 0]]))
    assert got.delivered.tolist() == pytest.approx([20, 70])
    assert got.outlet_price.tolist() == [pytest.approx([2, 1]), pytest.approx([0, 0])]


def test_floors_that_leave_no_fair_way_are_told_as_such():
    got = solve_sharing(problem([100], [0.5, 0.5], 0, [10, 90], floors=[0, 30]))
    assert not got.feasible
    assert got.delivered.tolist() == [0]
    assert not solve_sharing(problem([100], [1], 0, [10], floors=[20])).feasible


def test_problems_that_do_not_fit_together_are_refused():
    with pytest.raises(ValueError, match="shape"):
        problem([1, 1], [0.5, 0.5], 0, [1, 1])
    with pytest.raises(ValueError, match="negative"):
        problem([-1], [0.5, 0.5], 0, [1, 1])
    with pytest.raises(ValueError, match="no end"):
        problem([np.inf], [1], 0, [1])
    with pytest.raises(ValueError, match="not there"):
        problem([1], [1], 0, [1], shared=shared([1], [(0, 1, 0, 1)]))

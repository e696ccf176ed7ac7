import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from distribution.allocation.grid import NANO
from distribution.allocation.storage import ClassSpace, entitled_mass_g, first_caps, offer_unused
from tests.support.allocation import ints


def space(room, deliveries, pack_g, wants):
    return ClassSpace(
        space_g=ints(room),
        deliveries=ints(deliveries),
        pack_g=tuple(pack_g),
        want_g=ints(wants),
        floor_packs=np.zeros_like(ints(wants)),
    )


def fits(of, caps):
    per_drop = caps // np.maximum(of.deliveries, 1)
    return (per_drop * np.array(of.pack_g)).sum(axis=1) <= of.space_g


def test_space_is_shared_by_entitled_mass_and_every_drop_fits():
    of = space([1000], [[2, 2]], [100, 50], [[600, 300]])
    assert first_caps(of).tolist() == [[12, 12]]
    assert fits(of, first_caps(of)).all()


def test_space_left_unused_goes_to_the_commodity_whose_cap_binds():
    of = space([1000], [[1, 1]], [100, 100], [[500, 500]])
    caps = first_caps(of)
    got = offer_unused(of, caps, ints([[5 * NANO, NANO]]), np.array([[True, False]]))
    assert caps.tolist() == [[5, 5]]
    assert got.tolist() == [[8, 2]]


def test_a_commodity_that_comes_less_often_has_fewer_drops_of_the_same_size():
    of = space([1000], [[3, 1]], [100, 50], [[600, 300]])
    assert first_caps(of).tolist() == [[18, 6]]
    got = offer_unused(of, first_caps(of), ints([[0, 6 * NANO]]), np.array([[False, True]]))
    assert got.tolist() == [[1 * 3, 18]]
    assert fits(of, got).all()


def test_large_stores_and_wants_do_not_overflow():
    of = space([10**12], [[1, 1]], [10**4, 10**4], [[10**12, 3 * 10**12]])
    assert first_caps(of).tolist() == [[25_000_000, 75_000_000]]


def test_entitled_mass_is_rounded_up_to_whole_grams():
    assert entitled_mass_g(ints([0, 1, NANO, 2 * NANO + 1]), 50).tolist() == [0, 1, 50, 101]


@given(st.data())
def test_new_caps_fit_and_never_fall_below_what_was_given(data):
    n, k = data.draw(st.integers(1, 4)), data.draw(st.integers(1, 4))
    table = st.lists(st.lists(st.integers(0, 10**4), min_size=k, max_size=k), min_size=n, max_size=n)
    of = space(
        data.draw(st.lists(st.integers(0, 10**4), min_size=n, max_size=n)),
        [[count % 5 for count in row] for row in data.draw(table)],
        data.draw(st.lists(st.integers(1, 300), min_size=k, max_size=k)),
        data.draw(table),
    )
    caps = first_caps(of)
    assert fits(of, caps).all()
    hungry = np.array(data.draw(st.lists(st.lists(st.booleans(), min_size=k, max_size=k), min_size=n, max_size=n)))
    part = ints(data.draw(table)) % 100
    target = np.where(hungry, caps * NANO, caps * NANO * part // 100)
    renewed = offer_unused(of, caps, target, hungry)
    assert fits(of, renewed).all()
    assert (renewed * NANO >= target).all()
    assert (renewed >= caps)[hungry].all()
    assert (renewed % np.maximum(of.deliveries, 1) == 0).all()

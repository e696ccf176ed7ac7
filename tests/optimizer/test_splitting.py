from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimizer.splitting import drops_needed, halve_pieces, split_drops, split_loads

commodities = st.integers(1, 5).flatmap(
    lambda n: st.tuples(
        st.lists(st.integers(0, 400), min_size=n, max_size=n),
        st.lists(st.integers(1, 50_000), min_size=n, max_size=n),
        st.lists(st.integers(1, 60_000), min_size=n, max_size=n),
    )
)


@given(commodities, st.integers(1, 12))
def test_every_drop_gets_its_equal_share_of_each_commodity_but_for_one_pack(
    goods: tuple[list[int], list[int], list[int]], drops: int
) -> None:
    packs, pack_g, _ = goods
    shares = np.array(split_drops(packs, drops, pack_g))
    assert shares.shape == (drops, len(packs))
    assert shares.sum(axis=0).tolist() == packs
    assert (shares.max(axis=0) - shares.min(axis=0)).max() <= 1


@given(commodities, st.integers(1, 12))
def test_no_two_drops_differ_by_more_than_the_heaviest_pack(
    goods: tuple[list[int], list[int], list[int]], drops: int
) -> None:
    packs, pack_g, _ = goods
    loads = np.array(split_drops(packs, drops, pack_g)) @ np.array(pack_g)
    assert loads.max() - loads.min() <= max(pack_g)


def test_odd_packs_of_several_commodities_go_to_different_drops() -> None:
    shares = split_drops([7, 5, 4], 2, [10, 9, 1])
    assert [share.tolist() for share in shares] == [[4, 2, 2], [3, 3, 2]]


def test_the_fewest_drops_that_fit_are_found() -> None:
    assert drops_needed([[10]], [1000], 10_000, [5]) == [1]
    assert drops_needed([[10]], [1000], 9_999, [5]) == [2]
    # 10 kg in 4 kg of room: two and a half rooms by weight, but three drops of 3 and 4 packs
    assert drops_needed([[10]], [1000], 4_000, [5]) == [3]
    # by weight two rooms of 10 kg would do; packs of 7 kg cannot share one
    assert drops_needed([[3]], [7_000], 11_000, [5]) == [3]


def test_where_no_number_of_drops_fits_it_is_the_most_that_are_allowed() -> None:
    assert drops_needed([[10]], [1000], 999, [4]) == [4]
    assert drops_needed([[10]], [1000], 0, [4]) == [4]
    assert drops_needed([[10]], [1000], 100, [1]) == [1]


def test_groups_that_share_a_room_fit_whichever_of_their_drops_come_together() -> None:
    assert drops_needed([[10, 0], [0, 10]], [1000, 1000], 20_000, [3, 1]) == [1, 1]
    # ten packs of the second come at once, so the first may bring no more than four at a time
    assert drops_needed([[10, 0], [0, 10]], [1000, 1000], 14_000, [3, 1]) == [3, 1]
    assert drops_needed([[10, 0], [0, 10]], [1000, 1000], 9_999, [3, 2]) == [3, 2]


@given(commodities, st.integers(1, 3_000_000), st.integers(1, 12))
def test_drops_fit_and_one_fewer_would_not(
    goods: tuple[list[int], list[int], list[int]], room_g: int, most: int
) -> None:
    packs, pack_g, _ = goods

    def heaviest(drops: int) -> int:
        return max(int(drop @ np.array(pack_g)) for drop in split_drops(packs, drops, pack_g))

    (drops,) = drops_needed([packs], pack_g, room_g, [most])
    assert 1 <= drops <= most
    assert drops == most or heaviest(drops) <= room_g
    assert all(heaviest(fewer) > room_g for fewer in range(1, drops))


@given(commodities, st.integers(1, 5_000_000), st.integers(1, 6_000_000))
def test_loads_add_up_and_none_but_the_oversize_one_is_more_than_a_truck(
    goods: tuple[list[int], list[int], list[int]], capacity_g: int, capacity_ml: int
) -> None:
    packs, pack_g, pack_ml = (np.array(row) for row in goods)
    loads = split_loads(packs, pack_g, pack_ml, capacity_g, capacity_ml)
    assert sum(loads, np.zeros_like(packs)).tolist() == packs.tolist()
    assert all(load.any() for load in loads)
    too_large = np.where((pack_g > capacity_g) | (pack_ml > capacity_ml), packs, 0)
    if too_large.any():
        assert loads.pop().tolist() == too_large.tolist()
    assert all(load @ pack_g <= capacity_g and load @ pack_ml <= capacity_ml for load in loads)


@given(commodities, st.integers(60_000, 5_000_000), st.integers(60_000, 6_000_000))
def test_every_load_but_the_last_is_full(
    goods: tuple[list[int], list[int], list[int]], capacity_g: int, capacity_ml: int
) -> None:
    packs, pack_g, pack_ml = (np.array(row) for row in goods)
    loads = split_loads(packs, pack_g, pack_ml, capacity_g, capacity_ml)
    for index, load in enumerate(loads[:-1]):
        later = np.array(loads[index + 1 :]).sum(axis=0) > 0
        fits = (load @ pack_g + pack_g <= capacity_g) & (load @ pack_ml + pack_ml <= capacity_ml)
        assert not (later & fits).any()


def test_heavy_and_bulky_goods_are_mixed_so_that_fewer_loads_are_needed() -> None:
    # 100 heavy packs fill a truck by weight, 100 bulky ones by volume: together two loads, one after the other four
    loads = split_loads([100, 100], [50_000, 1_000], [1_000, 50_000], 2_550_000, 2_550_000)
    assert [load.tolist() for load in loads] == [[50, 50], [50, 50]]


def test_nothing_is_no_load_and_negative_packs_are_refused() -> None:
    assert split_loads([0, 0], [1, 1], [1, 1], 5, 5) == []
    for refused in (lambda: split_loads([-1], [1], [1], 5, 5), lambda: split_drops([-1], 2, [1])):
        with pytest.raises(ValueError, match="negative"):
            refused()
    with pytest.raises(ValueError, match="at least one drop"):
        split_drops([1], 0, [1])


@given(commodities, st.integers(50_000, 10**7), st.integers(60_000, 10**7))
def test_pieces_are_all_the_packs_and_none_is_more_than_a_truck(
    goods: tuple[list[int], list[int], list[int]], capacity_g: int, capacity_ml: int
) -> None:
    packs, pack_g, pack_ml = goods
    pieces = np.array(halve_pieces(packs, pack_g, pack_ml, capacity_g, capacity_ml)).reshape(-1, len(packs))
    assert pieces.sum(axis=0).tolist() == packs
    assert (pieces.sum(axis=1) > 0).all()
    assert (pieces @ np.array(pack_g)).max(initial=0) <= capacity_g
    assert (pieces @ np.array(pack_ml)).max(initial=0) <= capacity_ml


@given(st.integers(1, 400), st.integers(1, 50_000), st.integers(0, 60_000))
def test_of_one_commodity_every_number_of_packs_is_the_sum_of_some_pieces(
    packs: int, pack_g: int, pack_ml: int
) -> None:
    sizes = [int(piece[0]) for piece in halve_pieces([packs], [pack_g], [pack_ml], 10**9, 10**9)]
    sums = {0}
    for size in sizes:
        sums |= {one + size for one in sums}
    assert sums == set(range(packs + 1))
    assert len(sizes) <= packs.bit_length() + 1

from fractions import Fraction

import numpy as np
from hypothesis import given, settings

from distribution.allocation.allocate import allocate_round
from distribution.allocation.fit_stores import fit_stores
from distribution.allocation.grid import NANO, grid_weights, tie_ranks
from distribution.allocation.line import Line, open_line
from distribution.allocation.round_input import RoundInput, SharingRules
from tests.support.allocation import allocation_rounds, commodity, ints, round_input


def fitted(given_round: RoundInput) -> list[Line]:
    """Share the room of the stores among the commodities of a round."""
    weights = grid_weights(given_round.people, given_round.need, given_round.rules.people_exponent)
    ties = tie_ranks(weights, given_round.names)
    lines, _ = fit_stores(
        given_round, [open_line(given_round, j, weights, ties) for j in range(len(given_round.commodities))]
    )
    return lines


def test_space_that_one_commodity_leaves_is_used_by_the_other():
    goods = [commodity(2, 10, code="rice"), commodity(2, 10, code="oil", eligible=np.array([True, False]))]
    got = allocate_round(round_input([1, 1], goods, storage_g={"dry": [150_000, 10**9]}))
    assert got.packs.tolist() == [[5, 10], [5, 0]]
    assert got.unplaced_packs.tolist() == [0, 0]


def test_space_kept_for_goods_that_lie_there_already_is_offered_again():
    goods = [commodity(2, 10, code="rice"), commodity(2, 10, code="oil", eligible=np.array([True, False]))]
    given_round = round_input([1, 1], goods, storage_g={"dry": [120_000, 10**9]}, opening=[[5, 0], [0, 0]])
    got = allocate_round(given_round)
    assert got.target_nano[0, 0] == 5 * NANO // 2
    assert got.cap_packs[0].tolist() == [3, 9]
    assert got.packs[0, 1] == 9
    assert got.unplaced_packs.tolist() == [0, 1]


def test_the_last_space_goes_by_commodity_code_whatever_the_order():
    goods = [commodity(1, 5, code="oil"), commodity(1, 5, code="rice")]
    for order in (goods, goods[::-1]):
        got = allocate_round(round_input([1], order, storage_g={"dry": [30_000]}))
        assert dict(zip((good.code for good in order), got.packs[0].tolist(), strict=True)) == {"oil": 2, "rice": 1}


def test_goods_that_lack_room_for_floors_and_repayments_come_to_rest():
    # oil is due 4 packs and rice has floors that 4 packs cannot meet: neither may take the room of the other in turns
    goods = [commodity(2, 4, code="oil", floors=ints([0, 3])), commodity(2, 4, code="rice", floors=ints([5, 4]))]
    given_round = round_input(
        [8, 2],
        goods,
        storage_g={"dry": [130_000, 60_000]},
        shortfall_nano=ints([[4 * NANO, 0], [0, 0]]),
        rules=SharingRules(repay=Fraction(1)),
    )
    assert allocate_round(given_round).packs.sum(axis=0).tolist() == [4, 4]


@settings(max_examples=60)
@given(allocation_rounds())
def test_no_good_keeps_room_it_has_no_use_for_while_another_lacks_it(given_round):
    lines = fitted(given_round)
    for storage_class, room in given_round.storage_g.items():
        mine = [j for j, line in enumerate(lines) if line.source.storage_class == storage_class]
        for i in range(len(given_round.names)):
            used, lacking = 0, []
            for j in mine:
                line, drops = lines[j], int(given_round.deliveries[i, j])
                for row in np.flatnonzero(line.rows == i):
                    need = line.storage[row]
                    if line.hungry[row]:
                        lacking.append(line.source.pack_g)
                    else:
                        need = min(need, line.target_nano[row] // NANO + 1)
                    used += -(-int(need) // drops) * line.source.pack_g
            assert used <= room[i]
            assert all(used + pack_g > room[i] for pack_g in lacking)


@given(allocation_rounds(policies=False))
def test_a_pack_is_refused_by_a_full_store_only_if_it_is_full(given_round):
    got = allocate_round(given_round)
    for j, good in enumerate(given_round.commodities):
        if good.floors.any() or not got.unplaced_packs[j]:
            continue
        for i in np.flatnonzero(good.eligible & (got.weight_grid > 0)).tolist():
            assert got.packs[i, j] == got.cap_packs[i, j]
            mine = [k for k, c in enumerate(given_round.commodities) if c.storage_class == good.storage_class]
            used = sum(
                -(-int(got.target_nano[i, k] // NANO + 1) // int(given_round.deliveries[i, k])) * c.pack_g
                for k, c in ((k, given_round.commodities[k]) for k in mine)
                if k != j and c.eligible[i]
            )
            if got.cap_packs[i, j] == good.caps[i]:
                continue
            own = int(got.packs[i, j]) // int(given_round.deliveries[i, j]) * good.pack_g
            assert used + own + good.pack_g > given_round.storage_g[good.storage_class][i]

"""Multi-depot problems whose stock binds: what is promised of them holds, and their tags are the cheapest flow."""

import numpy as np
import pytest

from benchmarks.joint_instances import PACK_G, SEEDS, STOCK_PERCENT, make_binding, read_binding, tag_by_flow
from optimizer.engines.by_hand import solve as plan_by_hand
from optimizer.plan import Limits
from optimizer.problem import Depot
from optimizer.verify import verify_plan
from tests.support.routing import Plane, make_delivery

#: Clients 2 and 3, as the problem numbers them, are nearer to depot 0 than to depot 1, client 3 by less.
INSTANCE = """NAME : two
TYPE : MDVRPTW
DIMENSION : 4
VEHICLES : 4
EDGE_WEIGHT_TYPE : EUC_2D
CAPACITY : 9
NODE_COORD_SECTION
1 0 0
2 100 0
3 10 0
4 20 0
DEMAND_SECTION
1 0
2 0
3 5
4 5
DEPOT_SECTION
1
2
-1
VEHICLES_DEPOT_SECTION
1 1
2 1
3 2
4 2
EOF
"""


@pytest.mark.parametrize("seed", SEEDS)
def test_the_seeded_problems_are_as_described(seed):
    problem = make_binding(seed)

    needed = np.sum([d.packs for d in problem.deliveries], axis=0)
    stock = np.array([depot.stock for depot in problem.depots])
    n_depots, n_days = len(problem.depots), len(problem.days)
    assert 100 <= len({d.place for d in problem.deliveries}) <= 300
    assert (3 <= n_depots <= 6, 2 <= n_days <= 4) == (True, True)
    assert (np.abs(stock[:, :, -1].sum(axis=0) - needed * STOCK_PERCENT / 100) <= n_depots + 1).all()
    assert all(d.weight_g == sum(p * g for p, g in zip(d.packs, PACK_G, strict=True)) for d in problem.deliveries)
    assert any(d.windows for d in problem.deliveries) == (seed % 2 == 0)
    assert {d.days for d in problem.deliveries} == {tuple(range(n_days)), tuple(range(n_days // 2))}


@pytest.mark.parametrize("seed", SEEDS)
def test_the_stock_binds_and_the_tags_keep_within_it_on_every_day(seed):
    problem = make_binding(seed)

    metres, _ = problem.travel.matrix([d.place for d in problem.depots], [d.place for d in problem.deliveries])
    elsewhere = sum(int(np.argmin(metres[:, i])) != d.depot for i, d in enumerate(problem.deliveries))
    assert elsewhere >= len(problem.deliveries) // 20
    for n, depot in enumerate(problem.depots):
        for day in range(len(problem.days)):
            due = [d.packs for d in problem.deliveries if d.depot == n and d.days[-1] <= day]
            assert (np.sum(due or [(0, 0)], axis=0) <= np.array(depot.stock)[:, day]).all()


def test_a_seed_gives_the_same_problem_again_and_another_seed_another():
    assert make_binding(3) == make_binding(3)
    assert make_binding(3) != make_binding(5)


@pytest.mark.parametrize("seed", [1, 2])
def test_everyone_can_be_served_even_by_hand(seed):
    problem = make_binding(seed)

    plan = plan_by_hand(problem, Limits(iterations=0))

    assert (verify_plan(problem, plan), plan.unserved) == ((), ())


def test_a_routing_file_is_given_equal_stock_and_the_cheapest_tags(tmp_path):
    path = tmp_path / "two.vrp"
    path.write_text(INSTANCE)

    problem = read_binding(path)

    total = sum(d.weight_g for d in problem.deliveries)
    share = -(-STOCK_PERCENT * total // 200)
    assert [depot.stock for depot in problem.depots] == [((share,),)] * 2
    # Both would come from the first depot, which has enough for one of them.
    assert [(d.name, d.depot, d.packs) for d in problem.deliveries] == [
        ("2/0", 0, (total // 2,)),
        ("3/1", 1, (total // 2,)),
    ]
    assert verify_plan(problem, plan_by_hand(problem, Limits(iterations=0))) == ()


def test_a_routing_file_of_one_depot_is_refused(tmp_path):
    path = tmp_path / "one.vrp"
    path.write_text(INSTANCE.replace("1\n2\n-1", "1\n-1").replace("\n3 2\n4 2", "\n3 1\n4 1"))

    with pytest.raises(ValueError, match="one depot only"):
        read_binding(path)


def test_a_need_larger_than_any_stock_left_is_split_and_one_beyond_all_is_refused():
    travel = Plane(((0, 0), (10_000, 0), (1_000, 0)))
    depots = [Depot(0, ((60,),)), Depot(1, ((60,),))]

    loads = tag_by_flow(travel, depots, [make_delivery("a", 2, 100)], (10_000,), (12_000,))

    assert [(d.name, d.depot, d.packs, d.weight_g) for d in loads] == [
        ("a/0", 0, (60,), 600_000),
        ("a/1", 1, (40,), 400_000),
    ]
    with pytest.raises(ValueError, match="does not suffice"):
        tag_by_flow(travel, depots, [make_delivery("a", 2, 121)], (10_000,), (12_000,))

import pytest

from optimizer.search.cooling import Cooling

COOLING = Cooling(hot=4.0, critical=1.0, cold=0.06)


def test_a_fifth_of_the_search_goes_from_hot_to_critical_and_the_rest_to_cold():
    assert COOLING.temperature(0.0) == pytest.approx(4.0)
    assert COOLING.temperature(0.1) == pytest.approx(2.0)
    assert COOLING.temperature(0.2) == pytest.approx(1.0)
    assert COOLING.temperature(0.6) == pytest.approx(0.06**0.5)
    assert COOLING.temperature(1.0) == pytest.approx(0.06)


def test_it_never_gets_warmer():
    course = [COOLING.temperature(step / 100) for step in range(101)]

    assert course == sorted(course, reverse=True)


def test_a_plan_that_is_there_is_warmed_less():
    assert COOLING.begin_at(0.25) == Cooling(1.0, 1.0, 0.06)
    assert COOLING.begin_at(0.1) == Cooling(0.4, 0.4, 0.06)
    assert COOLING.begin_at(0.0) == Cooling(0.06, 0.06, 0.06)

"""A round is kept whole or not at all."""

from collections.abc import Callable

import pytest

from distribution.domain.errors import StateError
from distribution.services import plan_deliveries
from distribution.services.import_dataset import import_dataset
from distribution.services.plan_deliveries import SearchOptions, SolverError
from distribution.services.progress import Phase, SilentReporter
from distribution.services.run_round import RunOptions, run_round
from optimizer.launch import SolverCrash
from optimizer.plan import Limits, Plan, Status
from tests.support.networks import small_network
from tests.support.rounds import two_rounds

OPTIONS = RunOptions(SearchOptions(Limits(iterations=1), 1, 1))


class Meanwhile(SilentReporter):
    """Lets something happen when a part of the run begins."""

    def __init__(self, phase: Phase, happen: Callable[[], object]) -> None:
        self._phase = phase
        self._happen = happen
        self._done = False

    def report(self, phase: Phase, fraction: float, cost: int | None = None) -> None:
        if phase is self._phase and not self._done:
            self._done = True
            self._happen()


def kept_rounds(books) -> list[str]:
    with books.uow.read() as tx:
        return [kept.code for kept in tx.rounds.list()]


def postings(books) -> int:
    with books.uow.read() as tx:
        return len(tx.ledger.entries())


def test_a_round_on_accounts_that_have_moved_on_is_refused(books):
    import_dataset(books.uow, two_rounds(), "test")
    other = Meanwhile(Phase.ROUTE, lambda: run_round(books.uow, OPTIONS, SilentReporter()))
    with pytest.raises(StateError) as told:
        run_round(books.uow, RunOptions(OPTIONS.search, "later"), other)
    assert told.value.code == "rounds_moved_on"
    assert kept_rounds(books) == ["spring"]


def test_a_round_on_a_network_that_has_moved_on_is_refused(books):
    import_dataset(books.uow, two_rounds(), "test")
    other = Meanwhile(Phase.ROUTE, lambda: import_dataset(books.uow, small_network(), "test"))
    with pytest.raises(StateError) as told:
        run_round(books.uow, OPTIONS, other)
    assert told.value.code == "network_moved_on"
    assert kept_rounds(books) == []
    assert postings(books) == 0


def test_the_same_network_imported_again_does_not_disturb_a_round(books):
    import_dataset(books.uow, small_network(), "test")
    other = Meanwhile(Phase.ROUTE, lambda: import_dataset(books.uow, small_network(), "test"))
    run_round(books.uow, OPTIONS, other)
    assert kept_rounds(books) == ["spring"]


def crash(*_: object, **__: object) -> Plan:
    raise SolverCrash(-9, "out of memory")


def forget_everything(*_: object, **__: object) -> Plan:
    return Plan((), (), 0, Status.ITERATION_LIMIT, 0, 1)


@pytest.mark.parametrize(("search", "code"), [(crash, "solver_crash"), (forget_everything, "plan_rejected")])
def test_a_search_that_fails_ends_in_an_error_with_a_code_and_nothing_kept(books, monkeypatch, search, code):
    monkeypatch.setattr(plan_deliveries, "solve_in_child", search)
    import_dataset(books.uow, small_network(), "test")
    with pytest.raises(SolverError) as told:
        run_round(books.uow, OPTIONS, SilentReporter())
    assert told.value.code == code
    assert kept_rounds(books) == []
    assert postings(books) == 0


def test_what_is_kept_beside_a_round_keeps_it_from_being_kept_if_it_fails(books):
    import_dataset(books.uow, small_network(), "test")

    def refuse(*_: object) -> None:
        raise StateError("job_lease_lost", id="1")

    with pytest.raises(StateError):
        run_round(books.uow, OPTIONS, SilentReporter(), also_keep=refuse)
    assert kept_rounds(books) == []
    assert postings(books) == 0


def test_every_part_of_a_run_is_reported_from_its_beginning_to_its_end(books):
    reported: dict[Phase, list[float]] = {}

    class Listener(SilentReporter):
        def report(self, phase: Phase, fraction: float, cost: int | None = None) -> None:
            reported.setdefault(phase, []).append(fraction)

    import_dataset(books.uow, small_network(), "test")
    run_round(books.uow, OPTIONS, Listener())
    assert list(reported) == list(Phase)
    for fractions in reported.values():
        assert fractions == sorted(fractions)
        assert fractions[-1] == 1

"""Fifty who write at once, on every database: nothing is lost, nothing is kept twice, and nobody meets an odd error."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text

from distribution.domain.enums import Role, RoundAction, RoundState
from distribution.domain.errors import ForbiddenError, StaleError, StateError
from distribution.domain.principal import Principal
from distribution.domain.receipt import ReceiptBase
from distribution.domain.voice import AllotmentAnswer, AppealKind, FeedbackKind
from distribution.services.answers import NewAnswer, answer_allotments
from distribution.services.appeals import NewAppeal, decide_appeal, file_appeal
from distribution.services.audit import check_audit
from distribution.services.feedback import list_feedback, say
from distribution.services.receipts import load_drops, record_receipts
from distribution.services.round_life import act_on_round
from distribution.store.unit_of_work import UnitOfWork
from tests.support.networks import small_network
from tests.support.rounds import keep_round

MANY = 50
PLANNER = Principal(Role.PLANNER, None, "planner")
UNION = Principal(Role.UNION, "U1", "union")
CREW = Principal(Role.FIELD, None, "crew")


def at_once(act: Callable[[int], object]) -> Counter[str]:
    """Let fifty act at once; count what came of it: ``done``, or the class of an error that is allowed."""

    def attempt(number: int) -> str:
        try:
            act(number)
        except (StaleError, StateError, ForbiddenError) as error:
            return type(error).__name__
        return "done"

    with ThreadPoolExecutor(MANY) as pool:
        return Counter(pool.map(attempt, range(MANY)))


@pytest.fixture
def kept(uow: UnitOfWork) -> UnitOfWork:
    keep_round(uow, small_network(), "spring")
    return uow


def set_state(uow: UnitOfWork, state: RoundState) -> None:
    with uow.write() as tx:
        tx.session.execute(text("UPDATE round SET state = :state").bindparams(state=state.value))


def test_what_fifty_say_is_all_kept_and_once_each(kept: UnitOfWork) -> None:
    assert at_once(lambda n: say(kept, UNION, FeedbackKind.VIEW, f"view {n}"))["done"] == MANY
    assert len(list_feedback(kept, PLANNER, limit=500).items) == MANY
    same = at_once(lambda _: say(kept, UNION, FeedbackKind.VIEW, "once", idempotency_key="k"))
    assert same["done"] == MANY
    assert len(list_feedback(kept, PLANNER, limit=500).items) == MANY + 1
    assert check_audit(kept).is_whole


def test_of_fifty_decisions_on_one_appeal_one_holds(kept: UnitOfWork) -> None:
    claim = {"served_population": 6000}
    filed = file_appeal(kept, UNION, NewAppeal(AppealKind.POPULATION, "O0", "more people", claim))
    number, version = filed.require_id(), filed.version or 0
    found = at_once(
        lambda n: decide_appeal(kept, PLANNER, number, grant=n % 2 == 0, reason=f"reason {n}", version=version)
    )
    assert found == {"done": 1, "StaleError": MANY - 1}
    with kept.read() as tx:
        appeal = tx.voice.get_appeal(number)
        assert tx.datasets.current_version() == (2 if appeal.dataset_version else 1)
    assert check_audit(kept).is_whole


def test_of_fifty_steps_of_one_round_one_is_taken(kept: UnitOfWork) -> None:
    set_state(kept, RoundState.COMPUTED)
    with kept.read() as tx:
        version = tx.rounds.get("spring").version or 0
    found = at_once(lambda _: act_on_round(kept, PLANNER, "spring", RoundAction.SUBMIT, version=version))
    assert found == {"done": 1, "StaleError": MANY - 1}
    with kept.read() as tx:
        assert tx.rounds.get("spring").parameters["submissions"] == 1


def test_receipts_that_fifty_send_are_kept_once(kept: UnitOfWork) -> None:
    set_state(kept, RoundState.DISPATCHING)
    with kept.read() as tx:
        drops = load_drops(tx, tx.rounds.get("spring"))
    receipts = [
        ReceiptBase(
            day=key.day, truck=key.truck, trip=key.trip, outlet_code=key.outlet_code, commodity_code=key.commodity_code,
            planned_packs=packs, accepted_packs=packs,
        )
        for key, packs in drops.items()
    ]  # fmt: skip
    results = []
    assert at_once(lambda _: results.append(record_receipts(kept, CREW, "spring", receipts)))["done"] == MANY
    assert sorted(one.new for one in results) == [0] * (MANY - 1) + [len(drops)]
    assert {one.open for one in results} == {0}


def test_of_fifty_answers_to_one_allotment_the_last_holds(kept: UnitOfWork) -> None:
    def answer(number: int) -> None:
        one = NewAnswer("O0", "rice", AllotmentAnswer.OBJECTED, f"reason {number}")
        answer_allotments(kept, UNION, "spring", [one])

    assert at_once(answer)["done"] == MANY
    with kept.read() as tx:
        answers = tx.voice.answers(tx.rounds.get("spring").require_id())
        last = tx.audit.last()
    [kept_answer] = answers.values()
    assert last is not None
    assert kept_answer.reason in last.details
    assert check_audit(kept).events == MANY

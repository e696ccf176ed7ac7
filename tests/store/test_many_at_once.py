"""Fifty who write at once, on every database: nothing is lost, nothing is kept twice, and nobody meets an odd error."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlalchemy import text

from distribution.domain.absorption import LiftedLine
from distribution.domain.enums import Account, Role, RoundAction, RoundState
from distribution.domain.errors import ForbiddenError, StaleError, StateError
from distribution.domain.payment import Payer, PaymentKind
from distribution.domain.principal import Principal
from distribution.domain.receipt import ReceiptBase
from distribution.domain.rounds import NANO_PER_PACK
from distribution.domain.voice import AllotmentAnswer, AppealKind, FeedbackKind
from distribution.services import passwords
from distribution.services.answers import NewAnswer, answer_allotments
from distribution.services.appeals import NewAppeal, decide_appeal, file_appeal
from distribution.services.audit import check_audit
from distribution.services.feedback import list_feedback, say
from distribution.services.goods_requests import (
    NewRequest,
    RequestAnswer,
    answer_request,
    list_requests,
    request_goods,
)
from distribution.services.inspections import (
    NewInspection,
    add_inspection_file,
    get_inspection,
    list_inspections,
    tell_inspection,
)
from distribution.services.lifts import list_lifts, report_lifts
from distribution.services.payments import NewPayment, list_dues, list_payments, record_payment
from distribution.services.people import add_person
from distribution.services.receipts import load_drops, record_receipts
from distribution.services.round_life import act_on_round
from distribution.services.scorecards import Level, build_scorecards, reply_to_scorecard
from distribution.store.repositories.keys import KeyHolder
from distribution.store.unit_of_work import UnitOfWork
from tests.support.networks import small_network
from tests.support.nouns import policy
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


def test_of_fifty_who_let_in_one_person_one_does(uow: UnitOfWork, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "_N", 16)  # fifty hashes as they are kept take seconds
    found = at_once(lambda _: add_person(uow, "sara", KeyHolder(Role.PLANNER)))
    assert found == {"done": 1, "StateError": MANY - 1}


def test_of_fifty_who_record_one_payment_all_are_heard_and_one_is_kept(uow: UnitOfWork) -> None:
    network = small_network()
    priced = tuple(c.model_copy(update={"price": 1_000}) for c in network.commodities)
    network = replace(network, commodities=priced, policies=(policy("default", payer=Payer.UNION),))
    keep_round(uow, network, "spring")
    with uow.write() as tx:
        tx.rounds.get("spring").parameters = {"policy": "default"}
    [first, _] = list_dues(uow, PLANNER, "spring")
    half = first.due // 2
    new = NewPayment(first.payer_code, PaymentKind.PAID, "T-1", dt.date(2024, 4, 19), half)
    assert at_once(lambda _: record_payment(uow, PLANNER, "spring", new))["done"] == MANY
    others = at_once(lambda n: record_payment(uow, PLANNER, "spring", replace(new, reference=f"T-{n + 2}")))
    assert others == {"done": 1, "StateError": MANY - 1}
    assert next(iter(list_dues(uow, PLANNER, "spring"))).left == first.due - 2 * half
    assert len(list_payments(uow, PLANNER, "spring")) == 2


def test_of_fifty_answers_to_one_request_one_holds_and_its_rest_goes_up_once(kept: UnitOfWork) -> None:
    asked = request_goods(kept, UNION, "spring", NewRequest("O0", "rice", 9, "more"))
    found = at_once(lambda n: answer_request(kept, PLANNER, asked.require_id(), RequestAnswer(n % 8, "so much")))
    assert found == {"done": 1, "StateError": MANY - 1}
    below, above = list_requests(kept, PLANNER, limit=10).items
    assert (above.parent, above.packs) == (below.id, 9 - below.filled_packs)
    with kept.read() as tx:
        owed = tx.ledger.balances(Account.SHORTFALL).get(("O0", "rice"), 0)
    assert owed == below.filled_packs * NANO_PER_PACK


def test_no_outlet_gives_more_than_it_has_to_fifty_who_ask(kept: UnitOfWork) -> None:
    with kept.read() as tx:
        [line] = tx.rounds.allotments("spring", outlet_code="O1", commodity_code="rice")
    each = line.packs // 10 + 1
    asker = Principal(Role.COOPERATIVE, None, "cooperative", "C-workers")
    wanted = NewRequest("O0", "rice", each, "more")
    numbers = [request_goods(kept, asker, "spring", wanted).require_id() for _ in range(MANY)]
    found = at_once(lambda n: answer_request(kept, UNION, numbers[n], RequestAnswer(each, "yours", "O1")))
    assert found == {"done": line.packs // each, "StateError": MANY - line.packs // each}
    with kept.read() as tx:
        _, taken = tx.dealings.moved(tx.rounds.get("spring").require_id())
    assert taken["O1", "rice"] == each * (line.packs // each) <= line.packs


def test_what_fifty_say_of_one_outlet_is_kept_in_one_place(kept: UnitOfWork) -> None:
    line = LiftedLine(outlet_code="O0", commodity_code="rice", lifted_packs=0)
    assert at_once(lambda _: report_lifts(kept, UNION, "spring", [line]))["done"] == MANY
    assert len(list_lifts(kept, PLANNER, "spring")) == 1
    assert at_once(lambda n: reply_to_scorecard(kept, UNION, "spring", Level.UNION, "U1", f"reply {n}"))["done"] == MANY
    [card, other] = build_scorecards(kept, PLANNER, "spring", Level.UNION)
    assert card.reply is not None
    assert other.reply is None
    visit = NewInspection("O0", dt.datetime(2024, 4, 21, tzinfo=dt.UTC), 59.0, 36.0, in_order=True, text="fine")
    assert at_once(lambda _: tell_inspection(kept, CREW, visit, idempotency_key="k"))["done"] == MANY
    [inspection] = list_inspections(kept, PLANNER, limit=10).items
    photo = b"\x89PNG\r\n\x1a\n photo"
    number = inspection.require_id()
    assert at_once(lambda _: add_inspection_file(kept, CREW, number, "a.png", photo))["done"] == MANY
    assert len(get_inspection(kept, PLANNER, number)[1]) == 1
    assert check_audit(kept).is_whole

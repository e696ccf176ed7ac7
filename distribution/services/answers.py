"""Unions and cooperatives accept allotments or object to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from distribution.domain.enums import RoundState, Severity
from distribution.domain.errors import InputError, StateError
from distribution.domain.findings import Finding, Where
from distribution.domain.principal import Principal
from distribution.domain.voice import (
    AllotmentAnswer,
)
from distribution.services.audit import record
from distribution.services.find_round import find_round
from distribution.store.tables import AnswerRow
from distribution.store.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class NewAnswer:
    """An answer to one allotment."""

    outlet_code: str
    commodity_code: str
    answer: AllotmentAnswer
    reason: str = ""


def answer_allotments(
    uow: UnitOfWork, asker: Principal, round_code: str, answers: Sequence[NewAnswer]
) -> tuple[AnswerRow, ...]:
    """Accept allotments or object to them, all or none; an objection needs a reason, also among many.

    Raises
    ------
    NotFoundError
        ``round_unknown``.
    StateError
        ``round_not_answerable`` if it is closed.
    InputError
        With every answer that is wrong: ``answer_allotment_unknown``, ``answer_without_reason``, ``answer_twice``.
    """
    with uow.write() as tx:
        find_round(tx, asker, round_code)
        found = tx.rounds.get(round_code, for_update=True)  # one answer after the other, and none once it is closed
        if found.state not in {RoundState.PUBLISHED, RoundState.DISPATCHING}:
            raise StateError("round_not_answerable", round_code=round_code, state=found.state.value)
        lines = {
            (line.outlet_code, line.commodity_code): line
            for line in tx.rounds.allotments(round_code, scope=asker.scope)
        }
        wrong, seen = [], set()
        for number, one in enumerate(answers, start=1):
            key = (one.outlet_code, one.commodity_code)
            shown = f"{one.outlet_code}; {one.commodity_code}"
            if key not in lines:
                wrong.append(_refuse("answer_allotment_unknown", number, shown))
            elif one.answer is AllotmentAnswer.OBJECTED and not one.reason.strip():
                wrong.append(_refuse("answer_without_reason", number, shown))
            if key in seen:
                wrong.append(_refuse("answer_twice", number, shown))
            seen.add(key)
        if wrong:
            raise InputError(tuple(wrong))
        now, rows = tx.now(), []
        for one in answers:
            line = lines[one.outlet_code, one.commodity_code]
            row = AnswerRow(
                round_id=found.require_id(),
                outlet_code=line.outlet_code,
                union_code=line.union_code,
                cooperative_code=line.cooperative_code,
                commodity_code=line.commodity_code,
                answer=one.answer,
                reason=one.reason.strip() if one.answer is AllotmentAnswer.OBJECTED else "",
                answered_by=asker.actor,
                answered_at=now,
            )
            tx.voice.put_answer(row)
            rows.append(row)
        told = [[row.outlet_code, row.commodity_code, row.answer.value, row.reason] for row in rows]
        record(tx, asker, "allotments_answered", f"round/{round_code}", {"answers": told})
        return tuple(rows)


def list_answers(uow: UnitOfWork, asker: Principal, round_code: str) -> tuple[AnswerRow, ...]:
    """List the answers to a round's allotments that the asker may see.

    Raises
    ------
    NotFoundError
        ``round_unknown``.
    """
    with uow.read() as tx:
        found = find_round(tx, asker, round_code)
        return tuple(tx.voice.answers(found.require_id(), scope=asker.scope).values())


def _refuse(code: str, number: int, value: str) -> Finding:
    return Finding(Severity.ERROR, code, Where(sheet="", row=number, value=value), {"value": value})

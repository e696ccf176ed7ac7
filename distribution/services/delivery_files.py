"""Photos and signed papers of deliveries: they may come before the receipt, or after it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from distribution.domain.enums import RoundState
from distribution.domain.errors import NotFoundError, StateError
from distribution.domain.principal import Principal
from distribution.services.attachments import attach
from distribution.services.find_round import find_round
from distribution.services.receipts import load_drops, read_owners
from distribution.store.repositories.network_pages import NetworkPages
from distribution.store.tables import Attachment
from distribution.store.unit_of_work import Transaction, UnitOfWork


@dataclass(frozen=True, slots=True)
class Halt:
    """One halt of a truck at an outlet, as on the waybill."""

    day: dt.date
    truck: str
    trip: int
    outlet_code: str


def add_delivery_file(
    uow: UnitOfWork, asker: Principal, round_code: str, halt: Halt, name: str, content: bytes
) -> Attachment:
    """Keep a photo or a signed paper of a halt.

    Raises
    ------
    NotFoundError
        ``round_unknown``, ``plan_missing``; ``halt_unknown`` if the plan has none such, or it is not the asker's.
    StateError
        ``round_not_dispatching``; ``evidence_kind``, ``evidence_too_many``.
    """
    with uow.write() as tx:
        subject = _find_halt(tx, asker, round_code, halt)
        state = tx.rounds.get(round_code, for_update=True).state
        if state is not RoundState.DISPATCHING:
            raise StateError("round_not_dispatching", round_code=round_code, state=state.value)
        return attach(tx, asker, subject, name, content)


def list_delivery_files(uow: UnitOfWork, asker: Principal, round_code: str, halt: Halt) -> tuple[Attachment, ...]:
    """List the files of a halt in the order they came.

    Raises
    ------
    NotFoundError
        As for :func:`add_delivery_file`.
    """
    with uow.read() as tx:
        return tx.attachments.list(_find_halt(tx, asker, round_code, halt))


def get_delivery_file(uow: UnitOfWork, asker: Principal, round_code: str, halt: Halt, sha256: str) -> Attachment:
    """Get a file of a halt with its content.

    Raises
    ------
    NotFoundError
        As for :func:`add_delivery_file`; ``file_unknown``.
    """
    with uow.read() as tx:
        return tx.attachments.get(_find_halt(tx, asker, round_code, halt), sha256)


def _find_halt(tx: Transaction, asker: Principal, round_code: str, halt: Halt) -> str:
    """Return what the files of a halt are kept under, if the plan has it and the asker may see it."""
    found = find_round(tx, asker, round_code)
    owners = read_owners(NetworkPages(tx.session), found.dataset_version, asker.scope)
    wanted = (halt.day.isoformat(), halt.truck, halt.trip, halt.outlet_code)
    planned = {(key.day, key.truck, key.trip, key.outlet_code) for key in load_drops(tx, found)}
    if halt.outlet_code not in owners or wanted not in planned:
        raise NotFoundError("halt_unknown", halt="/".join(map(str, wanted)))
    return f"round/{found.code}/halt/{'/'.join(map(str, wanted))}"

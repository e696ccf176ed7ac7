"""Appeals from filing to decision, with their evidence."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from distribution.domain.errors import NotFoundError, StateError
from distribution.domain.network import Outlet
from distribution.domain.principal import Principal
from distribution.domain.voice import (
    CLAIMS,
    CORRECTING,
    NEEDS_ALL,
    NEEDS_ANY,
    AppealKind,
    AppealState,
)
from distribution.services.attachments import attach
from distribution.services.audit import record
from distribution.services.correction import correct_network
from distribution.services.find_round import find_round
from distribution.services.import_dataset import import_dataset_in
from distribution.services.page import Page, cut_page
from distribution.store.repositories.network_pages import NetworkPages
from distribution.store.tables import Appeal, Attachment
from distribution.store.unit_of_work import Transaction, UnitOfWork


@dataclass(frozen=True, slots=True)
class NewAppeal:
    """An appeal as it is filed."""

    kind: AppealKind
    outlet_code: str
    text: str
    claim: Mapping[str, Any]
    round_code: str | None = None
    commodity_code: str | None = None


def file_appeal(uow: UnitOfWork, asker: Principal, new: NewAppeal, *, idempotency_key: str | None = None) -> Appeal:
    """File an appeal for an outlet of the asker's; its clock begins to run.

    Raises
    ------
    NotFoundError
        ``row_unknown`` for an outlet, warehouse, area or commodity that is not there; ``round_unknown``.
    StateError
        ``appeal_claim_unfit`` if what it claims does not belong to its kind, or is missing; ``idempotency_key_reused``.
    """
    _require_claim(new)
    with uow.write() as tx:
        before = tx.voice.appeal_by_key(asker.actor, idempotency_key) if idempotency_key else None
        if before is not None:
            same = (new.kind, new.outlet_code, new.text, dict(new.claim))
            if (before.kind, before.outlet_code, before.text, before.claim) != same:
                raise StateError("idempotency_key_reused")
            return before
        version = tx.datasets.current_version()
        if version is None:
            raise NotFoundError("dataset_missing")
        pages = NetworkPages(tx.session)
        outlet = pages.find("outlets", version, new.outlet_code, scope=asker.scope)
        if not isinstance(outlet, Outlet):
            raise NotFoundError("row_unknown", sheet="outlets", code=new.outlet_code)
        _require_known(tx, asker, pages, version, new)
        now = tx.now()
        days = tx.datasets.settings(version).appeal_days
        filed = tx.voice.add(
            Appeal(
                kind=new.kind,
                outlet_code=outlet.code,
                union_code=pages.union_of(outlet.cooperative_code, version) or "",
                cooperative_code=outlet.cooperative_code,
                round_code=new.round_code,
                commodity_code=new.commodity_code,
                claim=dict(new.claim),
                text=new.text,
                filed_by=asker.actor,
                filed_at=now,
                due_at=now + dt.timedelta(days=days),
                idempotency_key=idempotency_key,
            )
        )
        details = {"kind": new.kind.value, "outlet": outlet.code, "claim": dict(new.claim)}
        record(tx, asker, "appeal_filed", f"appeal/{filed.id}", details)
        return filed


def decide_appeal(uow: UnitOfWork, asker: Principal, number: int, *, grant: bool, reason: str, version: int) -> Appeal:
    """Grant or reject an appeal, with a reason; a granted one corrects the network that the next round is computed from.

    Raises
    ------
    NotFoundError
        ``appeal_unknown``; ``row_unknown`` if its outlet is gone.
    StateError
        ``appeal_decided``; ``appeal_claim_unfit``.
    StaleError
        If it has changed since it was read.
    InputError
        If the network that would come of it has errors.
    """
    with uow.write() as tx:
        found = _open_appeal(tx, number, version=version)
        found.state = AppealState.GRANTED if grant else AppealState.REJECTED
        found.reason, found.decided_by, found.decided_at = reason, asker.actor, tx.now()
        if grant and found.kind in CORRECTING:
            tx.rounds.lock()
            corrected = correct_network(tx.datasets.load(), found.outlet_code, found.kind, found.claim)
            found.dataset_version = import_dataset_in(tx, corrected, f"appeal {number}").version
        details = {"state": found.state.value, "reason": reason, "dataset_version": found.dataset_version}
        record(tx, asker, "appeal_decided", f"appeal/{number}", details)
        tx.session.flush()
        return found


def take_back_appeal(uow: UnitOfWork, asker: Principal, number: int) -> Appeal:
    """Take an appeal back.

    Raises
    ------
    NotFoundError
        ``appeal_unknown``, also if it is another's.
    StateError
        ``appeal_decided``.
    """
    with uow.write() as tx:
        found = _open_appeal(tx, number, asker)
        found.state, found.decided_by, found.decided_at = AppealState.TAKEN_BACK, asker.actor, tx.now()
        record(tx, asker, "appeal_taken_back", f"appeal/{number}")
        tx.session.flush()
        return found


def list_appeals(
    uow: UnitOfWork,
    asker: Principal,
    *,
    state: AppealState | None = None,
    outlet_code: str | None = None,
    after: int = 0,
    limit: int,
) -> Page[Appeal]:
    """List the appeals that the asker may see, in the order they were filed."""
    states = tuple(AppealState) if state is None else (state,)
    with uow.read() as tx:
        found = tx.voice.appeals(
            scope=asker.scope, states=states, outlet_code=outlet_code, after=after, limit=limit + 1
        )
    return cut_page([(str(one.id), one) for one in found], limit)


def get_appeal(uow: UnitOfWork, asker: Principal, number: int) -> tuple[Appeal, tuple[Attachment, ...]]:
    """Get an appeal and its files.

    Raises
    ------
    NotFoundError
        ``appeal_unknown``, also if it is another's.
    """
    with uow.read() as tx:
        found = tx.voice.get_appeal(number, scope=asker.scope)
        return found, tx.attachments.list(f"appeal/{number}")


def add_evidence(uow: UnitOfWork, asker: Principal, number: int, name: str, content: bytes) -> Attachment:
    """Keep a photo or a document with an open appeal.

    Raises
    ------
    NotFoundError
        ``appeal_unknown``.
    StateError
        ``appeal_decided``; ``evidence_kind`` if it is no JPEG, PNG or PDF; ``evidence_too_many``.
    """
    with uow.write() as tx:
        _open_appeal(tx, number, asker)
        return attach(tx, asker, f"appeal/{number}", name, content)


def get_evidence(uow: UnitOfWork, asker: Principal, number: int, sha256: str) -> Attachment:
    """Get a file of an appeal with its content.

    Raises
    ------
    NotFoundError
        ``appeal_unknown``, ``file_unknown``.
    """
    with uow.read() as tx:
        tx.voice.get_appeal(number, scope=asker.scope)
        return tx.attachments.get(f"appeal/{number}", sha256)


def _open_appeal(tx: Transaction, number: int, asker: Principal | None = None, *, version: int | None = None) -> Appeal:
    scope = None if asker is None else asker.scope
    found = tx.voice.get_appeal(number, scope=scope, for_update=True, version=version)
    if found.state is not AppealState.OPEN:
        raise StateError("appeal_decided", number=number, state=found.state.value)
    return found


def _require_claim(new: NewAppeal) -> None:
    allowed, given = set(CLAIMS[new.kind]), set(new.claim)
    missing = allowed - given if new.kind in NEEDS_ALL else (allowed if new.kind in NEEDS_ANY and not given else set())
    wrong = given - allowed
    if wrong or missing:
        raise StateError("appeal_claim_unfit", fields=", ".join(sorted(wrong or missing)))


def _require_known(tx: Transaction, asker: Principal, pages: NetworkPages, version: int, new: NewAppeal) -> None:
    """Check that what an appeal names is there: nobody shall decide on a slip of the pen."""
    named = {
        "commodities": new.commodity_code,
        "warehouses": new.claim.get("warehouse_code"),
        "areas": new.claim.get("area_code"),
        "outlets": new.claim.get("successor_code"),
    }
    for sheet, code in named.items():
        if code is not None and pages.find(sheet, version, code) is None:
            raise NotFoundError("row_unknown", sheet=sheet, code=code)
    if new.round_code is not None:
        find_round(tx, asker, new.round_code)

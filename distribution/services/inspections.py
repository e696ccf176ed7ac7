"""Inspections of outlets: told with place and time, with photos; the union or the cooperative may reply."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, fields

from distribution.domain.errors import NotFoundError, StateError
from distribution.domain.network import Outlet
from distribution.domain.principal import Principal
from distribution.services.attachments import attach
from distribution.services.audit import record
from distribution.services.find_round import find_round
from distribution.services.page import Page, cut_page
from distribution.store.repositories.network_pages import NetworkPages
from distribution.store.tables import Attachment, Inspection
from distribution.store.unit_of_work import UnitOfWork
from gis.geodesy import pair_distances_m


@dataclass(frozen=True, slots=True)
class NewInspection:
    """A visit as it is told."""

    outlet_code: str
    taken_at: dt.datetime
    lon: float
    lat: float
    in_order: bool
    text: str
    round_code: str | None = None


#: What must be the same for an inspection to be sent again.
_SAID = tuple(field.name for field in fields(NewInspection))


def tell_inspection(
    uow: UnitOfWork, asker: Principal, new: NewInspection, *, idempotency_key: str | None = None
) -> Inspection:
    """Keep what somebody found at an outlet; sent twice with one key it is kept once.

    Raises
    ------
    NotFoundError
        ``row_unknown`` for an outlet that is not there or not the asker's; ``round_unknown``.
    StateError
        ``idempotency_key_reused``.
    """
    with uow.write() as tx:
        before = tx.monitoring.inspection_by_key(asker.actor, idempotency_key) if idempotency_key else None
        if before is not None:
            if any(getattr(before, name) != getattr(new, name) for name in _SAID):
                raise StateError("idempotency_key_reused")
            return before
        version = tx.datasets.current_version() or 0
        pages = NetworkPages(tx.session)
        outlet = pages.find("outlets", version, new.outlet_code, scope=asker.scope)
        if not isinstance(outlet, Outlet):
            raise NotFoundError("row_unknown", sheet="outlets", code=new.outlet_code)
        if new.round_code is not None:
            find_round(tx, asker, new.round_code)
        told = tx.monitoring.add_inspection(
            Inspection(
                outlet_code=outlet.code,
                union_code=pages.union_of(outlet.cooperative_code, version) or "",
                cooperative_code=outlet.cooperative_code,
                round_code=new.round_code,
                taken_at=new.taken_at.astimezone(dt.UTC),
                lon=new.lon,
                lat=new.lat,
                distance_m=round(float(pair_distances_m([new.lon], [new.lat], [outlet.lon], [outlet.lat])[0])),
                in_order=new.in_order,
                text=new.text,
                inspected_by=asker.actor,
                inspected_at=tx.now(),
                idempotency_key=idempotency_key,
            )
        )
        details = {"outlet": outlet.code, "in_order": new.in_order, "distance_m": told.distance_m}
        record(tx, asker, "inspection_told", f"inspection/{told.id}", details)
        return told


def reply_to_inspection(uow: UnitOfWork, asker: Principal, number: int, text: str) -> Inspection:
    """Say something to an inspection of an outlet of one's own, once.

    Raises
    ------
    NotFoundError
        ``inspection_unknown``, also if it is another's.
    StateError
        ``inspection_replied``.
    """
    with uow.write() as tx:
        found = tx.monitoring.get_inspection(number, scope=asker.scope, for_update=True)
        if found.replied_at is not None:
            raise StateError("inspection_replied", number=number)
        found.reply, found.replied_by, found.replied_at = text, asker.actor, tx.now()
        record(tx, asker, "inspection_replied", f"inspection/{number}")
        tx.session.flush()
        return found


def list_inspections(
    uow: UnitOfWork, asker: Principal, *, outlet_code: str | None = None, after: int = 0, limit: int
) -> Page[Inspection]:
    """List the inspections that the asker may see, in the order they were told."""
    with uow.read() as tx:
        found = tx.monitoring.inspections(scope=asker.scope, outlet_code=outlet_code, after=after, limit=limit + 1)
    return cut_page([(str(one.id), one) for one in found], limit)


def get_inspection(uow: UnitOfWork, asker: Principal, number: int) -> tuple[Inspection, tuple[Attachment, ...]]:
    """Get an inspection and its files.

    Raises
    ------
    NotFoundError
        ``inspection_unknown``, also if it is another's.
    """
    with uow.read() as tx:
        found = tx.monitoring.get_inspection(number, scope=asker.scope)
        return found, tx.attachments.list(f"inspection/{number}")


def add_inspection_file(uow: UnitOfWork, asker: Principal, number: int, name: str, content: bytes) -> Attachment:
    """Keep a photo or a document with an inspection.

    Raises
    ------
    NotFoundError
        ``inspection_unknown``.
    StateError
        ``evidence_kind``, ``evidence_too_many``.
    """
    with uow.write() as tx:
        tx.monitoring.get_inspection(number, scope=asker.scope, for_update=True)
        return attach(tx, asker, f"inspection/{number}", name, content)


def get_inspection_file(uow: UnitOfWork, asker: Principal, number: int, sha256: str) -> Attachment:
    """Get a file of an inspection with its content.

    Raises
    ------
    NotFoundError
        ``inspection_unknown``, ``file_unknown``.
    """
    with uow.read() as tx:
        tx.monitoring.get_inspection(number, scope=asker.scope)
        return tx.attachments.get(f"inspection/{number}", sha256)

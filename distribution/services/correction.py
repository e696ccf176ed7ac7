"""What a granted appeal changes in the network."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from pydantic import ValidationError

from distribution.domain.dataset import Dataset
from distribution.domain.errors import InputError, NotFoundError, StateError
from distribution.domain.network import Outlet, Succession
from distribution.domain.policy import MemberCount
from distribution.domain.voice import CORRECTING, AppealBase, AppealKind
from distribution.services.bundle_input import dump_input, load_input


def correct_network(dataset: Dataset, outlet_code: str, kind: AppealKind, claim: Mapping[str, Any]) -> Dataset:
    """Return the network as it would be if an appeal were granted.

    Raises
    ------
    NotFoundError
        ``row_unknown`` if the outlet is not in the network.
    StateError
        ``appeal_corrects_nothing`` for a kind that is answered in words.
    InputError
        With the findings of the network that would come of it, if any is an error.
    """
    if kind not in CORRECTING:
        raise StateError("appeal_corrects_nothing", kind=kind.value)
    outlet = dataset.outlet_by_code.get(outlet_code)
    if outlet is None:
        raise NotFoundError("row_unknown", sheet="outlets", code=outlet_code)
    if kind is AppealKind.OUTLET_CLOSED:
        corrected = _close(dataset, outlet, claim.get("successor_code"))
    elif kind is AppealKind.MEMBERS:
        corrected = _count_members(dataset, outlet, claim)
    else:
        corrected = _change(dataset, outlet, claim)
    read = load_input(dump_input(corrected))  # by the checks that every network has to pass
    if read.dataset is None:
        raise InputError(read.findings)
    return read.dataset


def _change(dataset: Dataset, outlet: Outlet, claim: Mapping[str, Any]) -> Dataset:
    fields = {name: getattr(outlet, name) for name in Outlet.model_fields}
    try:
        changed = Outlet.model_validate(fields | dict(claim))
    except ValidationError as error:
        raise StateError("appeal_claim_unfit", fields=", ".join(sorted(claim))) from error
    return replace(dataset, outlets=tuple(changed if o.code == outlet.code else o for o in dataset.outlets))


def _close(dataset: Dataset, outlet: Outlet, successor: str | None) -> Dataset:
    successions = dataset.successions
    if successor is not None:
        successions = (*successions, Succession(sheet="outlets", old_code=outlet.code, new_code=successor))
    return replace(
        dataset,
        outlets=tuple(o for o in dataset.outlets if o.code != outlet.code),
        members=tuple(m for m in dataset.members if m.outlet_code != outlet.code),
        limits=tuple(limit for limit in dataset.limits if limit.outlet_code != outlet.code),
        stock=tuple(line for line in dataset.stock if line.place_code != outlet.code),
        successions=tuple(sorted(successions, key=lambda s: (s.sheet, s.old_code, s.new_code))),
    )


def _count_members(dataset: Dataset, outlet: Outlet, claim: Mapping[str, Any]) -> Dataset:
    key = (claim["area_code"], outlet.code)
    before = next((m for m in dataset.members if (m.area_code, m.outlet_code) == key), None)
    count = MemberCount(
        area_code=key[0],
        outlet_code=key[1],
        people=claim["people"],
        households=None if before is None else before.households,
    )
    others = [m for m in dataset.members if (m.area_code, m.outlet_code) != key]
    return replace(dataset, members=tuple(sorted([*others, count], key=lambda m: (m.area_code, m.outlet_code))))


def undone_corrections(dataset: Dataset, granted: Iterable[AppealBase]) -> Iterator[tuple[AppealBase, tuple[str, ...]]]:
    """Yield the appeals whose correction a network does not hold, and the fields that say otherwise.

    The last appeal that was granted for a field of an outlet counts.
    """
    last: dict[tuple[str, str], AppealBase] = {}
    for appeal in granted:
        for name in appeal.claim or ("outlet_code",):
            last[appeal.outlet_code, name] = appeal
    wrong: dict[int, tuple[AppealBase, list[str]]] = {}
    for (code, name), appeal in last.items():
        if not _holds(dataset, code, name, appeal):
            wrong.setdefault(id(appeal), (appeal, []))[1].append(name)
    yield from ((appeal, tuple(sorted(names))) for appeal, names in wrong.values())


def _holds(dataset: Dataset, code: str, name: str, appeal: AppealBase) -> bool:
    outlet = dataset.outlet_by_code.get(code)
    if appeal.kind is AppealKind.OUTLET_CLOSED:
        return outlet is None
    if outlet is None:  # it is closed by now
        return True
    if appeal.kind is AppealKind.MEMBERS:
        claimed = (appeal.claim["area_code"], code, appeal.claim["people"])
        return claimed in {(m.area_code, m.outlet_code, m.people) for m in dataset.members}
    fields = {field: getattr(outlet, field) for field in Outlet.model_fields}
    claimed_outlet = Outlet.model_validate(fields | {name: appeal.claim[name]})
    return bool(getattr(claimed_outlet, name) == getattr(outlet, name))

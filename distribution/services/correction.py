"""What a granted appeal changes in the network."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pydantic import ValidationError

from distribution.domain.dataset import Dataset
from distribution.domain.errors import InputError, NotFoundError, StateError
from distribution.domain.findings import has_errors
from distribution.domain.network import Outlet, Succession
from distribution.domain.policy import MemberCount
from distribution.domain.voice import CORRECTING, AppealKind
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
    if read.dataset is None or has_errors(read.findings):
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

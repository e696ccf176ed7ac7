"""What earlier rounds left behind, as ``accounts.json`` and back, field by field as :class:`Accounts` declares them."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any, get_type_hints

from pydantic import ValidationError

from distribution.allocation.bundle import Manifest
from distribution.domain.dataset import Dataset
from distribution.domain.rounds import WaitingPacks
from distribution.services.compute_round import RoundStart, StockKey
from distribution.services.gather_round import Accounts


class AccountsError(ValueError):
    """The bytes are no accounts."""


@dataclass(frozen=True)
class OpeningBooks:
    """The parts of a :class:`RoundStart` that earlier rounds left."""

    accounts: Accounts
    stock_taken: Mapping[StockKey, int]
    parked: tuple[WaitingPacks, ...]

    def start(self, manifest: Manifest, dataset: Dataset) -> RoundStart:
        """Put them together with the network and the manifest of their bundle."""
        return RoundStart(
            declared=dataset,
            version=manifest.dataset_version,
            round_code=manifest.round_code,
            policy_code=manifest.policy_code,
            accounts=self.accounts,
            stock_taken=self.stock_taken,
            parked=self.parked,
        )


def dump_accounts(start: RoundStart) -> bytes:
    """Write the opening books as canonical JSON: keys and rows in order, whole numbers only."""
    kinds = get_type_hints(Accounts)
    document = {
        "accounts": {f.name: _FORMS[kinds[f.name]][0](getattr(start.accounts, f.name)) for f in fields(Accounts)},
        "stock_taken": sorted(
            [place, commodity, day.isoformat() if day else "", packs]
            for (place, commodity, day), packs in start.stock_taken.items()
        ),
        "parked": _dump_waiting(start.parked),
    }
    return (json.dumps(document, ensure_ascii=False, sort_keys=True, indent=1) + "\n").encode()


def load_accounts(content: bytes) -> OpeningBooks:
    """Read what :func:`dump_accounts` wrote, by anybody's hand.

    Raises
    ------
    AccountsError
        If it is something else.
    """
    try:
        document = json.loads(content.decode("utf-8"))
        given, kinds = document["accounts"], get_type_hints(Accounts)
        return OpeningBooks(
            accounts=Accounts(**{f.name: _FORMS[kinds[f.name]][1](given[f.name]) for f in fields(Accounts)}),
            stock_taken={
                (str(place), str(commodity), dt.date.fromisoformat(day) if day else None): _whole(packs)
                for place, commodity, day, packs in document["stock_taken"]
            },
            parked=_load_waiting(document["parked"]),
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, ValidationError) as error:
        raise AccountsError(f"{type(error).__name__}: {error}") from error


def _whole(value: Any) -> int:
    if type(value) is not int:
        raise TypeError(f"{value!r} is no whole number")
    return value


def _dump_balances(balances: Mapping[tuple[str, str], int]) -> list[list[str | int]]:
    return sorted([holder, commodity, amount] for (holder, commodity), amount in balances.items())


def _load_balances(rows: Any) -> dict[tuple[str, str], int]:
    return {(str(holder), str(commodity)): _whole(amount) for holder, commodity, amount in rows}


def _dump_amounts(amounts: Mapping[str, int]) -> dict[str, int]:
    return dict(amounts)


def _load_amounts(amounts: Any) -> dict[str, int]:
    return {str(code): _whole(amount) for code, amount in amounts.items()}


def _dump_waiting(lines: tuple[WaitingPacks, ...]) -> list[dict[str, Any]]:
    return [{n: _plain(getattr(line, n)) for n in WaitingPacks.model_fields} for line in lines]


def _load_waiting(rows: Any) -> tuple[WaitingPacks, ...]:
    return tuple(WaitingPacks.model_validate(row) for row in rows)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, dt.date) else value


#: The shapes that a field of the accounts may have, each with the way into JSON and back. A new shape is a new line.
_FORMS: dict[Any, tuple[Callable[[Any], Any], Callable[[Any], Any]]] = {
    Mapping[tuple[str, str], int]: (_dump_balances, _load_balances),
    Mapping[str, int]: (_dump_amounts, _load_amounts),
    tuple[WaitingPacks, ...]: (_dump_waiting, _load_waiting),
}

"""Hold a bundle against that of the round before: the link, and what the one left against what the other found."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from distribution.allocation.bundle import Bundle, Fault
from distribution.domain.enums import Account
from distribution.services.bundle_accounts import AccountsError, load_accounts
from distribution.services.bundle_round import ACCOUNTS

#: Account -> the field of the accounts that holds its balances.
_BALANCES = {Account.ROUNDING_DEBT: "rounding_debt", Account.SHORTFALL: "shortfall"}

Balances = Mapping[tuple[str, str], int]


@dataclass(frozen=True)
class ChainCheck:
    """What is wrong with the link, and what else must have happened between the two rounds if all is right."""

    faults: list[Fault] = field(default_factory=list)
    notes: list[Fault] = field(default_factory=list)


def check_chain(previous: Bundle, bundle: Bundle) -> ChainCheck:
    """Check that a bundle names the one before, and opens its books where that one closed them.

    A mass carried on passes from round to round and nowhere else: any other is a fault. Balances of outlets may be
    moved between two rounds, by an absorption of unlifted goods, a request that is granted or when an outlet closes, and are
    noted only.
    """
    check = ChainCheck()
    if bundle.manifest.previous != previous.root:
        named = bundle.manifest.previous or "–"
        check.faults.append(Fault("chain_broken", {"named": named, "root": previous.root}))
        return check
    try:
        before = load_accounts(previous.entries[ACCOUNTS]).accounts
        after = load_accounts(bundle.entries[ACCOUNTS]).accounts
        carried = dict(before.carried_g) | {
            row["commodity_code"]: int(row["carried_on_g"]) for row in _rows(previous.entries["goods.csv"])
        }
        posted = _postings(previous)
    except (AccountsError, ValueError, KeyError, TypeError) as error:
        check.faults.append(Fault("previous_unreadable", {"problem": f"{type(error).__name__}: {error}"}))
        return check
    for commodity in sorted(carried.keys() | after.carried_g.keys()):
        left, found = carried.get(commodity, 0), after.carried_g.get(commodity, 0)
        if left != found:
            numbers: dict[str, str | int] = {"commodity": commodity, "left_g": left, "found_g": found}
            check.faults.append(Fault("carried_apart", numbers))
    for account, name in _BALANCES.items():
        moved = _count_moved(getattr(before, name), posted[account], getattr(after, name))
        if moved:
            check.notes.append(Fault("balances_moved", {"account": account.value, "count": moved}))
    return check


def _count_moved(before: Balances, posted: Balances, after: Balances) -> int:
    """Count the balances that are not where the round before left them."""
    left = Counter(before)
    left.update(posted)
    return sum(left[key] != after.get(key, 0) for key in left.keys() | after.keys())


def _postings(bundle: Bundle) -> dict[Account, Counter[tuple[str, str]]]:
    posted: dict[Account, Counter[tuple[str, str]]] = {account: Counter() for account in Account}
    for row in _rows(bundle.entries["postings.csv"]):
        key = row["holder_code"], row["commodity_code"]
        posted[Account(row["account"])][key] += int(row["amount_nano"])
    return posted


def _rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True))

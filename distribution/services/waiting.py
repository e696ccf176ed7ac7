"""Carry what was not delivered to the next plan, the oldest packs first."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

from distribution.domain.enums import Account
from distribution.domain.rounds import NANO_PER_PACK, LedgerEntry, WaitingPacks


def carry_waiting(
    before: Iterable[WaitingPacks],
    allotted: Mapping[tuple[str, str], int],
    left_behind: Mapping[tuple[str, str], int],
    start: dt.date,
) -> tuple[WaitingPacks, ...]:
    """Date the packs that wait after a round.

    Delivered packs settle the oldest first, so the packs left behind are the youngest: those allotted in this round,
    which wait from its ``start``, and only then those that waited before, which keep their date.
    Every mapping is by (outlet code, commodity code).
    """
    lines = defaultdict(list)
    for line in before:
        lines[line.outlet_code, line.commodity_code].append((line.waiting_since, line.packs))
    for key, packs in allotted.items():
        lines[key].append((start, packs))
    waiting = []
    for key, left in sorted(left_behind.items()):
        remaining = left
        for since, packs in sorted(lines[key], reverse=True):
            part = min(remaining, packs)
            remaining -= part
            if part:
                waiting.append(WaitingPacks(outlet_code=key[0], commodity_code=key[1], packs=part, waiting_since=since))
    return tuple(waiting)


def post_undelivered(before: Iterable[WaitingPacks], after: Iterable[WaitingPacks]) -> tuple[LedgerEntry, ...]:
    """Post the change of undelivered packs to the shortfall account."""
    change: Counter[tuple[str, str]] = Counter()
    for line in after:
        change[line.outlet_code, line.commodity_code] += line.packs
    for line in before:
        change[line.outlet_code, line.commodity_code] -= line.packs
    return tuple(
        LedgerEntry(
            account=Account.SHORTFALL,
            holder_code=outlet,
            commodity_code=commodity,
            amount_nano=packs * NANO_PER_PACK,
        )
        for (outlet, commodity), packs in sorted(change.items())
        if packs
    )

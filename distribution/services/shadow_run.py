"""A shadow run: who would gain and who would lose if an appeal were granted; it touches nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace

from distribution.domain.errors import NotFoundError
from distribution.services.allocate_round import Allocation
from distribution.services.compute_round import share_round
from distribution.services.correction import correct_network
from distribution.services.kept_start import load_start
from distribution.store.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class ShadowLine:
    """An outlet that would gain or lose packs of a commodity."""

    outlet_code: str
    commodity_code: str
    packs: int
    packs_if_granted: int


@dataclass(frozen=True, slots=True)
class Shadow:
    """What would have come of a round if an appeal had been granted before it.

    Attributes
    ----------
    round_code
        The round that is shared once more.
    lines
        Outlets that would gain or lose.
    gains, losses, change
        Packs by commodity; ``gains - losses = change`` in packs placed.
    """

    round_code: str
    lines: tuple[ShadowLine, ...]
    gains: Mapping[str, int]
    losses: Mapping[str, int]
    change: Mapping[str, int]


def shadow_appeal(uow: UnitOfWork, number: int) -> Shadow:
    """Share the round of an appeal, or the last one, once more with the appeal granted; nothing is kept.

    Raises
    ------
    NotFoundError
        ``appeal_unknown``, ``no_round_computed``; ``row_unknown`` if the outlet is not in that round.
    StateError
        ``appeal_corrects_nothing`` for a kind that is answered in words; ``bundle_not_kept``.
    InputError
        If the network that would come of it has errors.
    """
    with uow.read() as tx:
        appeal = tx.voice.get_appeal(number)
        found = tx.rounds.latest() if appeal.round_code is None else tx.rounds.get(appeal.round_code)
        if found is None:
            raise NotFoundError("no_round_computed")
        start = load_start(tx, found)
    corrected = correct_network(start.declared, appeal.outlet_code, appeal.kind, appeal.claim)
    before = _packs(share_round(start))
    after = _packs(share_round(replace(start, declared=corrected)))
    gains: Counter[str] = Counter()
    losses: Counter[str] = Counter()
    lines = []
    for outlet, commodity in sorted(before.keys() | after.keys()):
        was, would = before.get((outlet, commodity), 0), after.get((outlet, commodity), 0)
        if was != would:
            lines.append(ShadowLine(outlet, commodity, was, would))
            (gains if would > was else losses)[commodity] += abs(would - was)
    commodities = sorted({commodity for _, commodity in before.keys() | after.keys()})
    return Shadow(
        found.code,
        tuple(lines),
        {code: gains[code] for code in commodities},
        {code: losses[code] for code in commodities},
        {code: gains[code] - losses[code] for code in commodities},
    )


def _packs(allocation: Allocation) -> dict[tuple[str, str], int]:
    return {(a.outlet_code, a.commodity_code): a.packs for a in allocation.allotments}

"""Room in the stores for the lines of a round: found together for all commodities of a storage class, pass by pass."""

from __future__ import annotations

import numpy as np

from distribution.allocation.grid import NANO
from distribution.allocation.line import Line
from distribution.allocation.round_input import RoundInput
from distribution.allocation.storage import ClassSpace, entitled_mass_g, first_caps, offer_unused


def fit_stores(round_input: RoundInput, lines: list[Line]) -> tuple[list[Line], int]:
    """Share every class's space, and what is left of it, until no cap changes.

    Room is offered where a cap binds, and taken where none does: as more room for some only lowers the targets of
    others, a cap that does not bind never will again. So from pass to pass fewer caps bind, these only grow and the
    others only shrink, and they come to rest.
    """
    n = len(round_input.names)
    lines, passes = list(lines), 0
    for storage_class in sorted({line.source.storage_class for line in lines}):
        members = [j for j, line in enumerate(lines) if line.source.storage_class == storage_class]
        members.sort(key=lambda j: lines[j].source.code)
        space = _class_space(round_input, [lines[j] for j in members], storage_class)
        caps, new_caps, count = np.full((n, len(members)), -1), first_caps(space), 0
        hungry = np.array([lines[j].source.eligible for j in members]).T
        while not np.array_equal(caps, new_caps):
            caps, count = new_caps, count + 1
            targets = np.zeros(caps.shape, np.int64, order="F")
            for k, j in enumerate(members):
                rows = lines[j].rows
                lines[j] = lines[j].under_storage(caps[rows, k])
                targets[rows, k] = lines[j].target_nano
                hungry[rows, k] &= lines[j].hungry
            new_caps = offer_unused(space, caps, targets, hungry)
        passes = max(passes, count)
    return lines, passes


def _class_space(round_input: RoundInput, lines: list[Line], storage_class: str) -> ClassSpace:
    """Describe the space of a class: what is entitled to it by mass, and the floors that come first."""
    shape = (len(round_input.names), len(lines))
    wants, floors = np.zeros(shape, np.int64, order="F"), np.zeros(shape, np.int64, order="F")
    for k, line in enumerate(lines):
        least = np.minimum(np.minimum(line.floors, line.limits), line.packs)
        repaid = np.minimum(line.due * NANO, line.packs * NANO - line.entitlement_nano)  # no more than all packs
        due = np.minimum(np.maximum(line.entitlement_nano + repaid, least * NANO), line.limits * NANO)
        wants[line.rows, k] = entitled_mass_g(due, line.source.pack_g)
        floors[line.rows, k] = least
    return ClassSpace(
        space_g=round_input.storage_g[storage_class],
        deliveries=round_input.deliveries[:, [round_input.commodities.index(line.source) for line in lines]],
        pack_g=tuple(line.source.pack_g for line in lines),
        want_g=wants,
        floor_packs=floors,
    )

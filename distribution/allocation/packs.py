"""Whole packs first: what a quota is worth in packs, and what is carried to the next round."""

from __future__ import annotations


def packs_to_share(quota_g: int, carried_g: int, pack_g: int) -> tuple[int, int]:
    """Return the whole packs in a quota and the mass left over.

    Parameters
    ----------
    quota_g
        Mass assigned for this round, g.
    carried_g
        Mass carried over from the commodity's last round, g.
    pack_g
        Mass of one pack, g.

    Returns
    -------
    tuple
        Packs to share, and the remainder in g that the next round carries.

    Raises
    ------
    ValueError
        If a mass is negative, or a pack weighs nothing.
    """
    if pack_g <= 0 or quota_g < 0 or carried_g < 0:
        raise ValueError(f"packs need a positive mass and quotas no negative one: {pack_g=}, {quota_g=}, {carried_g=}")
    return divmod(quota_g + carried_g, pack_g)

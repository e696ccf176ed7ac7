"""Which quotas a round shares."""

from __future__ import annotations

from collections.abc import Collection

from distribution.domain.dataset import Dataset
from distribution.domain.errors import StateError
from distribution.domain.goods import Quota


def choose_quotas(dataset: Dataset, round_code: str | None, done: Collection[str] = ()) -> tuple[Quota, ...]:
    """Return the quotas of a round; of the earliest that is not done, if none is named.

    Raises
    ------
    StateError
        ``no_round_left``, ``round_not_in_quotas``, or ``round_exists`` if it is done.
    """
    rounds = dataset.quotas_by_round
    if round_code is None:
        left = [code for code in rounds if code not in done]
        if not left:
            raise StateError("no_round_left", rounds=", ".join(rounds))
        return rounds[left[0]]
    if round_code in done:
        raise StateError("round_exists", round_code=round_code)
    if round_code not in rounds:
        raise StateError("round_not_in_quotas", round=round_code, rounds=", ".join(rounds))
    return rounds[round_code]

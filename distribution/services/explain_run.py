"""Explain the allotments of an outlet out of a run's folder."""

from __future__ import annotations

from pathlib import Path

from distribution.domain.errors import NotFoundError, TaavonError
from distribution.intake.labels import suggest
from distribution.messages import Locale
from distribution.services.explain_allotment import Explanation, explain_lines
from distribution.services.opened_run import opened_run
from distribution.store.tables import Round
from distribution.store.unit_of_work import Transaction


def explain_run(
    folder: Path, outlet_code: str, locale: Locale, *, round_code: str | None = None, commodity_code: str | None = None
) -> tuple[Explanation, ...]:
    """Explain what an outlet was allotted in a round of a run, the latest by default, commodity by commodity.

    Raises
    ------
    NotFoundError
        ``no_round_kept``, ``round_unknown``, ``outlet_unknown`` (with the nearest one, if any is near),
        ``allotment_unknown``, ``commodity_not_shared`` or ``certificates_missing``.
    StateError
        ``no_previous`` if the folder holds no run; ``certificates_damaged`` or ``certificate_wrong``.
    """
    with opened_run(folder) as uow, uow.read() as tx:
        found = tx.rounds.latest() if round_code is None else tx.rounds.get(round_code)
        if found is None:
            raise NotFoundError("no_round_kept", folder=str(folder))
        lines = tx.rounds.allotments(found.code, outlet_code=outlet_code)
        if not lines:
            raise _nobody(tx, found, outlet_code)
        wanted = tuple(line for line in lines if commodity_code in {None, line.commodity_code})
        if commodity_code is not None and not wanted:
            raise NotFoundError(
                "commodity_not_shared",
                round_code=found.code,
                outlet_code=outlet_code,
                commodity_code=commodity_code,
                commodities=", ".join(line.commodity_code for line in lines),
            )
        return explain_lines(tx, found, wanted, locale)


def _nobody(tx: Transaction, found: Round, outlet_code: str) -> TaavonError:
    """Say why an outlet has no allotment: it takes no part, or there is none of that code; names count as codes."""
    params = {"round_code": found.code, "outlet_code": outlet_code}
    outlets = tx.datasets.load(found.dataset_version).outlets
    if any(outlet.code == outlet_code for outlet in outlets):
        return NotFoundError("allotment_unknown", **params)
    codes = {name: o.code for o in reversed(outlets) for name in (o.name_fa, o.name_en, o.code) if name}
    if near := suggest(outlet_code, codes):
        return NotFoundError("outlet_unknown_near", **params, suggestion=codes[near])
    return NotFoundError("outlet_unknown", **params)

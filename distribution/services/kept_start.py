"""What a kept round started from, read back from its bundle."""

from __future__ import annotations

from distribution.allocation.bundle import BundleError, read_bundle
from distribution.domain.errors import NotFoundError, StateError
from distribution.services.bundle_accounts import AccountsError, load_accounts
from distribution.services.bundle_input import load_input
from distribution.services.bundle_round import ACCOUNTS
from distribution.services.compute_round import RoundStart
from distribution.services.exports.build import BUNDLE
from distribution.store.tables import Round
from distribution.store.unit_of_work import Transaction


def load_start(tx: Transaction, found: Round) -> RoundStart:
    """Return what a round was computed from.

    Raises
    ------
    StateError
        ``bundle_not_kept`` if its bundle is missing or damaged.
    """
    try:
        bundle = read_bundle(tx.files.get(found.require_id(), BUNDLE).content)
        books = load_accounts(bundle.entries[ACCOUNTS])
    except (NotFoundError, BundleError, AccountsError, KeyError) as error:
        raise StateError("bundle_not_kept", round_code=found.code) from error
    read = load_input(bundle.entries)
    if read.dataset is None:
        raise StateError("bundle_not_kept", round_code=found.code)
    return books.start(bundle.manifest, read.dataset)

"""The Khorasan Razavi example that comes with taavon."""

from __future__ import annotations

from pathlib import Path

import distribution
from distribution.domain.dataset import Dataset
from distribution.domain.errors import UnavailableError
from distribution.intake.reading import require_dataset
from distribution.services.import_dataset import import_dataset
from distribution.store.unit_of_work import UnitOfWork

NAME = "khorasan_razavi"

#: The round that the demonstration runs: the letter before Ramadan 1399.
DEMO_ROUND = "ramadan-1399"

#: Where a wheel holds the example, and where a checkout does.
_FOLDERS = tuple(Path(distribution.__file__).parent / place for place in (f"example/{NAME}", f"../examples/{NAME}"))


def load_example() -> Dataset:
    """Read the example network.

    Raises
    ------
    UnavailableError
        If this installation came without it.
    """
    for folder in _FOLDERS:
        if folder.is_dir():
            return require_dataset(folder)
    raise UnavailableError("example_missing")


def import_example(uow: UnitOfWork) -> bool:
    """Import the example into a store that has no network yet; tell whether it did.

    Raises
    ------
    UnavailableError
        If this installation came without it.
    """
    with uow.read() as tx:
        if tx.datasets.current_version() is not None:
            return False
    import_dataset(uow, load_example(), NAME)
    return True

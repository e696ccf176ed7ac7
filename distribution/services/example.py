"""The Khorasan Razavi example that comes with taavon."""

from __future__ import annotations

from pathlib import Path

import distribution
from distribution.domain.dataset import Dataset
from distribution.domain.errors import UnavailableError
from distribution.intake.reading import require_dataset

NAME = "khorasan_razavi"

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

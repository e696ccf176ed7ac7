"""Read a run's folder and leave it as it is."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from distribution.domain.errors import StateError
from distribution.services.run_folder import DATABASE, opened_database
from distribution.store.unit_of_work import UnitOfWork


@contextmanager
def opened_run(folder: Path) -> Iterator[UnitOfWork]:
    """Open a copy of a run's database, brought to the newest schema; the folder itself is not touched.

    Raises
    ------
    StateError
        ``no_previous`` if the folder holds no database, ``previous_unusable`` if it is damaged; ``database_newer`` or
        ``database_foreign`` if it is none that this version can read.
    """
    database = folder / DATABASE
    if not database.is_file():
        raise StateError("no_previous", folder=str(folder))
    with (
        tempfile.TemporaryDirectory(prefix="taavon-") as place,
        opened_database(Path(place) / DATABASE, database) as uow,
    ):
        yield uow

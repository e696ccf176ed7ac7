"""A migrated database of each kind, a clock that is set by hand, and small networks."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import URL, Engine, text

from distribution.domain.dataset import Dataset
from distribution.domain.network import Area, Cooperative, CoopUnion, Outlet
from distribution.store.engine import create_database, database_url, upgrade
from distribution.store.tables import METADATA
from distribution.store.unit_of_work import UnitOfWork
from tests.support.service import migrated_database


class HandClock:
    """A clock that moves when it is told to."""

    def __init__(self) -> None:
        self.moment = dt.datetime(2026, 3, 21, 8, 0, tzinfo=dt.UTC)

    def __call__(self) -> dt.datetime:
        return self.moment

    def tick(self, seconds: float) -> None:
        self.moment += dt.timedelta(seconds=seconds)


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture(scope="module")
def postgres_engine(postgres_database: URL) -> Iterator[Engine]:
    engine = create_database(postgres_database)
    upgrade(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def sqlite_engine(tmp_path: Path) -> Iterator[Engine]:
    shutil.copy(migrated_database(), tmp_path / "taavon.db")
    engine = create_database(database_url(tmp_path / "taavon.db"))
    yield engine
    engine.dispose()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """An empty, migrated database; every test that asks for it runs on each kind."""
    engine: Engine = request.getfixturevalue(f"{request.param}_engine")
    yield engine
    if request.param == "postgres":
        with engine.begin() as connection:
            names = ", ".join(f'"{table}"' for table in METADATA.tables)
            connection.execute(text(f"TRUNCATE {names} RESTART IDENTITY CASCADE"))


@pytest.fixture
def uow(engine: Engine, clock: HandClock) -> UnitOfWork:
    return UnitOfWork(engine, clock)


MakeNetwork = Callable[..., Dataset]


@pytest.fixture
def network() -> MakeNetwork:
    """Make a small network of the outlets named; keyword arguments take the place of its sheets."""

    def make(codes: Iterable[str] = ("o1", "o2"), /, **sheets: object) -> Dataset:
        rows = tuple(
            Outlet(code=code, name_fa=f"فروشگاه {code}", lon=59.5, lat=36.25, area_code="a1", cooperative_code="c1")
            for code in sorted(codes)
        )
        parts: dict[str, object] = {
            "areas": (Area(code="a1", name_fa="مشهد", population=1000), Area(code="a2", name_fa="چناران")),
            "unions": (CoopUnion(code="u1"), CoopUnion(code="u2")),
            "cooperatives": (Cooperative(code="c1", kind="teachers", union_code="u1"),),
            "outlets": rows,
        }
        return Dataset(**{**parts, **sheets})  # type: ignore[arg-type] # sheets are named by the tests

    return make

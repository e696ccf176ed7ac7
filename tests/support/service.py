"""A service that runs inside the test: the application, its database, and clients with a key each."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.app import create_app
from api.settings import Settings
from distribution.domain.dataset import Dataset
from distribution.domain.enums import Role
from distribution.services.api_keys import create_api_key
from distribution.services.import_dataset import import_dataset
from distribution.store.engine import create_database, database_url, upgrade
from distribution.store.unit_of_work import UnitOfWork


@dataclass
class Service:
    """A running service, clients with a key each, and its database."""

    app: FastAPI
    uow: UnitOfWork
    nobody: TestClient
    planner: TestClient
    union_1: TestClient
    union_2: TestClient


def settings_for(folder: Path, **changes: object) -> Settings:
    url = database_url(folder / "taavon.db").render_as_string(hide_password=False)
    return Settings(**{"database_url": url, "locale": "en", "solver_workers": 1, **changes})  # type: ignore[arg-type]


def open_store(settings: Settings) -> UnitOfWork:
    engine = create_database(settings.database_url)
    upgrade(engine)
    return UnitOfWork(engine)


@contextmanager
def running(settings: Settings, dataset: Dataset | None) -> Iterator[Service]:
    """Run a service; ``dataset`` is imported first."""
    uow = open_store(settings)
    keys = {"planner": create_api_key(uow, Role.PLANNER)}
    if dataset is not None:
        import_dataset(uow, dataset, "test")
        keys |= {"union_1": create_api_key(uow, Role.UNION, "U1"), "union_2": create_api_key(uow, Role.UNION, "U2")}
    app = create_app(settings)

    def client(key: str | None) -> TestClient:
        headers = {} if key is None else {"Authorization": f"Bearer {key}"}
        return TestClient(app, headers=headers, raise_server_exceptions=False)

    with TestClient(app):  # runs the lifespan for all of them
        yield Service(
            app, uow, client(None), client(keys["planner"]), client(keys.get("union_1")), client(keys.get("union_2"))
        )
    uow.engine.dispose()

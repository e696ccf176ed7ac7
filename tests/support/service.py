"""A service that runs inside the test: the application, its database, and clients with a key each."""

from __future__ import annotations

import atexit
import shutil
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import uvicorn
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.app import create_app
from api.settings import Settings
from distribution.domain.dataset import Dataset
from distribution.domain.enums import Role
from distribution.services.api_keys import create_api_key
from distribution.services.import_dataset import import_dataset
from distribution.store.engine import create_database, database_url, upgrade
from distribution.store.repositories.keys import KeyHolder
from distribution.store.unit_of_work import UnitOfWork

#: Whose clients a service has; all but the first four are of a network with the unions U1 and U2.
HOLDERS = {
    "admin": KeyHolder(Role.ADMIN),
    "planner": KeyHolder(Role.PLANNER),
    "approver": KeyHolder(Role.APPROVER),
    "auditor": KeyHolder(Role.AUDITOR),
    "field": KeyHolder(Role.FIELD),
    "union_1": KeyHolder(Role.UNION, "U1"),
    "union_2": KeyHolder(Role.UNION, "U2"),
    "cooperative_1": KeyHolder(Role.COOPERATIVE, cooperative_code="C-workers"),
    "cooperative_2": KeyHolder(Role.COOPERATIVE, cooperative_code="C-rural"),
    "field_1": KeyHolder(Role.FIELD, "U1"),
}


@dataclass
class Service:
    """A running service, clients with a key each, and its database."""

    app: FastAPI
    uow: UnitOfWork
    clients: dict[str, TestClient]

    @property
    def nobody(self) -> TestClient:
        """Ask without a key."""
        return self.clients["nobody"]

    @property
    def admin(self) -> TestClient:
        """Ask with the key of the one who gives keys out."""
        return self.clients["admin"]

    @property
    def planner(self) -> TestClient:
        """Ask as a planner."""
        return self.clients["planner"]

    @property
    def approver(self) -> TestClient:
        """Ask as an approver of no level."""
        return self.clients["approver"]

    @property
    def union_1(self) -> TestClient:
        """Ask as the first union."""
        return self.clients["union_1"]

    @property
    def union_2(self) -> TestClient:
        """Ask as the second union."""
        return self.clients["union_2"]

    def with_key(self, key: str | None) -> TestClient:
        """Return a client with a key."""
        headers = {} if key is None else {"Authorization": f"Bearer {key}"}
        return TestClient(self.app, headers=headers, raise_server_exceptions=False)

    def add(self, name: str, holder: KeyHolder) -> TestClient:
        """Make a key and return its client."""
        self.clients[name] = self.with_key(create_api_key(self.uow, holder))
        return self.clients[name]


def settings_for(folder: Path, **changes: object) -> Settings:
    url = database_url(folder / "taavon.db").render_as_string(hide_password=False)
    return Settings(**{"database_url": url, "locale": "en", "solver_workers": 1, **changes})  # type: ignore[arg-type]


@cache
def migrated_database() -> Path:
    """An SQLite file at the newest schema, made once: to migrate one takes a third of a second."""
    file = Path(tempfile.mkdtemp(prefix="taavon-migrated-")) / "taavon.db"
    engine = create_database(database_url(file))
    upgrade(engine)
    engine.dispose()
    atexit.register(shutil.rmtree, file.parent, ignore_errors=True)
    return file


def open_store(settings: Settings) -> UnitOfWork:
    engine = create_database(settings.database_url)
    file = Path(str(engine.url.database))
    if not file.exists():
        shutil.copy(migrated_database(), file)
    return UnitOfWork(engine)


#: Applications that nobody runs now, by their settings but for the database: to make one takes a quarter of a second.
_IDLE: dict[Settings, list[FastAPI]] = {}


@contextmanager
def app_for(settings: Settings) -> Iterator[FastAPI]:
    """An application for one run; what it remembers begins with the run."""
    idle = _IDLE.setdefault(replace(settings, database_url="sqlite://"), [])
    app = idle.pop() if idle else create_app(settings)
    app.state.settings = settings
    yield app
    idle.append(app)


@contextmanager
def running(settings: Settings, dataset: Dataset | None) -> Iterator[Service]:
    """Run a service; ``dataset`` is imported first."""
    uow = open_store(settings)
    if dataset is not None:
        import_dataset(uow, dataset, "test")
    with app_for(settings) as app, TestClient(app):  # runs the lifespan for all of them
        service = Service(app, uow, {})
        service.clients["nobody"] = service.with_key(None)
        for name, holder in HOLDERS.items():
            if dataset is not None or (holder.union_code is None and holder.cooperative_code is None):
                service.add(name, holder)
        yield service
    uow.engine.dispose()


@contextmanager
def served(app_settings: Settings) -> Iterator[str]:
    """Serve the application in a thread of its own."""
    app = create_app(app_settings)
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_config=None, access_log=False))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        time.sleep(0.05)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join()

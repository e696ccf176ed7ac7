"""A service on an SQLite file, with a planner and two unions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from distribution.domain.dataset import Dataset
from tests.support.networks import small_network
from tests.support.round_steps import send_out
from tests.support.rounds import keep_round, two_rounds
from tests.support.service import Service, open_store, running, settings_for


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service that has computed one of two rounds; only for tests that change nothing."""
    settings = settings_for(tmp_path_factory.mktemp("kept"))
    uow = open_store(settings)
    keep_round(uow, two_rounds(), "spring")
    uow.engine.dispose()
    with running(settings, two_rounds()) as service:
        have_said(service)
        yield service


def have_said(service: Service) -> None:
    """Let the second union say something of every kind."""
    union = service.union_2
    more = {"outlet_code": "O2", "commodity_code": "rice", "packs": 1, "text": "O2 needs more"}
    accepted = [{"outlet_code": "O2", "commodity_code": "rice", "answer": "accepted"}]
    for path, body in (
        ("rounds/spring/answers", {"answers": accepted}),
        ("rounds/spring/requests", more),
        ("rounds/spring/lifts", {"lifts": [{"outlet_code": "O2", "commodity_code": "rice", "lifted_packs": 0}]}),
        ("feedback", {"kind": "criticism", "text": "the truck for C-rural came late to O2"}),
        (
            "appeals",
            {"kind": "population", "outlet_code": "O2", "text": "more people", "claim": {"served_population": 5}},
        ),
    ):
        assert union.post(f"/v1/{path}", json=body).is_success
    assert union.post("/v1/appeals/1/files?name=O2.pdf", content=b"%PDF-1.7 O2").is_success
    visit = {
        "outlet_code": "O2",
        "taken_at": "2024-04-21T06:30:00Z",
        "lon": 59,
        "lat": 36,
        "in_order": True,
        "text": "O2",
    }
    assert service.planner.post("/v1/inspections", json=visit).is_success
    assert service.planner.post("/v1/inspections/1/files?name=O2.pdf", content=b"%PDF-1.7 O2").is_success


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    """A service with a network and no round yet."""
    with running(settings_for(tmp_path), small_network()) as service:
        yield service


@pytest.fixture
def on_the_way(service: Service) -> Service:
    """A service whose round is published and whose goods are on their way."""
    send_out(service)
    return service


@pytest.fixture
def empty_service(tmp_path: Path) -> Iterator[Service]:
    """A service with nothing but a planner."""
    with running(settings_for(tmp_path), None) as service:
        yield service


@pytest.fixture
def run_service(tmp_path: Path) -> Callable[..., AbstractContextManager[Service]]:
    """Run a service with settings of the test's own."""

    def run(dataset: Dataset | None = None, **changes: object) -> AbstractContextManager[Service]:
        return running(settings_for(tmp_path, **changes), dataset)

    return run

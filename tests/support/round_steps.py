"""Steps of a round of a running service: compute it, move it on, and tell what came of its deliveries."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from distribution.services import plan_deliveries
from distribution.services.plan_deliveries import SearchOptions
from distribution.services.progress import SilentReporter
from distribution.services.receipts import load_drops
from distribution.services.run_round import RunOptions, run_round
from optimizer.plan import Limits
from tests.support.rounds import solve_here
from tests.support.service import Service

Line = dict[str, Any]


def drops_of(service: Service, code: str = "spring") -> list[Line]:
    """Every drop of the round as a receipt that accepts all of it."""
    with service.uow.read() as tx:
        drops = load_drops(tx, tx.rounds.get(code))
    return [
        {"day": key.day, "truck": key.truck, "trip": key.trip, "outlet_code": key.outlet_code,
         "commodity_code": key.commodity_code, "planned_packs": packs, "accepted_packs": packs}
        for key, packs in sorted(drops.items())
    ]  # fmt: skip


def send(service: Service, lines: list[Line], name: str = "field", code: str = "spring") -> Response:
    return service.clients[name].post(f"/v1/rounds/{code}/receipts", json={"receipts": lines})


def kept(service: Service, name: str = "planner") -> list[Line]:
    items: list[Line] = service.clients[name].get("/v1/rounds/spring/receipts?limit=500").json()["items"]
    return items


def compute(service: Service, code: str | None = None, policy_code: str | None = None) -> None:
    options = RunOptions(SearchOptions(Limits(iterations=1), workers=1), code, policy_code)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plan_deliveries, "solve_in_child", solve_here)
        run_round(service.uow, options, SilentReporter())


def act(
    client: TestClient, action: str, version: int | None = None, code: str = "spring", reason: str = ""
) -> Response:
    if version is None:
        version = client.get(f"/v1/rounds/{code}").json()["version"]
    headers = {"If-Match": f'W/"{version}"'}
    return client.post(f"/v1/rounds/{code}/{action}", json={"reason": reason}, headers=headers)


def send_out(service: Service) -> None:
    """Compute a round, have it approved and published, and its goods sent out."""
    compute(service)
    for client, action in (
        (service.planner, "submit"), (service.approver, "approve"), (service.planner, "publish"),
        (service.planner, "dispatch"),
    ):  # fmt: skip
        assert act(client, action).status_code == 200

"""Whether the service lives, and whether it can work."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel, Field

from api.dependencies import Running
from distribution.domain.errors import UnavailableError

router = APIRouter(tags=["health"])


class HealthOut(BaseModel):
    """How the service is."""

    status: str = Field(description="ok")


@router.get("/healthz", operation_id="get_health")
def read_health() -> HealthOut:
    """Tell that the process answers."""
    return HealthOut(status="ok")


@router.get("/readyz", operation_id="get_readiness")
def read_readiness(runtime: Running) -> HealthOut:
    """Tell that the database answers and jobs are taken up."""
    with runtime.uow.read() as tx:
        tx.datasets.current_version()
    if not runtime.doorbell.is_alive:
        raise UnavailableError("dispatcher_gone")
    return HealthOut(status="ok")

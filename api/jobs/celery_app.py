"""The Celery application: one task, whose message is a job's id and nothing else."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import structlog

from api.jobs.runner import run_job
from api.settings import Settings
from distribution.domain.errors import UnavailableError
from distribution.store.engine import create_database
from distribution.store.unit_of_work import UnitOfWork

try:
    from celery import Celery
except ImportError as error:
    raise UnavailableError("celery_missing") from error

TASK = "taavon.run_job"
QUEUE = "taavon"

#: Most that a job may take, s. Redis hands a message out again that was not acknowledged for twice as long.
HARD_LIMIT_S = 12 * 3600

log = structlog.get_logger()


def build_celery(broker_url: str) -> Any:
    """Build the application for a broker: Redis or RabbitMQ.

    A message that is lost, doubled or late does no harm: the leased row decides whether there is work.
    """
    app = Celery("taavon", broker=broker_url, set_as_current=False)
    app.conf.update(
        task_default_queue=QUEUE,
        task_serializer="json",
        accept_content=["json"],
        task_ignore_result=True,
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        task_time_limit=HARD_LIMIT_S,
        worker_prefetch_multiplier=1,
        worker_max_tasks_per_child=20,
        worker_hijack_root_logger=False,
        worker_send_task_events=False,
        broker_connection_retry_on_startup=True,
        broker_connection_timeout=4,
        broker_transport_options=_transport_options(broker_url),
    )
    app.task(name=TASK)(run_task)
    return app


def _transport_options(broker_url: str) -> dict[str, Any]:
    if not broker_url.startswith("redis"):
        return {}
    return {
        "visibility_timeout": 2 * HARD_LIMIT_S + 3600,
        "unacked_restore_interval": 10,
        "unacked_restore_throttle": 1,
        "socket_connect_timeout": 4,
    }


def run_task(job_id: str) -> None:
    """Run a job in a worker's process; do nothing if somebody else holds it or it has ended."""
    settings = Settings.from_environment()
    engine = create_database(settings.database_url)
    try:
        if not run_job(UnitOfWork(engine), job_id, f"worker-{uuid4().hex}", settings):
            log.info("job_not_free", job=job_id)
    finally:
        engine.dispose()

"""The services that some tests need, each given to a test for itself alone; without one, the test is skipped.

With ``TAAVON_REQUIRE_SERVICES=1`` a missing service fails the test instead.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg
import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy import URL

from distribution.store.engine import database_url

# A table is as wide as each test says, not as the terminal that the tests are started from.
for name in ("COLUMNS", "LINES"):
    os.environ.pop(name, None)

# A busy machine is no fault of the code: nothing is judged by the clock.
settings.register_profile("taavon", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("taavon")

POSTGRES = os.environ.get("TAAVON_TEST_POSTGRES_URL", "postgresql://postgres@127.0.0.1:5432/test")
REDIS = os.environ.get("TAAVON_TEST_REDIS_URL", "redis://127.0.0.1:6379")
RABBITMQ = os.environ.get("TAAVON_TEST_RABBITMQ_URL", "amqp://guest:guest@127.0.0.1:5672")


def missing(service: str, error: Exception) -> None:
    if os.environ.get("TAAVON_REQUIRE_SERVICES") == "1":
        raise error
    pytest.skip(f"{service} cannot be reached: {error}")


def require_port(service: str, url: str) -> None:
    parts = urlsplit(url)
    assert parts.hostname is not None
    assert parts.port is not None
    try:
        socket.create_connection((parts.hostname, parts.port), timeout=5).close()
    except OSError as error:
        missing(service, error)


@pytest.fixture(scope="module")
def postgres_database() -> Iterator[URL]:
    """A PostgreSQL database of its own for a test module."""
    name = f"taavon_test_{uuid4().hex[:12]}"
    try:
        connection = psycopg.connect(POSTGRES, autocommit=True, connect_timeout=5)
    except psycopg.OperationalError as error:
        missing("PostgreSQL", error)
    with connection:
        connection.execute(f'CREATE DATABASE "{name}"')
        try:
            yield database_url(POSTGRES).set(database=name)
        finally:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
    connection.close()


@pytest.fixture
def redis_broker() -> Iterator[str]:
    """A database of Redis that no other test uses at this time."""
    require_port("Redis", REDIS)
    redis = pytest.importorskip("redis")
    with redis.Redis.from_url(f"{REDIS}/0") as server:
        number = next(n for n in range(15, 0, -1) if server.set(f"taavon_test_database_{n}", "taken", nx=True, ex=600))
        try:
            yield f"{REDIS}/{number}"
        finally:
            with redis.Redis.from_url(f"{REDIS}/{number}") as used:
                used.flushdb()
            server.delete(f"taavon_test_database_{number}")


@pytest.fixture
def rabbitmq_broker() -> str:
    """The default virtual host of RabbitMQ; messages of other tests in it name jobs that this one does not know."""
    require_port("RabbitMQ", RABBITMQ)
    return f"{RABBITMQ}//"

"""The containers start the commands that the tests start, and hold no secret."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.servers import API_COMMAND, WORKER_COMMAND

FOLDER = Path(__file__).resolve().parents[2] / "docker"


@pytest.fixture
def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((FOLDER / "compose.yaml").read_text(encoding="utf-8"))
    return loaded


def test_the_commands_are_those_the_tests_start(compose: dict[str, Any]) -> None:
    api = [part.format(host="0.0.0.0", port=8000) for part in API_COMMAND]
    assert compose["services"]["api"]["command"] == api
    assert compose["services"]["worker"]["command"] == WORKER_COMMAND
    (command,) = re.findall(r"^CMD (\[.*\])$", (FOLDER / "Dockerfile").read_text(encoding="utf-8"), re.MULTILINE)
    assert json.loads(command) == api


def test_there_are_the_four_services_and_they_know_each_other_by_name(compose: dict[str, Any]) -> None:
    assert compose["services"].keys() == {"api", "worker", "postgres", "redis"}
    for name in ("api", "worker"):
        environment = compose["services"][name]["environment"]
        assert re.search(r"@postgres:5432/", environment["TAAVON_DATABASE_URL"])
        assert re.search(r"@redis:6379/", environment["TAAVON_BROKER_URL"])


def test_every_password_comes_from_outside(compose: dict[str, Any]) -> None:
    given = re.findall(r"\$\{(\w*PASSWORD)(:\?[^}]*)?\}", (FOLDER / "compose.yaml").read_text(encoding="utf-8"))
    assert {name for name, _ in given} == {"POSTGRES_PASSWORD", "REDIS_PASSWORD"}
    assert all(required for _, required in given)
    example = dict(
        line.split("=", 1)
        for line in (FOLDER / "env.example").read_text(encoding="utf-8").splitlines()
        if "=" in line and not line.startswith("#")
    )
    assert example["POSTGRES_PASSWORD"] == example["REDIS_PASSWORD"] == ""


def test_the_image_does_not_run_as_root_and_copies_only_what_exists() -> None:
    dockerfile = (FOLDER / "Dockerfile").read_text(encoding="utf-8")
    users = re.findall(r"^USER (\S+)$", dockerfile, re.MULTILINE)
    assert users
    assert users[-1] not in {"root", "0"}
    for line in re.findall(r"^COPY (?!--)(.+) \S+$", dockerfile, re.MULTILINE):
        for source in line.split():
            assert (FOLDER.parent / source).exists(), source

"""What is installed from the wheel works without the checkout."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path, PurePosixPath

import httpx2 as httpx
import pytest

from distribution.services.example import DEMO_ROUND
from tests.support.servers import clean_environment, process, free_port, wait_for

PACKAGES = ("distribution", "optimizer", "gis", "api")
EXAMPLE = "distribution/example/khorasan_razavi"


@pytest.fixture(scope="module")
def names(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def is_kept(path: Path) -> bool:
    return path.is_file() and "__pycache__" not in path.parts and path.suffix != ".pyc"


def test_the_wheel_holds_every_file_of_the_packages(names: set[str], checkout: Path) -> None:
    files = {p.relative_to(checkout).as_posix() for package in PACKAGES for p in filter(is_kept, (checkout / package).rglob("*"))}
    assert {PurePosixPath(f).suffix for f in files} >= {".py", ".toml", ".typ", ".mako", ".js", ".css", ".html"}
    assert files - names == set()


def test_the_wheel_holds_every_sheet_of_the_example(names: set[str], checkout: Path) -> None:
    sheets = {f"{EXAMPLE}/{p.name}" for p in (checkout / "examples/khorasan_razavi").glob("*.csv")}
    assert len(sheets) > 5
    assert sheets - names == set()


def test_the_wheel_holds_nothing_else(names: set[str]) -> None:
    tops = {name.split("/")[0] for name in names}
    (info,) = tops - set(PACKAGES)
    assert info.endswith(".dist-info")
    assert f"{info}/licenses/LICENSE" in names
    assert not [name for name in names if "__pycache__" in name or name.endswith(".pyc")]

"""What is installed from the wheel works without the checkout."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path, PurePosixPath

import httpx2 as httpx
import pytest

from distribution.services.example import DEMO_ROUND
from tests.support.servers import api_server, clean_environment

PACKAGES = ("distribution", "optimizer", "gis", "api")
EXAMPLE = "distribution/example/khorasan_razavi"


@pytest.fixture(scope="module")
def names(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def is_kept(path: Path) -> bool:
    return path.is_file() and "__pycache__" not in path.parts and path.suffix != ".pyc"


def test_the_wheel_holds_every_file_of_the_packages(names: set[str], checkout: Path) -> None:
    files = {
        p.relative_to(checkout).as_posix()
        for package in PACKAGES
        for p in filter(is_kept, (checkout / package).rglob("*"))
    }
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


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that the wheel was installed into."""
    folder = tmp_path_factory.mktemp("installed")
    options = ["--no-deps", "--no-index", "--disable-pip-version-check"]
    command = [sys.executable, "-m", "pip", "install", *options, "--target", str(folder), str(wheel)]
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    return folder


@pytest.fixture
def environment(installed: Path, tmp_path: Path) -> dict[str, str]:
    """An environment in which Python finds the installed packages before those of the checkout."""
    environment = clean_environment(PYTHONPATH=str(installed))
    code = "import api, distribution, gis, optimizer\nfor m in (api, distribution, gis, optimizer): print(m.__file__)"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=environment, check=True, capture_output=True, text=True
    )
    assert all(Path(line).is_relative_to(installed) for line in done.stdout.splitlines())
    return environment


@pytest.mark.slow
def test_the_installed_command_runs_the_example_from_another_folder(
    installed: Path, environment: dict[str, str], tmp_path: Path
) -> None:
    source = shutil.copytree(installed / EXAMPLE, tmp_path / "my network")

    def taavon(*arguments: str) -> str:
        command = [str(installed / "bin" / "taavon"), *arguments]
        done = subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False, timeout=600
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    taavon("template", "empty.xlsx")
    assert (tmp_path / "empty.xlsx").read_bytes().startswith(b"PK")
    printed = taavon("run", source.name, "--out", "results", "--round", DEMO_ROUND, "--iterations", "1")
    assert "map.html" in printed
    written = {p.suffix for p in (tmp_path / "results").iterdir()}
    assert written >= {".json", ".xlsx", ".csv", ".gpkg", ".html", ".pdf", ".db"}
    taavon("verify-plan", "results/plan.json")


@pytest.mark.slow
def test_the_installed_service_serves_the_demo_and_its_documentation(
    environment: dict[str, str], tmp_path: Path
) -> None:
    with (
        api_server(tmp_path, environment, "--demo", "--db", "demo.db") as (url, key),
        httpx.Client(base_url=url, headers={"Authorization": f"Bearer {key}"}, timeout=30) as planner,
    ):
        assert planner.get("/healthz").status_code == 200
        assert len(planner.get("/v1/outlets?limit=500").json()["items"]) == 500
        page = planner.get("/docs").text
        assets = re.findall(r'(?:src|href)="([^"]+)"', page)
        assert len(assets) >= 3
        for asset in assets:
            assert planner.get(asset).status_code == 200, asset
